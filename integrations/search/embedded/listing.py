"""Every document of an index, a part at a time."""

from collections.abc import Iterator
from zlib import crc32

import tantivy
from tantivy import Query

from integrations.search.embedded.schema import SCHEMA

# Ids are spread over so many parts, each of which is small enough to be held.
PARTS = 256


def part_of(product_id: str) -> int:
    """In which part the id of a product is."""
    return crc32(product_id.encode("utf-8", "replace")) % PARTS


def digests(searcher: tantivy.Searcher) -> Iterator[tuple[str, str]]:
    """The id and digest of every document of one commit."""
    for part in range(PARTS):
        query = Query.const_score_query(Query.term_query(SCHEMA, "part", part), 0.0)
        for _, address in searcher.search(query, limit=max(searcher.num_docs, 1), count=False).hits:
            row = searcher.doc(address)
            yield str(row.get_first("id")), bytes(row.get_first("digest") or b"").decode()
