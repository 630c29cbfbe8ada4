"""The order of relevance: tantivy's scores, then a look at what the best mean."""

import tantivy
from tantivy import DocAddress, Query

from integrations.search.embedded import matching, scoring, vectors
from integrations.search.embedded.boosting import Boosts
from integrations.search.embedded.schema import VECTOR_FIELDS
from integrations.search.embedded.understanding import Understood

LOOKED_AT = 100
MEANING_WEIGHT = 0.3

Scored = tuple[float, DocAddress]


def by_relevance(
    searcher: tantivy.Searcher, narrowed: Query, understood: Understood, boosts: Boosts, first: int, size: int
) -> tuple[list[DocAddress], int]:
    """A page of the best, and the total. Every page is a part of one and the same order."""
    if first > LOOKED_AT:
        total = matching.count(searcher, narrowed)
        if first >= total:
            return [], total
    query = boosts.applied(scoring.scored(narrowed, understood.parts))
    has_vector = understood.vector is not None and first < LOOKED_AT
    found = searcher.search(query, limit=max(first + size, LOOKED_AT if has_vector else 0))
    hits = found.hits
    if has_vector and hits:
        hits = [*_by_meaning(searcher, hits[:LOOKED_AT], understood), *hits[LOOKED_AT:]]
    return [address for _, address in hits[first : first + size]], matching.total(found)


def _by_meaning(searcher: tantivy.Searcher, hits: list[Scored], understood: Understood) -> list[Scored]:
    """Hits in the order of their scores and of how like the query they are, together."""
    factors = meant(searcher, [address for _, address in hits], understood)
    together = [(score * factor, address) for (score, address), factor in zip(hits, factors, strict=True)]
    return sorted(together, key=lambda pair: -pair[0])


def meant(searcher: tantivy.Searcher, addresses: list[DocAddress], understood: Understood) -> list[float]:
    """What the scores of these documents are multiplied by for being like the query in meaning."""
    columns = [searcher.fast_field_values(name, addresses) for name in VECTOR_FIELDS]
    likeness = vectors.likeness(understood.vector, columns)
    return [1 - MEANING_WEIGHT + MEANING_WEIGHT * max(alike, 0.0) for alike in likeness]
