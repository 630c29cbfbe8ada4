"""Filters, and counts of what could be filtered by."""

from collections.abc import Iterable
from typing import Any

import tantivy
from tantivy import FieldType, Query

from integrations.search.embedded import variants
from integrations.search.embedded.matching import any_of, count, filtered, term
from integrations.search.embedded.schema import SCHEMA, clean, facet_field, facet_value
from integrations.search_api import ID, Condition, SearchQuery

MOST_VALUES = 100
_COUNTED_VALUES = 1000  # more than are given: values with the same count are sorted by name before the cut
_LARGEST = 2**62
_SPAN = 0  # beside facets, which are called by texts

Filters = dict[str, tuple[str, ...]]
_Wanted = dict[str | int, dict[str, Any]]


class Narrowing:
    """What a query's filters leave of what it finds."""

    def __init__(self, searcher: tantivy.Searcher, query: SearchQuery) -> None:
        self._searcher = searcher
        self._filters: Filters = {name: tuple(values) for name, values in query.filters.items() if values}
        self._always = _always(query)
        self._without = [condition(each) for each in query.without]
        self._price = None if query.price == (None, None) else _price_range(*query.price)

    @property
    def is_open(self) -> bool:
        """Whether nothing is asked."""
        return not (self._filters or self._always or self._without or self._price)

    def of(self, query: Query) -> Query:
        """The products of a query that meet everything."""
        return self._met(query, self._filters)

    def counts(
        self, found: Query, names: Iterable[str]
    ) -> tuple[dict[str, tuple[tuple[str, int], ...]], tuple[int, int] | None]:
        """Facet counts and the price span of what a query finds.

        A facet's own filter does not narrow its counts, and the price filter not the span: they say what else there is.
        """
        wanted = dict.fromkeys(names)
        together: _Wanted = {name: _terms(name) for name in wanted if name not in self._filters}
        spans: _Wanted = {_SPAN: {"stats": {"field": "price"}}}
        answer = self._aggregate(self.of(found), together | (spans if self._price is None else {}))
        for name in wanted:
            if name in self._filters:
                others = {key: values for key, values in self._filters.items() if key != name}
                answer |= self._aggregate(self._met(found, others), {name: _terms(name)})
        if self._price is not None:
            answer |= self._aggregate(self._met(found, self._filters, is_priced=False), spans)
        counted = {name: self._by_variant(found, name, _values(answer[name])) for name in wanted}
        return {name: _most_first(values) for name, values in counted.items()}, _span(answer[_SPAN])

    def _by_variant(self, found: Query, name: str, values: dict[str, int]) -> dict[str, int]:
        """The counts, one by one where other filters and this facet have to be met by one variant."""
        others = {key: accepted for key, accepted in self._filters.items() if key != name}
        if not any(self._are_options((name, other)) for other in others):
            return values
        largest = sorted(values, key=lambda value: -values[value])[:MOST_VALUES]
        exact = {value: count(self._searcher, self._met(found, others | {name: (value,)})) for value in largest}
        return {value: number for value, number in exact.items() if number}

    def _are_options(self, names: Iterable[str]) -> bool:
        return self._searcher.doc_freq("variants", variants.names_term(sorted(names))) > 0

    def _met(self, query: Query, filters: Filters, *, is_priced: bool = True) -> Query:
        conditions = [*self._always, *(_facet(name, values) for name, values in filters.items())]
        if self._price is not None and is_priced:
            conditions.append(self._price)
        without = list(self._without)
        for names in variants.together(filters) if len(filters) > 1 else ():
            if self._are_options(names):
                accepted = variants.values_terms(names, [filters[name] for name in names])
                one = Query.term_set_query(SCHEMA, "variants", accepted)
                without.append(filtered(term("variants", variants.names_term(names)), [], [one]))
        return filtered(query, conditions, without)

    def _aggregate(self, query: Query, wanted: _Wanted) -> _Wanted:
        if not wanted:
            return {}
        numbered = {str(rank): each for rank, each in enumerate(wanted.values())}
        answer = self._searcher.aggregate(query, numbered)
        return {name: answer[str(rank)] for rank, name in enumerate(wanted)}


def condition(asked: Condition) -> Query:
    """The products that meet a condition."""
    if asked.facet == ID:
        return Query.term_set_query(SCHEMA, "id", [clean(value) for value in asked.values])
    return _facet(asked.facet, asked.values)


def _facet(name: str, values: Iterable[str]) -> Query:
    terms = [term(facet_field(name), facet_value(value)) for value in values]
    return any_of(terms) if terms else Query.empty_query()


def _always(query: SearchQuery) -> list[Query]:
    conditions = []
    if query.only is not None:
        conditions.append(Query.term_set_query(SCHEMA, "id", [clean(each) for each in query.only]))
    if query.available is not None:
        conditions.append(Query.term_query(SCHEMA, "available", query.available))
    return conditions


def _price_range(low: int | None, high: int | None) -> Query:
    least = max(-_LARGEST, min(_LARGEST, -_LARGEST if low is None else low))
    most = max(-_LARGEST, min(_LARGEST, _LARGEST if high is None else high))
    return Query.range_query(SCHEMA, "price", FieldType.Integer, least, most)


def _terms(name: str) -> dict[str, Any]:
    return {"terms": {"field": facet_field(name), "size": _COUNTED_VALUES}}


def _values(answer: dict[str, Any]) -> dict[str, int]:
    return {str(bucket["key"])[1:]: int(bucket["doc_count"]) for bucket in answer["buckets"]}


def _most_first(values: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_VALUES])


def _span(stats: dict[str, Any]) -> tuple[int, int] | None:
    return (int(stats["min"]), int(stats["max"])) if stats["count"] else None
