"""Titles as HTML in which the words that matched are marked."""

import html
import re

from integrations.search.embedded.meaning import Meaning
from integrations.search.text.analysis import fold, has_unusual_letters, pairs, spans
from integrations.search.text.languages import Language

_WORD = re.compile(r"([^\W_]+)")
_KEPT_WORDS = 200
_MARKUP = re.compile(r"[<>&\"']")


class Marker:
    """Marks what one query asks for: also inflected, completed and corrected words."""

    def __init__(self, meaning: Meaning, language: Language) -> None:
        self._stems, self._prefix, self._language = meaning.stems, meaning.prefix, language
        self._known: dict[str, bool] = {}

    def marked(self, title: str) -> str:
        """The title, escaped, with matching words in <mark>."""
        if has_unusual_letters(title):
            return self._marked_by_place(title)
        pieces = _WORD.split(title)
        if _MARKUP.search(title):
            pieces[::2] = [html.escape(piece) for piece in pieces[::2]]
        for position in range(1, len(pieces), 2):
            if self._is_asked(pieces[position]):
                pieces[position] = f"<mark>{pieces[position]}</mark>"
        return "".join(pieces)

    def _marked_by_place(self, title: str) -> str:
        pieces: list[str] = []
        shown = 0
        for start, end in self._matching(title):
            pieces += [html.escape(title[shown:start]), "<mark>", html.escape(title[start:end]), "</mark>"]
            shown = end
        return "".join([*pieces, html.escape(title[shown:])])

    def _is_asked(self, word: str) -> bool:
        """Whether a word is one of those that are asked for; titles say the same words again and again."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _KEPT_WORDS:
                self._known.clear()
            known = self._known[word] = any(map(self._is_folded_asked, fold(word).split()))
        return known

    def _is_folded_asked(self, word: str) -> bool:
        if self._prefix and word.startswith(self._prefix):
            return True
        return any(stem in self._stems for stem in self._language.readings(word))

    def _matching(self, title: str) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for start, end, run, unspaced in spans(title):
            if not unspaced:
                if self._is_asked(run):
                    found.append((start, end))
                continue
            # Folding may change the length of a run (half-width syllables); then the run is marked as one.
            cut = end - start == len(run)
            for offset, pair in enumerate(pairs(run)):
                if pair in self._stems or (self._prefix and pair.startswith(self._prefix)):
                    span = (start + offset, start + offset + len(pair)) if cut else (start, end)
                    if found and span[0] <= found[-1][1] and found[-1][0] >= start:
                        span = (found.pop()[0], span[1])
                    found.append(span)
            found += [
                (start + offset, start + offset + 1)
                for offset, character in enumerate(run)
                if cut and len(run) > 1 and character in self._stems
            ]
        return found
