"""Queries that a text may be the beginning of."""

from commerce.rules.search_settings import SearchSettings
from integrations.search.embedded import matching
from integrations.search.embedded.opened import Opened
from integrations.search.embedded.reader import MOST_WORDS, Reader
from integrations.search.text.analysis import query_words

_CONSIDERED = 5  # times as many as are given: inflections of one word are given once


def complete(opened: Opened, text: str, limit: int, settings: SearchSettings) -> list[str]:
    """The text with its last word gone on, the commonest first.

    Words before it narrow what it may be: titles have to have them. A word that titles do not know is read as it is
    likeliest spelled. Empty where nothing is known that begins so.
    """
    words = query_words(text)[:MOST_WORDS]
    if not words or limit < 1:
        return []
    state, language = opened.state, opened.form.language
    reader = Reader(state, language, opened.vocabulary, settings, is_prefix=False)
    *before, beginning = words
    meaning = reader.read(" ".join(before))
    start = meaning.corrected.split() or before
    titled = [matching.matches(group, "title") for group in meaning.groups if group.known]
    among = matching.all_of(titled) if titled else None
    likely = state.searcher.terms_with_prefix("title_words", beginning, among, limit * _CONSIDERED)
    if not likely and settings.typos:
        likely = [(word, 1) for word in opened.vocabulary.corrections(beginning, state.searcher)]
    completed: dict[str, str] = {}
    for word, _ in likely:
        completed.setdefault(language.stem(word), " ".join([*start, word]))
    return list(completed.values())[:limit]
