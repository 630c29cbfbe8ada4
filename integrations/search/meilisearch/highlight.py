"""Titles as HTML in which the words that matched are marked."""

import html

from integrations.search.meilisearch.meaning import Meaning
from integrations.search.meilisearch.words import places, stem


def marked(title: str, meaning: Meaning, languages: tuple[str, ...]) -> str:
    """The title, escaped, with matching words in <mark>: also inflected, completed and corrected ones."""
    stems = {word.stem for word in meaning.known}
    stems |= {each for word in meaning.known for other in word.instead for each in other.stems}
    pieces: list[str] = []
    shown = 0
    for start, end, word in places(title):
        parts = word.split()
        is_met = any(stem(part, languages) in stems for part in parts)
        if start >= shown and (is_met or (meaning.prefix and any(part.startswith(meaning.prefix) for part in parts))):
            pieces += [html.escape(title[shown:start]), "<mark>", html.escape(title[start:end]), "</mark>"]
            shown = end
    return "".join([*pieces, html.escape(title[shown:])])
