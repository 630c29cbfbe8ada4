"""Understanding a query: the server counts its words, and says what unknown ones may have meant."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from commerce.rules.search_settings import SearchSettings
from integrations.search.meilisearch import spelling
from integrations.search.meilisearch.index_settings import CODES, WHOLE, stems_attribute
from integrations.search.meilisearch.meaning import (
    AS_WRITTEN,
    BEGINNING_WEIGHT,
    COMPOUND_WEIGHT,
    CORRECTED,
    SYNONYM_WEIGHT,
    UNKNOWN,
    Ask,
    Instead,
    Meaning,
    Word,
)
from integrations.search.meilisearch.words import asked, stem
from integrations.search.text.analysis import query_words

LONGEST_QUERY = 1000
_RATHER_A_BEGINNING = 10
_SHORTEST_CODE, _CODE_WORDS, _LONGEST_CODE = 5, 6, 100
_SHORTEST_COMPOUND = 5


def searched(settings: SearchSettings) -> list[str]:
    """Where our queries look: codes as they are, all else as stems."""
    return [stems_attribute(attribute) for attribute in settings.searched]


@dataclass
class _Counts:
    """In how many products what is, asked for at once."""

    asked: list[dict[str, Any]]
    found: list[int]

    def add(self, text: str, attributes: list[str]) -> Callable[[], int]:
        """Have one more counted; what it gives is to be called once all have been asked for.

        "note" counts what begins so, "note " only the word, its synonyms and what is written apart, and in quotes
        nothing but the word.
        """
        position = len(self.asked)
        query = {"q": text, "limit": 0}
        self.asked.append(query | {"attributesToSearchOn": attributes, "matchingStrategy": "all"} if text else query)
        return lambda: self.found[position]


def read(text: str, settings: SearchSettings, ask: Ask, *, is_prefix: bool = True) -> Meaning:
    """Understand a query; its first ten words that say something."""
    words, left_out = asked(text[:LONGEST_QUERY], settings)
    if not words:
        return Meaning()
    stems = [stem(word, settings.languages) for word in words]
    counts = _Counts([], [])
    everything = counts.add("", [])
    each = [counts.add(f"{cut} ", searched(settings)) for cut in stems]
    itself, begun = counts.add(f'"{words[-1]}"', [WHOLE]), counts.add(words[-1], [WHOLE])
    joined = {
        one + other: counts.add(f'"{stem(one + other, settings.languages)}"', searched(settings))
        for one, other in pairwise(words)
        if len(one + other) >= _SHORTEST_COMPOUND
    }
    codes = {code: counts.add(f'"{code}"', [CODES]) for code in _codes(words) if CODES in settings.searched}
    counts.found = [int(answer["estimatedTotalHits"]) for answer in ask(counts.asked)]
    is_begun = is_prefix and len(words[-1]) >= 2 and begun() > itself() and begun() >= itself() * _RATHER_A_BEGINNING
    found_codes = tuple(code for code, count in codes.items() if count())
    compounds = {pair for pair, count in joined.items() if count() > 0}
    read_words = [
        Word(word, word, stems[at], each[at](), AS_WRITTEN, tuple(_instead(words, at, compounds, settings)))
        for at, word in enumerate(words)
    ]
    if is_begun:
        read_words[-1] = _beginning(read_words[-1], begun())
    read_words = _spelled(read_words, settings, ask, is_prefix=is_prefix, is_code=bool(found_codes))
    prefix = words[-1] if is_begun else ""
    corrected = _corrected(text, read_words)
    return Meaning(tuple(read_words), tuple(left_out), found_codes, prefix, everything(), corrected)


def _beginning(word: Word, count: int) -> Word:
    """The word as the beginning of others."""
    others = Instead((word.text,), BEGINNING_WEIGHT, word.text, is_beginning=True)
    return replace(word, count=count, instead=(*word.instead, others))


def _codes(words: list[str]) -> list[str]:
    """What may be a SKU, however it was punctuated: the whole query, and what has digits in it."""
    whole = "".join(words)
    joined = (
        "".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, min(start + _CODE_WORDS, len(words)) + 1)
    )
    likely = [text for text in joined if len(text) >= _SHORTEST_CODE and not text.isalpha()]
    return [text for text in dict.fromkeys([whole, *likely]) if len(text) <= _LONGEST_CODE]


def _instead(words: list[str], at: int, compounds: set[str], settings: SearchSettings) -> list[Instead]:
    """What stands for the word, or for words of which it is one: a compound, a synonym."""
    languages = settings.languages
    found = [
        Instead((stem(pair, languages),), COMPOUND_WEIGHT, pair)
        for pair in ("".join(words[at : at + 2]), "".join(words[max(at - 1, 0) : at + 1]))
        if pair in compounds and pair != words[at]
    ]
    for phrase, others in settings.synonyms.items():
        parts = [stem(word, languages) for word in query_words(phrase)]
        starts = range(max(0, at - len(parts) + 1), at + 1)
        if parts and any([stem(word, languages) for word in words[s : s + len(parts)]] == parts for s in starts):
            found += [
                Instead(tuple(stem(word, languages) for word in query_words(other)), SYNONYM_WEIGHT, other)
                for other in others
            ]
    return found


def _spelled(words: list[Word], settings: SearchSettings, ask: Ask, *, is_prefix: bool, is_code: bool) -> list[Word]:
    """The words, those that no product has in another spelling where one is near."""
    missing = [word for word in words if not word.count and not any(other.text for other in word.instead)]
    if not missing or is_code:
        return words
    last = words[-1].text if is_prefix else ""
    meant = spelling.corrections([word.text for word in missing], settings, ask, last=last) if settings.typos else {}
    found: list[Word] = []
    for word in words:
        if word not in missing:
            found.append(word)
        elif word.text not in meant:
            found.append(Word(word.text, word.text, word.stem, 0, UNKNOWN))
        else:
            other, count = meant[word.text]
            parts = other.split()
            found += [Word(word.text, part, stem(part, settings.languages), count, CORRECTED) for part in parts]
    return found


def _corrected(text: str, words: list[Word]) -> str:
    """The query in its other spelling; empty where there is none, or where words were only taken apart."""
    meant: dict[str, str] = {}
    for word in words:
        if word.how == CORRECTED:
            meant[word.text] = f"{meant[word.text]} {word.read}" if word.text in meant else word.read
    changed = {typed: read for typed, read in meant.items() if read.replace(" ", "") != typed}
    return " ".join(changed.get(word, word) for word in query_words(text[:LONGEST_QUERY])) if changed else ""
