"""What narrows a search, in the server's language of filters."""

from collections.abc import Iterable

from integrations.search.meilisearch.shape import clean, key_of, names_token, subsets, values_tokens
from integrations.search_api import ID, Condition, SearchQuery

PRICE, AVAILABLE = "price", "available"
Filter = list[str | list[str]]


def facet(name: str) -> str:
    """Where the values of a facet are."""
    return f"facets.{clean(name)}"


def filters(query: SearchQuery, *, but: str = "") -> Filter:
    """All conditions of a query, which all have to hold; of a list within the list any. `but`: leaves out one facet's,
    or the price's."""
    accepted = {name: values for name, values in query.filters.items() if values and facet(name) != but}
    found: Filter = [meets(Condition(facet=name, values=values)) for name, values in accepted.items()]
    for names in subsets(sorted(accepted)):
        chosen = {name: accepted[name] for name in names}
        without_variants = f"variant_names != {quoted(names_token(names))}"
        found.append([without_variants, f"variant_values {_any(values_tokens(chosen))}"])
    if but != PRICE:
        low, high = query.price
        found += [f"price >= {int(low)}"] if low is not None else []
        found += [f"price <= {int(high)}"] if high is not None else []
    if query.available is not None:
        found.append(f"available = {'true' if query.available else 'false'}")
    if query.only is not None:
        found.append(meets(Condition(facet=ID, values=query.only)))
    return found + [f"NOT {meets(condition)}" for condition in query.without]


def meets(condition: Condition) -> str:
    """What meets a condition."""
    if condition.facet == ID:
        return f"id {_any(key_of(id_) for id_ in condition.values)}"
    return f"{quoted(facet(condition.facet))} {_any(condition.values)}"


def but_these(keys: Iterable[str]) -> str:
    """All but the documents with these keys."""
    return f"id NOT {_any(keys)}"


def _any(values: Iterable[str]) -> str:
    return f"IN [{', '.join(map(quoted, values))}]"


def quoted(text: str) -> str:
    """A word of a filter. Backslashes are only halved beside no escaped quote: take the quote that need not be."""
    quote = "'" if '"' in text else '"'
    return quote + clean(text).replace("\\", "\\\\").replace(quote, "\\" + quote) + quote
