"""What the words of a query stand for in this index: stems, completions, corrections, compounds, synonyms, codes."""

import tantivy

from commerce.rules.search_settings import USUAL, SearchSettings
from integrations.search.embedded import matching
from integrations.search.embedded.meaning import (
    AS_WRITTEN,
    COMPLETED,
    COMPOUND,
    CORRECTED,
    SYNONYM,
    Group,
    Instead,
    Meaning,
    Reading,
    Word,
)
from integrations.search.embedded.opened import State
from integrations.search.embedded.schema import SCHEMA
from integrations.search.embedded.synonyms import Synonyms, synonyms
from integrations.search.embedded.vocabulary import SHORTEST, Vocabulary
from integrations.search.text.analysis import code, query_words
from integrations.search.text.languages import Language

MOST_WORDS = 24
_COMPLETIONS = 12
_COMPLETED_WEIGHT = 0.9
_FLATTENED = 0.15  # how common a word is says little of how often it is meant
_RATHER_A_BEGINNING = 4
_RARE, _RARE_WEIGHT = 10, 0.3
_CORRECTED_WEIGHT = 0.5
_LESS_LIKELY = 0.6
_MERE_STEM_WEIGHT = 0.1
_FEW = 5
_INSTEAD_WEIGHT = 0.9
_CODE_WORDS = 6
_CUTS_TRIED = 4


