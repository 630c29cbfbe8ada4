"""The order of relevance: tantivy's scores, and then a second look at the best."""

import tantivy
from tantivy import Query

from integrations.search.embedded import matching, paging
from integrations.search.embedded.meaning import Meaning

LOOKED_AT = 100


def by_relevance(searcher: tantivy.Searcher, narrowed: Query, meaning: Meaning, first: int, size: int) -> paging.Found:
    """A page of the best matches, and the total. The same hundred are looked at again for every page."""
    query = matching.scored(narrowed, meaning)
    if first > LOOKED_AT:
        total = matching.count(searcher, narrowed)
        if first >= total:
            return [], total
    found = searcher.search(query, limit=max(first + size, LOOKED_AT))
    hits = [address for _, address in found.hits]
    return hits[first : first + size], matching.total(found)
