"""The languages of a shop: how words lose their inflections, and which say nothing."""

from collections.abc import Iterable
from functools import cache, lru_cache

import tantivy

from integrations.search.embedded.stop_words import STOP_WORDS
from integrations.search.text.analysis import indexed_text
from integrations.search.text.naming import Naming

ENGLISH = "english"
LONGEST_WORD = 60
_STEMS_KEPT, _TITLES_KEPT = 20_000, 5000


class Language:
    """The stemmers and stop words of one shop, of the first language and of others beside it.

    Words are cut to their stems by the first language. Those of the others are words beside the others of a document,
    and readings beside the first in a query. Raises ValueError for a language that has no stemmer.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        first, *others = names or (ENGLISH,)
        self.stop_words = frozenset().union(*(STOP_WORDS.get(name, frozenset()) for name in names))
        self.naming = Naming(names or (ENGLISH,))
        self.whole = _analyzer("")
        self.stemming = _analyzer(first)
        self._others = [_analyzer(name) for name in dict.fromkeys(others) if name != first]
        # A word has one stem for ever: titles are read again and again.
        self.stem = lru_cache(_STEMS_KEPT)(self._stem)
        self.title_stems = lru_cache(_TITLES_KEPT)(self._title_stems)
        self.readings = lru_cache(_STEMS_KEPT)(self._readings)

    def _stem(self, word: str) -> str:
        """The stem of one folded word; a word too long to be indexed stays as it is."""
        stems = self.stemming.analyze(word)
        return str(stems[0]) if stems else word

    def _title_stems(self, title: str) -> frozenset[str]:
        """The stems of a title as it is written."""
        return frozenset(str(stem) for stem in self.stemming.analyze(indexed_text(title)))

    def _readings(self, word: str) -> tuple[str, ...]:
        """The stem in the first language, and what the others make of the word."""
        return tuple(dict.fromkeys([self.stem(word), *(self.stem(other) for other in self._beside(word))]))

    def beside(self, text: str) -> str:
        """What a document has to be indexed with besides its folded words, so that other languages' readings match."""
        return " ".join(self._beside(text)) if self._others else ""

    def _beside(self, text: str) -> Iterable[str]:
        own = set(text.split())
        return dict.fromkeys(
            str(stem) for other in self._others for stem in other.analyze(text) if str(stem) not in own
        )


def _analyzer(stemmer: str) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    builder = builder.filter(tantivy.Filter.remove_long(LONGEST_WORD))
    return (builder.filter(tantivy.Filter.stemmer(stemmer)) if stemmer else builder).build()


@cache
def language(*names: str) -> Language:
    """The languages of those names, the first one foremost."""
    return Language(names)