class Reader:
    """Understands one query with one state of one index."""

    def __init__(
        self,
        state: State,
        language: Language,
        vocabulary: Vocabulary,
        settings: SearchSettings = USUAL,
        *,
        is_prefix: bool = True,
    ) -> None:
        self._state, self._searcher, self._language, self._vocabulary = state, state.searcher, language, vocabulary
        self._settings, self._is_prefix = settings, is_prefix
        self._spelled: dict[str, str] = {}
        self._before: list[Group] = []

    def read(self, text: str) -> Meaning:
        """Understand a query; words beyond the first two dozen are not looked at."""
        everything = query_words(text)[:MOST_WORDS]
        words = [word for word in everything if not self._is_stop_word(word)] or everything
        left_out = tuple(word for word in everything if word not in words)
        codes = self._codes(everything, code(text) if len(text) < 200 else "")
        groups, prefix = self._groups(words)
        spelled = [self._spelled.get(word, word) for word in everything]
        corrected = " ".join(spelled) if spelled != everything and not codes else ""
        return Meaning(tuple(groups), codes, prefix, left_out, corrected, self._noun(everything, groups))

    def _is_stop_word(self, word: str) -> bool:
        return word in self._language.stop_words or word in self._settings.stop_words

    def _codes(self, words: list[str], whole: str) -> tuple[str, ...]:
        """SKUs in the query, however they were punctuated. In a longer query only such as cannot be mere words."""
        if whole and self._count("code", whole):
            return (whole,)
        joined = (
            "".join(words[start:end])
            for start in range(len(words))
            for end in range(start + 1, min(start + _CODE_WORDS, len(words)) + 1)
        )
        likely = (text for text in joined if len(text) >= 5 and not text.isalpha() and any(c.isdigit() for c in text))
        return tuple(dict.fromkeys(text for text in likely if self._count("code", text)))

    def _groups(self, words: list[str]) -> tuple[list[Group], str]:
        table = synonyms(self._language, self._settings.synonyms)
        stems = tuple(self._language.stem(word) for word in words)
        groups: list[Group] = []
        prefix, position = "", 0
        while position < len(words):
            size, instead = self._instead(table, words, stems, position)
            is_understood = bool(instead) and (size == 1 or instead[0].how == SYNONYM)
            taken = []
            for at in range(position, position + size):
                may_go_on = at == len(words) - 1 and size == 1 and self._is_prefix
                if may_go_on:
                    self._before = groups
                word, completed = self._word(words[at], may_go_on=may_go_on, is_understood=is_understood)
                prefix = prefix or completed
                taken.append(word)
            groups.append(Group(tuple(taken), instead))
            position += size
        return groups, prefix

    def _noun(self, words: list[str], groups: list[Group]) -> Word | None:
        """The noun as it is read, also as the one of a compound or a synonym that may stand instead."""
        naming = self._language.naming
        text, place = naming.noun(words), 0 if naming.is_noun_first else -1
        for group in reversed(groups):
            for word in group.words:
                if word.text == text:
                    others = group.instead if group.words[place] is word else ()
                    readings = [Reading(each.stems[place], _INSTEAD_WEIGHT, each.text, each.how) for each in others]
                    return Word(text, (*word.readings, *readings), word.known or bool(readings))
        return groups[-1].words[-1] if groups else None

    def _instead(
        self, table: Synonyms, words: list[str], stems: tuple[str, ...], position: int
    ) -> tuple[int, tuple[Instead, ...]]:
        """How many words belong together, and what may stand instead of them: synonyms, or a compound."""
        size, others = table.at(stems, position)
        if size:
            known = [(phrase, text) for phrase, text in others.items() if all(self._count("all", s) for s in phrase)]
            if known:
                return size, tuple(Instead(phrase, text, SYNONYM) for phrase, text in known)
        pair = words[position : position + 2]
        joined = "".join(pair)
        if len(pair) == 2 and not self._count("words", joined):
            joined = "".join(self._meant(word) for word in pair)
        if len(pair) == 2 and len(joined) > 4 and self._count("words", joined) > 1:
            return 2, (Instead((self._language.stem(joined),), joined, COMPOUND),)
        apart = self._apart(pair[0])
        return 1, (Instead(tuple(map(self._language.stem, apart)), " ".join(apart), COMPOUND),) if apart else ()

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
                least = self._count("words", left) and min(self._count("words", left), self._count("words", right))
                if least >= fewest:
                    cuts.append((least, left, right))
        for _, left, right in sorted(cuts, reverse=True)[: _CUTS_TRIED if unknown else 1]:
            if not unknown or self._is_phrase(self._language.stem(left), self._language.stem(right)):
                return left, right
        return ()

    def _is_phrase(self, *stems: str) -> bool:
        query = tantivy.Query.phrase_query(SCHEMA, "all", list(stems))
        return bool(self._searcher.search(query, limit=1, count=False).hits)

    def _word(self, text: str, *, may_go_on: bool, is_understood: bool) -> tuple[Word, str]:
        """A word as read, and its text again if it was taken for the beginning of a word."""
        stem = self._language.stem(text)
        known = self._known(text, stem)
        completed = self._completions(text, known) if may_go_on and len(text) >= 2 else []
        weight = 1.0 if known else _MERE_STEM_WEIGHT
        if completed and self._count("title_words", text) * _RARE < completed[0][2]:
            weight = min(weight, _RARE_WEIGHT)
        found = {each: Reading(each, weight, text, AS_WRITTEN) for each in self._language.readings(text)}
        for other, weight, _ in completed:
            reading = Reading(self._language.stem(other), weight, other, COMPLETED)
            found.setdefault(reading.stem, reading)
        # "muse" before the one museum of a catalogue full of mice is a mistake rather than a beginning.
        if not known and not is_understood and all(self._count("words", other) < _FEW for other, _, _ in completed):
            for rank, other in enumerate(self._corrections(text)):
                weight = _CORRECTED_WEIGHT if rank == 0 else _LESS_LIKELY * _CORRECTED_WEIGHT
                reading = Reading(self._language.stem(other), weight, other, CORRECTED)
                found.setdefault(reading.stem, reading)
                if rank == 0 and not completed:
                    self._spelled[text] = other
        likely = sorted(found.values(), key=lambda reading: -reading.weight)
        matching = tuple(reading for reading in likely if self._count("all", reading.stem))
        return Word(text, matching or (found[stem],), bool(matching)), text if completed else ""

    def _corrections(self, text: str, at_most: int = 3) -> list[str]:
        if not self._settings.typos:
            return []
        return self._vocabulary.corrections(text, self._searcher, at_most=at_most)

    def _known(self, text: str, stem: str) -> int:
        """In how many documents a word is. A mistyped word may be cut down to a short stem that others have.

        So "gaing" is not known by "GA", while "printers" is by "printer".
        """
        if len(stem) < SHORTEST <= len(text) and len(text) - len(stem) > 2 and not self._count("words", text):
            return 0
        return max(self._count("all", each) for each in self._language.readings(text))

    def _meant(self, text: str) -> str:
        """The word, or the likeliest one when no document has it."""
        if self._known(text, self._language.stem(text)):
            return text
        return next(iter(self._corrections(text, at_most=1)), text)

    def _completions(self, text: str, known: int) -> list[tuple[str, float, int]]:
        """What a word may be the beginning of, with weights and how many documents have it; the frequent words most.

        Only while titles hardly have it as a word by itself: "note" is completed where most are notebooks, but "desk"
        is a desk, though there are desktops.
        """
        found = self._going_on("title_words", text)
        if not found and not known:
            found = self._going_on("words", text)
        itself = self._count("title_words", text)
        most = found[0][1] if found else 0
        if itself * _RATHER_A_BEGINNING > sum(count for _, count in found) or (known and not most):
            return []
        others = [(word, count) for word, count in found if word != text]
        return [(word, _COMPLETED_WEIGHT * (count / most) ** _FLATTENED, count) for word, count in others]

    def _going_on(self, field: str, text: str) -> list[tuple[str, int]]:
        """The commonest words with a beginning: of the products that have the words before it, if there are any."""
        before = [matching.matches(group) for group in self._before if group.known]
        if before:
            among = matching.all_of(before)
            found = self._searcher.terms_with_prefix(field, text, among, _COMPLETIONS)
            if found:
                return found
        return self._state.beginning_with(field, text, _COMPLETIONS)

    def _count(self, field: str, word: str) -> int:
        return self._state.count(field, word)
