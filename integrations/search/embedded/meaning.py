"""What the words of a query stand for in this index: stems, completions, corrections, compounds, codes."""

import math
from dataclasses import dataclass

import tantivy

from integrations.search.embedded.analysis import Language, code, query_words
from integrations.search.embedded.schema import SCHEMA
from integrations.search.embedded.vocabulary import SHORTEST, Vocabulary

MOST_WORDS = 24
_COMPLETIONS = 12
_COMPLETED_WEIGHT = 0.6
_RATHER_A_BEGINNING = 10
_CORRECTED_WEIGHT = 0.5
_LESS_LIKELY = 0.6
_MERE_STEM_WEIGHT = 0.1
_FEW = 5
_CODE_WORDS = 6
_CUTS_TRIED = 4


@dataclass(frozen=True, slots=True)
class Word:
    """One word and what it may be read as: stems with their weights, the likeliest first. `known`: some are found."""

    text: str
    stems: tuple[tuple[str, float], ...]
    known: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Words that have to match together, or else the compound: "head set" or "headset", "smartwatch" or "smart watch".

    `compound` is a phrase of stems; empty where there is none.
    """

    words: tuple[Word, ...]
    compound: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether any document can match."""
        return bool(self.compound) or all(word.known for word in self.words)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A query understood. `codes`: SKUs it has or is; `prefix`: its last word, where that may be a mere beginning."""

    groups: tuple[Group, ...]
    codes: tuple[str, ...] = ()
    prefix: str = ""


class Reader:
    """Understands queries with one state of one index."""

    def __init__(self, searcher: tantivy.Searcher, language: Language, vocabulary: Vocabulary) -> None:
        self._searcher = searcher
        self._language = language
        self._vocabulary = vocabulary

    def read(self, text: str) -> Meaning:
        """Understand a query; words beyond the first two dozen are not looked at."""
        everything = query_words(text)[:MOST_WORDS]
        words = [word for word in everything if word not in self._language.stop_words] or everything
        whole = code(text) if len(text) < 200 else ""
        codes = self._codes(everything, whole)
        groups, prefix = self._groups(words)
        return Meaning(tuple(groups), codes, prefix)

    def _codes(self, words: list[str], whole: str) -> tuple[str, ...]:
        """SKUs in the query, however they were punctuated. In a longer query only such as cannot be mere words."""
        if whole and self._searcher.doc_freq("code", whole):
            return (whole,)
        joined = (
            "".join(words[start:end])
            for start in range(len(words))
            for end in range(start + 1, min(start + _CODE_WORDS, len(words)) + 1)
        )
        likely = (text for text in joined if len(text) >= 5 and any(c.isdigit() for c in text))
        return tuple(dict.fromkeys(text for text in likely if self._searcher.doc_freq("code", text)))

    def _groups(self, words: list[str]) -> tuple[list[Group], str]:
        groups: list[Group] = []
        prefix = ""
        position = 0
        while position < len(words):
            pair = words[position : position + 2]
            joined = "".join(pair)
            if len(pair) == 2 and not self._count("words", joined):
                joined = "".join(self._meant(word) for word in pair)
            if len(pair) == 2 and len(joined) > 4 and self._count("words", joined) > 1:
                groups.append(
                    Group(
                        tuple(self._word(word, is_last=False, is_understood=False)[0] for word in pair),
                        (self._language.stem(joined),),
                    )
                )
                position += 2
                continue
            apart = self._apart(pair[0])
            word, completed = self._word(pair[0], is_last=position == len(words) - 1, is_understood=bool(apart))
            prefix = prefix or completed
            groups.append(Group((word,), apart))
            position += 1
        return groups, prefix

    def _apart(self, word: str) -> tuple[str, ...]:
        """Two words that a long one is made of, or letters and digits that are written apart elsewhere.

        A word that is known is taken apart only into common words; an unknown one as documents write it.
        """
        unknown = not self._count("words", word)
        shortest, fewest = (2, 1) if unknown else (3, 3)
        cuts = []
        for cut in range(1, len(word) if len(word) >= 4 else 0):
            left, right = word[:cut], word[cut:]
            between = left[-1].isdigit() != right[0].isdigit()
            if between or (word.isalpha() and min(len(left), len(right)) >= shortest):
                least = min(self._count("words", left), self._count("words", right))
                if least >= fewest:
                    cuts.append((least, left, right))
        for _, left, right in sorted(cuts, reverse=True)[: _CUTS_TRIED if unknown else 1]:
            stems = (self._language.stem(left), self._language.stem(right))
            if not unknown or self._is_phrase(stems):
                return stems
        return ()

    def _is_phrase(self, stems: tuple[str, str]) -> bool:
        query = tantivy.Query.phrase_query(SCHEMA, "all", list(stems))
        return bool(self._searcher.search(query, limit=1, count=False).hits)

    def _word(self, text: str, *, is_last: bool, is_understood: bool) -> tuple[Word, str]:
        """A word as read, and its text again if it was taken for the beginning of a word."""
        stem = self._language.stem(text)
        known = self._known(text, stem)
        found = {stem: 1.0 if known else _MERE_STEM_WEIGHT}
        completed = self._completions(text, known) if is_last and len(text) >= 2 else []
        for other, weight, _ in completed:
            found.setdefault(self._language.stem(other), weight)
        # "muse" before the one museum of a catalogue full of mice is a mistake rather than a beginning.
        if not known and not is_understood and all(count < _FEW for _, _, count in completed):
            for rank, other in enumerate(self._vocabulary.corrections(text, self._searcher)):
                weight = _CORRECTED_WEIGHT if rank == 0 else _LESS_LIKELY * _CORRECTED_WEIGHT
                found.setdefault(self._language.stem(other), weight)
        likely = sorted(found.items(), key=lambda pair: -pair[1])
        matching = tuple((each, weight) for each, weight in likely if self._count("all", each))
        return Word(text, matching or ((stem, 1.0),), bool(matching)), text if completed else ""

    def _known(self, text: str, stem: str) -> int:
        """In how many documents a word is. A mistyped word may be cut down to a short stem that others have.

        So "gaing" is not known by "GA", while "printers" is by "printer".
        """
        if len(stem) < SHORTEST <= len(text) and len(text) - len(stem) > 2 and not self._count("words", text):
            return 0
        return self._count("all", stem)

    def _meant(self, text: str) -> str:
        """The word, or the likeliest one when no document has it."""
        if self._known(text, self._language.stem(text)):
            return text
        return next(iter(self._vocabulary.corrections(text, self._searcher, at_most=1)), text)

    def _completions(self, text: str, known: int) -> list[tuple[str, float, int]]:
        """What a word may be the beginning of, with weights and how many documents have it; the frequent words most.

        Only while titles hardly have it as a word by itself: "note" is completed where most are notebooks, but "desk"
        is a desk, though there are desktops.
        """
        found = self._searcher.terms_with_prefix("title_words", text, limit=_COMPLETIONS)
        if not found and not known:
            found = self._searcher.terms_with_prefix("words", text, limit=_COMPLETIONS)
        itself = self._count("title_words", text)
        most = found[0][1] if found else 0
        if itself * _RATHER_A_BEGINNING > most or (known and not most):
            return []
        return [(word, _COMPLETED_WEIGHT * math.sqrt(count / most), count) for word, count in found if word != text]

    def _count(self, field: str, word: str) -> int:
        return self._searcher.doc_freq(field, word)
