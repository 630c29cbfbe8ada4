"""What a title calls its product, and which word of a query says what kind of product is looked for."""

import re
from collections.abc import Sequence

from integrations.search.text.analysis import has_unusual_letters, indexed_text, query_words

# After such a word comes what a product is for, has, is made of or coloured in: "case | for iPad". Folded, as all words
# are. Neither "of" nor "and" in languages whose noun comes last: "set of 10 candles", "salt and pepper mill".
_INTRODUCING = {
    "danish": "til med uden fra i",
    "dutch": "voor met zonder uit in",
    "english": "for with without from by in",
    "french": "pour avec sans de d des du en",
    "german": "fur mit ohne aus in zum zur",
    "italian": "per con senza di da in",
    "norwegian": "til for med uten fra i",
    "portuguese": "para com sem de do da em",
    "romanian": "pentru cu fara de din",
    "spanish": "para con sin de del en",
    "swedish": "till for med utan fran i",
}
_NOUN_FIRST = frozenset({"arabic", "french", "italian", "portuguese", "romanian", "spanish"})
_MEASURES = "kb mb gb tb mm cm m km in inch inches zoll ft mg g kg oz lb lbs ml cl l w kw v ah mah hz mhz ghz mp"
_UNITS = frozenset(_MEASURES.split())
_BREAK = re.compile(r"[,;:|(\[]|\s[-\u2013\u2014/]\s")


class Naming:
    """How products are named in some languages, of which the first decides where the noun stands.

    `is_noun_first`: before what describes it, as in "robe noire" or "funda iPhone"; else after it.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        self.is_noun_first = languages[:1] != () and languages[0] in _NOUN_FIRST
        self._introducing = frozenset(word for name in languages for word in _INTRODUCING.get(name, "").split())

    def kinds(self, title: str) -> list[str]:
        """Which folded words may be the noun of a title: of what stands before the first comma, dash, bracket or "for".

        Where nouns come first also what would be it elsewhere, for a brand may stand before it or behind.
        """
        end = _BREAK.search(title, 1)
        text = title[: end.start()] if end else title
        words = self._before(query_words(text) if has_unusual_letters(text) else indexed_text(text).split())
        last = _nearest(words, range(len(words) - 1, -1, -1))
        if not self.is_noun_first:
            return [last]
        return list(dict.fromkeys([_nearest(words, range(len(words))), last]))

    def noun(self, query: list[str]) -> str:
        """The word of a query that says what kind of product is looked for, not what it is for; "" for no word."""
        words = self._before(query)
        return _nearest(words, range(len(words)) if self.is_noun_first else range(len(words) - 1, -1, -1))

    def _before(self, words: list[str]) -> list[str]:
        if self._introducing.isdisjoint(words):
            return words
        ends = (at for at in range(1, len(words)) if words[at] in self._introducing)
        return words[: next(ends, len(words))]


def _nearest(words: list[str], places: range) -> str:
    """The first of the words, in that order, that is no number, model or size; the last of all where none is."""
    for at in places:
        word = words[at]
        is_size = word in _UNITS and at > 0 and words[at - 1].isdigit()
        if not is_size and (word.isalpha() or not any(map(str.isdigit, word))):
            return word
    return words[-1] if words else ""
