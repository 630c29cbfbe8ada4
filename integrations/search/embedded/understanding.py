"""What a text means in one commit of an index: read once, however often it is asked, whatever it is filtered by."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tantivy import DocAddress, Query

from commerce.rules.search_settings import SearchSettings
from integrations.search.embedded import matching, scoring, vectors
from integrations.search.embedded.highlight import Marker
from integrations.search.embedded.meaning import Meaning
from integrations.search.embedded.opened import Opened, State
from integrations.search.embedded.reader import Reader
from integrations.search.embedded.scoring import Part
from integrations.search.embedded.synonyms import as_pairs
from integrations.search.embedded.variants import ANY

# Fewer products than this and a shopper is shown more than what has every word.
ENOUGH = 5
_BEST = 10
_FEEDBACK_WEIGHT = 0.1  # of the best score, for a title with all that the best have in common
_MOST_IN_COMMON = 12
_COMMON = 0.03  # stems in more titles than that say little, and looking them up takes long
_SHORTEST_STEM = 3


@dataclass(frozen=True, slots=True)
class Understood:
    """A text understood. `found`: what it finds before any filter; `parts`: of what its scores are made.

    `is_partial`: no product has all the words. `vector`: what it means as a whole; None where words alone count.
    `marker`: marks it in titles.
    """

    meaning: Meaning
    found: Query
    is_partial: bool
    parts: tuple[Part, ...]
    vector: Any
    marker: Marker


def understood(opened: Opened, state: State, text: str, settings: SearchSettings, *, is_prefix: bool) -> Understood:
    """What a text means; known already if it was asked before in this commit."""
    key = text, is_prefix, settings.typos, settings.vectors, settings.stop_words, as_pairs(settings.synonyms)
    known = state.understood.get(key)
    if isinstance(known, Understood):
        return known
    new = _Understanding(opened, state, text, settings, is_prefix=is_prefix).complete()
    state.remember(key, new)
    return new


class _Understanding:
    def __init__(self, opened: Opened, state: State, text: str, settings: SearchSettings, *, is_prefix: bool) -> None:
        self._opened, self._state, self._searcher = opened, state, state.searcher
        self._text, self._settings = text, settings
        self._language = opened.form.language
        reader = Reader(state, self._language, opened.vocabulary, settings, is_prefix=is_prefix)
        self._meaning = reader.read(text)
        self._is_partial = False

    def complete(self) -> Understood:
        """All of it."""
        marker = Marker(self._meaning, self._language)
        if not self._meaning.says_something:
            return Understood(self._meaning, Query.all_query(), False, (), None, marker)
        parts = scoring.parts(self._meaning)
        if self._state.count("variants", ANY):
            parts += scoring.of_variants(self._meaning)
        found = self._found()
        best = self._searcher.search(scoring.scored(found, parts), limit=_BEST, count=False).hits
        parts += [*self._in_common(best), *scoring.of_kind(self._meaning)]
        return Understood(self._meaning, found, self._is_partial, tuple(parts), self._vector(), marker)

    def _found(self) -> Query:
        """Which products the words find, before any filter: those with every word, as long as there are a few.

        Otherwise one word less is asked for, as often as it takes; a product that is only found by a single one of
        several words has to have it in its title. So "ipad stand" with three full matches is filled up with what is
        called a stand or an iPad, but does not count a thousand products whose descriptions mention either; and
        sorting by price does not bring those up. Words that no product has are left out of the count, so they never
        empty a result.
        """
        meaning, groups = self._meaning, [group for group in self._meaning.groups if group.known]
        self._is_partial = len(groups) < len(meaning.groups) and not meaning.codes
        every = matching.with_words(meaning, len(groups))
        if len(groups) < 2:
            return every
        full = matching.count(self._searcher, every)
        self._is_partial = self._is_partial or not full
        if full >= ENOUGH:
            return every
        for least in range(len(groups) - 1, 1, -1):
            relaxed = matching.with_words(meaning, least)
            if matching.count(self._searcher, relaxed) >= ENOUGH:
                return relaxed
        titled = matching.any_of([every, *(matching.matches(group, "title") for group in groups)])
        return titled if matching.count(self._searcher, titled) else matching.with_words(meaning, 1)

    def _in_common(self, best: list[tuple[float, DocAddress]]) -> list[Part]:
        """What is added for stems in several of the best titles: more, the commoner they are there than elsewhere.

        So among what matches "notebook", computers come before a cooler for notebooks once most of the best are
        computers. Worth half a point of NDCG@10 on judged queries; more weight than this does harm, less does nothing.
        """
        if len(best) < 2:
            return []
        rows = (self._searcher.doc(address).get_first("shown") for _, address in best)
        titles = [self._language.title_stems(bytes(shown or b"").decode()) for shown in rows]
        asked, everywhere = self._meaning.stems, max(self._searcher.num_docs, 1)
        counts = Counter(stem for title in titles for stem in title if stem not in asked)
        weights: dict[str, float] = {}
        for stem, count in sorted(counts.items()):
            if count > 1 and len(stem) >= _SHORTEST_STEM and stem.isalpha():
                here, usual = count / len(titles), self._state.count("title", stem) / everywhere
                if here > usual > 0 and usual < _COMMON:
                    weights[stem] = here * math.log(here / usual)
        kept = sorted(weights, key=lambda stem: -weights[stem])[:_MOST_IN_COMMON]
        share = _FEEDBACK_WEIGHT * best[0][0] / (sum(weights.values()) or 1.0)
        return scoring.in_common({stem: share * weights[stem] for stem in kept})

    def _vector(self) -> Any:
        model = self._opened.form.vectors
        if not self._settings.vectors or not model or model != vectors.model_name() or not self._meaning.groups:
            return None
        return vectors.of_query(self._meaning.corrected or self._text)
