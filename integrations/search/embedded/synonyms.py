"""A shop's synonyms as an index looks them up: by the stems of the words that they stand beside."""

from collections.abc import Mapping
from functools import lru_cache

from integrations.search.text.analysis import query_words
from integrations.search.text.languages import Language

Phrase = tuple[str, ...]
Pairs = tuple[tuple[str, tuple[str, ...]], ...]


class Synonyms:
    """Phrases and what is searched besides them, one-way; the longest phrase counts."""

    def __init__(self, language: Language, pairs: Pairs) -> None:
        self._others: dict[Phrase, dict[Phrase, str]] = {}
        for phrase, others in pairs:
            key = _stems(language, phrase)
            found = self._others.setdefault(key, {}) if key else {}
            read = {_stems(language, other): other for other in others}
            found.update({stems: other for stems, other in read.items() if stems not in ((), key)})
        self._longest = max(map(len, self._others), default=0)

    def at(self, stems: Phrase, position: int) -> tuple[int, dict[Phrase, str]]:
        """How many words from a position on have synonyms, and these: stems to the text; 0 where there are none."""
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
