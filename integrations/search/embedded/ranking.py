"""The order of relevance: tantivy's scores, and then a second look at the best."""

import math
from collections import Counter

import tantivy
from tantivy import DocAddress, Query

from integrations.search.embedded import matching
from integrations.search.embedded.meaning import Meaning

LOOKED_AT = 100
_BEST = 10
_FEEDBACK_WEIGHT = 0.1  # of the best score, for a title with all that the best have in common
_SHORTEST_STEM = 3

Scored = tuple[float, DocAddress]


def by_relevance(
    searcher: tantivy.Searcher, narrowed: Query, meaning: Meaning, first: int, size: int
) -> tuple[list[DocAddress], int]:
    """A page of the best matches, and the total. The same hundred are looked at again for every page."""
    query = matching.scored(narrowed, meaning)
    if first > LOOKED_AT:
        count = matching.count(searcher, narrowed)
        if first >= count:
            return [], count
    found = searcher.search(query, limit=max(first + size, LOOKED_AT))
    hits = [address for _, address in found.hits]
    if first < LOOKED_AT and len(hits) > 1:
        hits[:LOOKED_AT] = _looked_at_again(searcher, found.hits[:LOOKED_AT], meaning)
    return hits[first : first + size], matching.total(found)


def _looked_at_again(searcher: tantivy.Searcher, hits: list[Scored], meaning: Meaning) -> list[DocAddress]:
    """Hits reordered: who shares what the titles of the best have in common moves up; equal ones stay.

    So among what matches "notebook", computers come before a cooler for notebooks once most of the best are computers.
    Worth half a point of NDCG@10 on judged queries; more weight than this does harm, less does nothing.
    """
    titles = [set(str(searcher.doc(address).get_first("stems") or "").split()) for _, address in hits]
    weights = _in_common(searcher, titles[:_BEST], meaning)
    whole = sum(weights.values()) or 1.0
    share = _FEEDBACK_WEIGHT * hits[0][0] / whole
    scores = [
        score + share * sum(weights.get(stem, 0.0) for stem in title)
        for (score, _), title in zip(hits, titles, strict=True)
    ]
    return [hits[position][1] for position in sorted(range(len(hits)), key=lambda each: -scores[each])]


def _in_common(searcher: tantivy.Searcher, titles: list[set[str]], meaning: Meaning) -> dict[str, float]:
    """Stems in several of these titles, weighted by how much commoner they are there than in the whole catalogue."""
    asked = {stem for group in meaning.groups for word in group.words for stem, _ in word.stems}
    asked |= {stem for group in meaning.groups for stem in group.compound}
    counts = Counter(stem for title in titles for stem in title if stem not in asked)
    weights: dict[str, float] = {}
    for stem, count in sorted(counts.items()):
        if count > 1 and len(stem) >= _SHORTEST_STEM and stem.isalpha():
            here = count / len(titles)
            everywhere = searcher.doc_freq("title", stem) / max(searcher.num_docs, 1)
            if here > everywhere > 0:
                weights[stem] = here * math.log(here / everywhere)
    return weights
