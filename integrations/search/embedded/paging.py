"""Pages of hits in an order that does not change between one page and the next."""

import tantivy
from tantivy import DocAddress, FieldType, Order, Query

from integrations.search.embedded.matching import all_of, count, total
from integrations.search.embedded.schema import SCHEMA

MOST_PER_PAGE = 100
_COUNT_FIRST = 1000  # hits are collected in a heap of this size or more: first see whether there are so many
NEWEST = "created:desc"
SORTS = {
    "price:asc": ("price", Order.Asc),
    "price:desc": ("price", Order.Desc),
    NEWEST: ("created", Order.Desc),
}

Found = tuple[list[DocAddress], int]


def bounds(offset: int, limit: int) -> tuple[int, int]:
    """The first hit and how many, from what anybody may have asked for."""
    return max(offset, 0), max(1, min(limit, MOST_PER_PAGE))


def by_field(searcher: tantivy.Searcher, query: Query, sort: str, first: int, size: int) -> Found:
    """A page sorted by a field, documents without one last and equal ones by id; and the total."""
    field, order = SORTS[sort]
    if first > _COUNT_FIRST:
        matching = count(searcher, query)
        if first >= matching:
            return [], matching
    found = searcher.search(query, limit=first + size, order_by_field=field, order=order)
    keys = [key for key, _ in found.hits]
    addresses: list[DocAddress] = []
    position = first
    while position < len(keys):
        key = keys[position]
        begin, end = _run(keys, position)
        same = all_of([query, _having(field, key)])
        within = searcher.search(
            same, limit=end - position, offset=position - begin, count=False, order_by_field="id", order=Order.Asc
        )
        addresses += [address for _, address in within.hits]
        position = end
    return addresses, total(found)


def one_after_another(searcher: tantivy.Searcher, classes: list[Query], first: int, size: int) -> Found:
    """A page of several queries that have no document in common: all of the first, the newest on top, then the next."""
    addresses: list[DocAddress] = []
    passed = 0
    for query in classes:
        begin = max(first - passed, 0)
        wanted = size - len(addresses)
        page, matching = by_field(searcher, query, NEWEST, begin, wanted) if wanted else ([], count(searcher, query))
        addresses += page
        passed += matching
    return addresses, passed


def _run(keys: list[int | None], position: int) -> tuple[int, int]:
    begin = end = position
    while begin > 0 and keys[begin - 1] == keys[position]:
        begin -= 1
    while end < len(keys) and keys[end] == keys[position]:
        end += 1
    return begin, end


def _having(field: str, value: int | None) -> Query:
    if value is not None:
        return Query.range_query(SCHEMA, field, FieldType.Integer, value, value)
    return Query.boolean_query(
        [(tantivy.Occur.Must, Query.all_query()), (tantivy.Occur.MustNot, Query.exists_query(field))]
    )
