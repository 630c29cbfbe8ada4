"""Titles as HTML in which the words that matched are marked."""

import html

from integrations.search.embedded.analysis import pairs, spans
from integrations.search.embedded.languages import Language
from integrations.search.embedded.meaning import Meaning


def marked(title: str, meaning: Meaning, language: Language) -> str:
    """The title, escaped, with matching words in <mark>: also inflected, completed and corrected ones."""
    pieces: list[str] = []
    shown = 0
    for start, end in _matching(title, meaning.stems, meaning.prefix, language):
        pieces += [html.escape(title[shown:start]), "<mark>", html.escape(title[start:end]), "</mark>"]
        shown = end
    return "".join([*pieces, html.escape(title[shown:])])


def _matching(title: str, stems: set[str], prefix: str, language: Language) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end, run, unspaced in spans(title):
        if not unspaced:
            parts = run.split()
            if any(_is_asked(part, stems, prefix, language) for part in parts):
                found.append((start, end))
            continue
        # Folding may change the length of a run (half-width syllables); then the run is marked as one.
        cut = end - start == len(run)
        for offset, pair in enumerate(pairs(run)):
            if pair in stems or (prefix and pair.startswith(prefix)):
                span = (start + offset, start + offset + len(pair)) if cut else (start, end)
                if found and span[0] <= found[-1][1] and found[-1][0] >= start:
                    span = (found.pop()[0], span[1])
                found.append(span)
        found += [
            (start + offset, start + offset + 1)
            for offset, character in enumerate(run)
            if cut and len(run) > 1 and character in stems
        ]
    return found


def _is_asked(word: str, stems: set[str], prefix: str, language: Language) -> bool:
    return bool(prefix and word.startswith(prefix)) or any(stem in stems for stem in language.readings(word))
