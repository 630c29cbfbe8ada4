"""The order of relevance: tantivy's scores, then a second look with what the best have in common."""

import math
from collections import Counter

import tantivy
from tantivy import DocAddress, Query

from integrations.search.embedded import matching, scoring, vectors
from integrations.search.embedded.analysis import indexed_text
from integrations.search.embedded.boosting import Boosts
from integrations.search.embedded.languages import Language
from integrations.search.embedded.meaning import Meaning
from integrations.search.embedded.schema import VECTOR_FIELDS
from integrations.search.embedded.scoring import Part
from integrations.search.embedded.variants import ANY

LOOKED_AT = 100
_BEST = 10
_FEEDBACK_WEIGHT = 0.1  # of the best score, for a title with all that the best have in common
_SHORTEST_STEM = 3
_MEANING_WEIGHT = 0.4

Scored = tuple[float, DocAddress]


class Ranking:
    """The order of what one query finds, in one state of an index."""

    def __init__(
        self, searcher: tantivy.Searcher, language: Language, meaning: Meaning, boosts: Boosts, vector: object = None
    ) -> None:
        self._searcher, self._language, self._meaning = searcher, language, meaning
        self._boosts, self._vector = boosts, vector

    def page(self, narrowed: Query, first: int, size: int) -> tuple[list[DocAddress], int]:
        """A page of the best, and the total. Every page is a part of one and the same order."""
        parts = self.first_parts()
        found = self._searcher.search(scoring.scored(narrowed, parts), limit=_BEST)
        total = matching.total(found)
        if first >= total:
            return [], total
        parts += self.second_parts(found.hits)
        query = self._boosts.applied(scoring.scored(narrowed, parts))
        limit = first + size if self._vector is None else max(first + size, LOOKED_AT)
        hits = self._searcher.search(query, limit=limit, count=False).hits
        if self._vector is not None and first < LOOKED_AT:
            hits = [*self._by_meaning(hits[:LOOKED_AT]), *hits[LOOKED_AT:]]
        return [address for _, address in hits[first : first + size]], total

    def first_parts(self) -> list[Part]:
        """What scores are made of at first sight."""
        parts = scoring.parts(self._meaning)
        if self._searcher.doc_freq("variants", ANY):
            parts += scoring.of_variants(self._meaning)
        return parts

    def second_parts(self, best: list[Scored]) -> list[Part]:
        """What is added for what the titles of the best have in common.

        So among what matches "notebook", computers come before a cooler for notebooks once most of the best are
        computers. Worth half a point of NDCG@10 on judged queries; more weight than this does harm, less does nothing.
        """
        if len(best) < 2:
            return []
        weights = self._in_common(best)
        share = _FEEDBACK_WEIGHT * best[0][0] / (sum(weights.values()) or 1.0)
        return scoring.in_common({stem: share * weight for stem, weight in weights.items()})

    def _in_common(self, best: list[Scored]) -> dict[str, float]:
        """Stems in several of these titles, weighted by how much commoner they are there than in the whole index."""
        titles = [self._title_stems(address) for _, address in best]
        asked, everywhere = self._meaning.stems, max(self._searcher.num_docs, 1)
        counts = Counter(stem for title in titles for stem in title if stem not in asked)
        weights: dict[str, float] = {}
        for stem, count in sorted(counts.items()):
            if count > 1 and len(stem) >= _SHORTEST_STEM and stem.isalpha():
                here, usual = count / len(titles), self._searcher.doc_freq("title", stem) / everywhere
                if here > usual > 0:
                    weights[stem] = here * math.log(here / usual)
        return weights

    def _title_stems(self, address: DocAddress) -> set[str]:
        title = bytes(self._searcher.doc(address).get_first("shown") or b"").decode()
        return {self._language.stem(word) for word in indexed_text(title).split()}

    def _by_meaning(self, hits: list[Scored]) -> list[Scored]:
        """Hits in the order of their scores and of how like the query they are, together."""
        likeness = self.likeness([address for _, address in hits])
        top = max(likeness, default=0.0) or 1.0
        together = [
            score * ((1 - _MEANING_WEIGHT) + _MEANING_WEIGHT * max(alike, 0.0) / top)
            for (score, _), alike in zip(hits, likeness, strict=True)
        ]
        order = sorted(range(len(hits)), key=lambda position: -together[position])
        return [(together[position], hits[position][1]) for position in order]

    def likeness(self, addresses: list[DocAddress]) -> list[float]:
        """How like the query the documents are."""
        columns = [self._searcher.fast_field_values(name, addresses) for name in VECTOR_FIELDS]
        return vectors.likeness(self._vector, columns)
