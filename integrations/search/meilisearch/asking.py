"""A shopper's question as requests to the server, and its answers as ours."""

import html
from typing import Any

from integrations.search.meilisearch.shape import MOST_VALUES, clean, text_of
from integrations.search_api import Hit, SearchQuery, SearchResult

_ORDERS = {
    "price:asc": ["price:asc", "id:asc"],
    "price:desc": ["price:desc", "id:asc"],
    "created:desc": ["created:desc", "id:asc"],
}
# Characters for private use, so that no title has them: the server marks words, and then we escape.
_BEFORE, _AFTER = "\ue000", "\ue001"
_PRICE = "price"
MOST_PER_PAGE = 100
LONGEST_QUERY = 1000


def requests(uid: str, query: SearchQuery, *, strategy: str) -> list[dict[str, Any]]:
    """The hits, with the counts that all filters apply to; then one more for each count that leaves out its filter."""
    met = _conditions(query)
    first = [name for name in dict.fromkeys(query.facets) if _facet(name) not in met]
    asked = {"indexUid": uid, "q": clean(query.text)[:LONGEST_QUERY], "matchingStrategy": strategy}
    main = asked | {
        "page": query.offset // max(query.limit, 1) + 1,
        "hitsPerPage": max(1, min(query.limit, MOST_PER_PAGE)),
        "filter": list(met.values()),
        "facets": [_facet(name) for name in first] + ([] if _PRICE in met else [_PRICE]),
        "attributesToRetrieve": ["id", "title"],
        "attributesToHighlight": ["title"],
        "highlightPreTag": _BEFORE,
        "highlightPostTag": _AFTER,
    }
    order = _ORDERS.get(query.sort, [] if query.text.strip() else _ORDERS["created:desc"])
    if order:
        main["sort"] = order
    alone = [_facet(name) for name in dict.fromkeys(query.facets) if _facet(name) in met]
    alone += [_PRICE] if _PRICE in met else []
    return [
        main,
        *(
            asked | {"limit": 0, "facets": [name], "filter": [part for key, part in met.items() if key != name]}
            for name in alone
        ),
    ]


def _facet(name: str) -> str:
    return f"facets.{clean(name)}"


def _conditions(query: SearchQuery) -> dict[str, Any]:
    """Filters by what they are on: the parts of a list all have to hold, of a list within it any."""
    found: dict[str, Any] = {
        _facet(name): [f"{_quoted(_facet(name))} = {_quoted(value)}" for value in values]
        for name, values in query.filters.items()
        if values
    }
    low, high = query.price
    limits = [f"price >= {int(low)}"] if low is not None else []
    limits += [f"price <= {int(high)}"] if high is not None else []
    if limits:
        found[_PRICE] = " AND ".join(limits)
    if query.available is not None:
        found["available"] = f"available = {'true' if query.available else 'false'}"
    return found


def _quoted(text: str) -> str:
    """A word of a filter. Backslashes are only halved beside no escaped quote: take the quote that need not be."""
    quote = "'" if '"' in text else '"'
    return quote + clean(text).replace("\\", "\\\\").replace(quote, "\\" + quote) + quote


def result(query: SearchQuery, answers: list[dict[str, Any]]) -> SearchResult:
    """The answers to `requests`, put together."""
    counts: dict[str, dict[str, int]] = {}
    spans: dict[str, dict[str, float]] = {}
    for answer in answers:
        counts |= answer.get("facetDistribution") or {}
        spans |= answer.get("facetStats") or {}
    main = answers[0]
    span = spans.get(_PRICE)
    return SearchResult(
        hits=tuple(_hit(hit) for hit in main["hits"]),
        total=int(main["totalHits"]),
        facets={name: _values(counts.get(_facet(name), {})) for name in dict.fromkeys(query.facets)},
        price=(int(span["min"]), int(span["max"])) if span else None,
    )


def _values(counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_VALUES])


def _hit(hit: dict[str, Any]) -> Hit:
    marked = html.escape(hit["_formatted"]["title"])
    return Hit(id=text_of(hit["id"]), title_html=marked.replace(_BEFORE, "<mark>").replace(_AFTER, "</mark>"))
