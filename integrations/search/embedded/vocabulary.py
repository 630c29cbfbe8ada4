"""Spelling: what an unknown word may have meant, from the words of the index itself."""

import math
import threading
import time
from dataclasses import dataclass, field

import tantivy
from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4
_TWO_EDITS_FROM = 8
_CANDIDATES = 8
_REST_SECONDS = 5.0
# Reading all words takes about a microsecond per word: never more than a twentieth of the time.
_REST_PER_READING = 20.0
_STALE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class _Words:
    """What was read at one time: words by their length, in how many documents each is."""

    by_length: dict[int, list[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    documents: int = -1
    read_at: float = 0.0
    rest_until: float = 0.0


class Vocabulary:
    """The words of one index, read when a word is first unknown.

    Read again only for an unknown word, after a rest, and when the number of documents has moved by a hundredth or
    ten minutes have passed: an index may be committed to fifty times a second. One thread reads, the others use what
    was there before.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._words = _Words()

    def corrections(self, word: str, searcher: tantivy.Searcher, *, at_most: int = 3) -> list[str]:
        """The likeliest words for one that no document has; none for what looks like a number or a code."""
        if len(word) < SHORTEST or not word.isalpha():
            return []
        words = self._fresh(searcher)
        furthest = 1 if len(word) < _TWO_EDITS_FROM else 2
        found: list[tuple[float, int, str]] = []
        for length in range(len(word) - furthest, len(word) + furthest + 1):
            pool = words.by_length.get(length, [])
            near = process.extract(word, pool, scorer=OSA.distance, score_cutoff=furthest, limit=_CANDIDATES * furthest)
            for other, edits, _ in near:
                count = words.counts[other]
                found.append((_cost(word, other, edits, count), -count, other))
        best = [(other, -less) for _, less, other in sorted(found)[:at_most]]
        # A word in a single document is as likely a mistake itself; it counts only when nothing else is near.
        return [other for other, count in best if count > 1] or [other for other, _ in best[:1]]

    def _fresh(self, searcher: tantivy.Searcher) -> _Words:
        if self._is_due(searcher) and self._lock.acquire(blocking=self._words.documents < 0):
            try:
                if self._is_due(searcher):
                    self._words = _read(searcher)
            finally:
                self._lock.release()
        return self._words

    def _is_due(self, searcher: tantivy.Searcher) -> bool:
        known, now = self._words, time.monotonic()
        if known.documents < 0:
            return True
        moved = abs(searcher.num_docs - known.documents)
        return now > known.rest_until and (moved * 100 > known.documents or now > known.read_at + _STALE_SECONDS)


def _cost(word: str, other: str, edits: float, count: int) -> float:
    """Fewer edits first; the first letter is seldom wrong; frequent words are likelier meant."""
    return edits + (0 if other[0] == word[0] else 0.6) - 0.35 * math.log10(1 + count)


def _read(searcher: tantivy.Searcher) -> _Words:
    started = time.monotonic()
    counts = {
        word: count
        for word, count in searcher.terms_with_prefix("words", "")
        if len(word) >= SHORTEST - 1 and word.isalpha()
    }
    by_length: dict[int, list[str]] = {}
    for word in counts:
        by_length.setdefault(len(word), []).append(word)
    ended = time.monotonic()
    rest = max(_REST_SECONDS, _REST_PER_READING * (ended - started))
    return _Words(by_length, counts, searcher.num_docs, ended, ended + rest)
