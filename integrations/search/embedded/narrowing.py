"""Filters, and counts of what could be filtered by."""

from collections.abc import Iterable
from typing import Any

import tantivy
from tantivy import FieldType, Query

from integrations.search.embedded.matching import any_of, filtered, term
from integrations.search.embedded.schema import SCHEMA, facet_field, facet_value
from integrations.search_api import SearchQuery

MOST_VALUES = 100
_COUNTED_VALUES = 1000  # more than are given: values with the same count are sorted by name before the cut
_LARGEST = 2**62
_PRICE, _AVAILABLE = "price", "available"

Conditions = dict[tuple[str, str], Query]


def conditions(query: SearchQuery) -> Conditions:
    """What a document has to meet, by what asks for it: a facet, the price, the stock."""
    found: Conditions = {}
    for name, values in query.filters.items():
        if values:
            found["facet", name] = any_of([term(facet_field(name), facet_value(value)) for value in values])
    if query.price != (None, None):
        found[_PRICE, ""] = _price_range(*query.price)
    if query.available is not None:
        found[_AVAILABLE, ""] = Query.term_query(SCHEMA, "available", query.available)
    return found


def _price_range(low: int | None, high: int | None) -> Query:
    least = max(-_LARGEST, min(_LARGEST, -_LARGEST if low is None else low))
    most = max(-_LARGEST, min(_LARGEST, _LARGEST if high is None else high))
    return Query.range_query(SCHEMA, "price", FieldType.Integer, least, most)


def counts(
    searcher: tantivy.Searcher, matching: Query, met: Conditions, names: Iterable[str]
) -> tuple[dict[str, tuple[tuple[str, int], ...]], tuple[int, int] | None]:
    """Facet counts and the price span of what matches.

    A facet's own filter does not narrow its counts, and the price filter not the span: they say what else there is.
    """
    wanted = dict.fromkeys(names)
    asked = {name: _terms(name) for name in wanted if ("facet", name) not in met}
    stats = {"price": {"stats": {"field": "price"}}}
    together = {f"f{rank}": terms for rank, terms in enumerate(asked.values())}
    if (_PRICE, "") not in met:
        together |= stats
    answer = _aggregate(searcher, matching, met, together)
    buckets = {name: answer[f"f{rank}"] for rank, name in enumerate(asked)}
    for name in wanted:
        if name not in asked:
            alone = _aggregate(searcher, matching, _without(met, "facet", name), {"f": _terms(name)})
            buckets[name] = alone["f"]
    span = answer if "price" in answer else _aggregate(searcher, matching, _without(met, _PRICE, ""), stats)
    return {name: _values(buckets[name]) for name in wanted}, _span(span["price"])


def _without(met: Conditions, kind: str, name: str) -> Conditions:
    return {key: condition for key, condition in met.items() if key != (kind, name)}


def _terms(name: str) -> dict[str, Any]:
    return {"terms": {"field": facet_field(name), "size": _COUNTED_VALUES}}


def _aggregate(searcher: tantivy.Searcher, matching: Query, met: Conditions, wanted: dict[str, Any]) -> dict[str, Any]:
    return dict(searcher.aggregate(filtered(matching, list(met.values())), wanted)) if wanted else {}


def _values(answer: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    pairs = [(str(bucket["key"])[1:], int(bucket["doc_count"])) for bucket in answer["buckets"]]
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:MOST_VALUES])


def _span(stats: dict[str, Any]) -> tuple[int, int] | None:
    return (int(stats["min"]), int(stats["max"])) if stats["count"] else None
