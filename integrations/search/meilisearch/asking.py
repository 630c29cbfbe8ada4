"""A shopper's question as requests to the server, and its answers as ours."""

from typing import Any

from integrations.search.meilisearch.index_settings import WHOLE
from integrations.search.meilisearch.meaning import Ask, Meaning
from integrations.search.meilisearch.narrowing import PRICE, facet, filters
from integrations.search.meilisearch.ranking import LOOKED_AT
from integrations.search.meilisearch.reading import searched
from integrations.search.meilisearch.shape import MOST_VALUES, names_token
from integrations.search_api import SearchQuery

ORDERS = {
    "price:asc": ["price:asc", "id:asc"],
    "price:desc": ["price:desc", "id:asc"],
    "created:desc": ["created:desc", "id:asc"],
}
MOST_PER_PAGE = 100
# Where only some products have every word, the commonest words are given up first.
ALL, FEWER = "all", "frequency"
Request = dict[str, Any]


def bounds(query: SearchQuery) -> tuple[int, int]:
    """The first hit and how many, from what anybody may have asked for."""
    return max(query.offset, 0), max(1, min(query.limit, MOST_PER_PAGE))


def words_of(meaning: Meaning, query: SearchQuery, strategy: str) -> Request:
    """The words, and where they are looked for."""
    if not meaning.words:
        return {"q": ""}
    attributes = searched(query.settings) + ([WHOLE] if meaning.prefix else [])
    return {"q": meaning.asked, "attributesToSearchOn": attributes, "matchingStrategy": strategy}


def counted(words: Request, query: SearchQuery) -> list[Request]:
    """The total with the counts that all filters apply to; then one more for each that leaves out its own filter."""
    names = dict.fromkeys(query.facets)
    narrowed = {facet(name) for name, values in query.filters.items() if values}
    has_price = query.price != (None, None)
    together = [facet(name) for name in names if facet(name) not in narrowed] + ([] if has_price else [PRICE])
    alone = [facet(name) for name in names if facet(name) in narrowed] + ([PRICE] if has_price else [])
    main = words | {"page": 1, "hitsPerPage": 0, "filter": filters(query), "facets": together}
    main["facets"] = [*main["facets"], *(["variant_names"] if query.filters and names else [])]
    return [
        main,
        *(
            words | {"limit": 0, "filter": filters(query, but=name), "facets": [name, "variant_names"]}
            for name in alone
        ),
    ]


def best(words: Request, query: SearchQuery) -> Request:
    """The best by the server's own order, with all that a second look at them needs."""
    shown = ["id", "title", "stems", "codes", "facets"]
    asked = words | {"limit": LOOKED_AT, "filter": filters(query), "attributesToRetrieve": shown}
    return asked if words["q"].strip() else asked | {"sort": ORDERS["created:desc"]}


def page(words: Request, query: SearchQuery, first: int, size: int) -> Request:
    """A page in the server's own order."""
    asked = words | {"offset": first, "limit": size, "filter": filters(query), "attributesToRetrieve": ["id", "title"]}
    order = ORDERS.get(query.sort, [] if words["q"].strip() else ORDERS["created:desc"])
    return asked | {"sort": order} if order else asked


class Counts:
    """The counts of facets and the span of prices, from the answers to `counted`."""

    def __init__(self, query: SearchQuery, answers: list[dict[str, Any]]) -> None:
        self._query = query
        self._found: dict[str, dict[str, int]] = {}
        self._names: dict[str, dict[str, int]] = {}
        spans: dict[str, dict[str, float]] = {}
        for answer in answers:
            found = answer.get("facetDistribution") or {}
            names = found.pop("variant_names", {})
            self._found |= found
            self._names |= dict.fromkeys(found, names)
            spans |= answer.get("facetStats") or {}
        span = spans.get(PRICE)
        self.total = int(answers[0]["totalHits"])
        self.price = (int(span["min"]), int(span["max"])) if span else None

    def facets(self, words: Request, ask: Ask) -> dict[str, tuple[tuple[str, int], ...]]:
        """Values with counts, most first. Of options that others' filters are met together with, each is counted by
        itself: a product's other variants do not count."""
        counted = {name: self._found.get(facet(name), {}) for name in dict.fromkeys(self._query.facets)}
        shared = [name for name in counted if self._is_shared(name)]
        doubtful = [(name, value) for name in shared for value in _most(counted[name])]
        answers = ask([words | self._one(name, value) for name, value in doubtful]) if doubtful else []
        for (name, value), answer in zip(doubtful, answers, strict=True):
            counted[name][value] = int(answer["estimatedTotalHits"])
        return {name: _values(values) for name, values in counted.items()}

    def _is_shared(self, name: str) -> bool:
        others = [other for other, values in self._query.filters.items() if values and other != name]
        known = self._names.get(facet(name), {})
        return any(names_token(sorted((name, other))) in known for other in others)

    def _one(self, name: str, value: str) -> Request:
        chosen = {**self._query.filters, name: (value,)}
        narrowed = SearchQuery(
            filters=chosen,
            price=self._query.price,
            available=self._query.available,
            only=self._query.only,
            without=self._query.without,
        )
        return {"limit": 0, "filter": filters(narrowed)}


def _most(counts: dict[str, int]) -> list[str]:
    return [value for value, _ in _values(counts)]


def _values(counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
    pairs = [(value, count) for value, count in counts.items() if count]
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:MOST_VALUES])
