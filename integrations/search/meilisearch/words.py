"""Words as the server is given them: folded, cut to their stems, without those that say nothing.

The server knows no inflections. So every attribute is indexed twice: as it is, for browsers that ask the server
themselves and for spelling, and as stems, which our own queries are made of.
"""

from collections.abc import Iterator
from functools import cache

from commerce.rules.search_settings import SearchSettings
from integrations.search.text.analysis import fold, indexed_words, pairs, query_words, spans
from integrations.search.text.languages import language

MOST_WORDS = 10  # the server looks at no more


def stem(word: str, languages: tuple[str, ...]) -> str:
    """A folded word without the inflections of all these languages; what has digits stays as it is.

    So does a word whose stem says nothing, as "wills" does: the server would leave it out of queries.
    """
    if not word.isalpha():
        return word
    cut = word
    for name in languages:
        cut = language(name).stem(cut)
    return word if cut in stop_words(languages) else cut


@cache
def stop_words(languages: tuple[str, ...]) -> frozenset[str]:
    """The words of these languages that say nothing."""
    return frozenset().union(*(language(name).stop_words for name in languages))


def stems_of(text: str, languages: tuple[str, ...]) -> str:
    """A document's text as its stems."""
    left_out = stop_words(languages)
    return " ".join(stem(word, languages) for word in indexed_words(text) if word not in left_out)


def folded(text: str) -> str:
    """A document's text as its words, each as it is but in lower case without accents."""
    return " ".join(indexed_words(text))


def asked(text: str, settings: SearchSettings) -> tuple[list[str], list[str]]:
    """The words of a query, in order, and those of them that are left out."""
    words = query_words(text)
    dull = stop_words(settings.languages) | {fold(word) for word in settings.stop_words}
    telling = [word for word in words if word not in dull and stem(word, settings.languages) not in dull]
    return (telling or words)[:MOST_WORDS], [word for word in words if word not in telling] if telling else []


def places(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the words of a text stand: start, end, folded word; scripts without spaces by pairs of characters."""
    for start, end, run, is_unspaced in spans(text):
        if not is_unspaced or end - start != len(run):
            yield start, end, run
            continue
        for offset, pair in enumerate(pairs(run)):
            yield start + offset, start + offset + len(pair), pair
