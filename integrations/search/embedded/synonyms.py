"""A shop's synonyms as an index looks them up: by the stems of the words that they stand beside."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from integrations.search.embedded.analysis import query_words
from integrations.search.embedded.languages import Language
from integrations.search.embedded.usual_synonyms import usual_synonyms

Phrase = tuple[str, ...]
Pairs = tuple[tuple[str, tuple[str, ...]], ...]


OWN_WEIGHT, USUAL_WEIGHT = 0.9, 0.6


class Synonym(NamedTuple):
    """What is searched besides a phrase: its text, how much it counts, and whether the merchant said so."""

    text: str
    weight: float
    is_own: bool


class Synonyms:
    """Phrases and what is searched besides them, one-way; the longest phrase counts.

    What a merchant says of a phrase replaces what it is usually called.
    """

    def __init__(self, language: Language, pairs: Pairs) -> None:
        self._others: dict[Phrase, dict[Phrase, Synonym]] = {}
        own = {_stems(language, phrase) for phrase, _ in pairs}
        self._add(language, pairs, is_own=True)
        usual = as_pairs(usual_synonyms(language.names))
        self._add(language, [pair for pair in usual if _stems(language, pair[0]) not in own], is_own=False)
        self._longest = max(map(len, self._others), default=0)

    def _add(self, language: Language, pairs: Iterable[tuple[str, tuple[str, ...]]], *, is_own: bool) -> None:
        weight = OWN_WEIGHT if is_own else USUAL_WEIGHT
        for phrase, others in pairs:
            key = _stems(language, phrase)
            for other in others if key else ():
                stems = _stems(language, other)
                if stems not in ((), key):
                    self._others.setdefault(key, {}).setdefault(stems, Synonym(other, weight, is_own))

    def at(self, stems: Phrase, position: int) -> tuple[int, dict[Phrase, Synonym]]:
        """How many words from a position on have synonyms, and these by their stems; 0 where there are none."""
        for size in range(min(self._longest, len(stems) - position), 0, -1):
            others = self._others.get(stems[position : position + size])
            if others:
                return size, others
        return 0, {}


def _stems(language: Language, phrase: str) -> Phrase:
    words = query_words(phrase)
    telling = [word for word in words if word not in language.stop_words] or words
    return tuple(language.stem(word) for word in telling)


@lru_cache(maxsize=256)
def _looked_up(language: Language, pairs: Pairs) -> Synonyms:
    return Synonyms(language, pairs)


def synonyms(language: Language, told: Mapping[str, tuple[str, ...]]) -> Synonyms:
    """The synonyms of a shop, ready to be looked up; made once for the same ones."""
    return _looked_up(language, as_pairs(told))


def as_pairs(told: Mapping[str, tuple[str, ...]]) -> Pairs:
    """Synonyms as something that can be a key."""
    return tuple((phrase, tuple(others)) for phrase, others in told.items())
