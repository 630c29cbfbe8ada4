"""Every document of an index, a few thousand at a time."""

from collections.abc import Iterator

import tantivy
from tantivy import FieldType, Order, Query

from integrations.search.embedded.schema import SCHEMA

_AT_ONCE = 5000


def digests(searcher: tantivy.Searcher) -> Iterator[tuple[str, str]]:
    """The id and digest of every document, by id; each page begins behind the last one's end."""
    query = Query.all_query()
    while True:
        hits = searcher.search(query, limit=_AT_ONCE, count=False, order_by_field="id", order=Order.Asc).hits
        product_id = ""
        for _, address in hits:
            row = searcher.doc(address)
            product_id = str(row.get_first("id"))
            yield product_id, bytes(row.get_first("digest") or b"").decode()
        if len(hits) < _AT_ONCE:
            return
        query = Query.range_query(SCHEMA, "id", FieldType.Text, lower_bound=product_id, include_lower=False)
