"""Which documents a query finds and how well: words, beginnings, typos, synonyms, words written together or apart."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from tests.peers.meilisearch.filtering import values_at
from tests.peers.meilisearch.words import beginning_edits, edits, fold, positions, spans, texts_of

MOST_WORDS = 10
_LONGEST_JOINED = 3
Where = dict[str, dict[int, list[int]]]  # document id: attribute: positions


@dataclass(frozen=True)
class Term:
    """A word of a query, or a phrase in quotes."""

    words: tuple[str, ...]
    is_phrase: bool = False
    is_prefix: bool = False


@dataclass
class Way:
    """One way to meet some of a query's terms: how many, where, with how many typos, and whether word by word."""

    terms: int
    where: Where
    typos: int = 0
    is_exact: bool = True
    marks: tuple[str, ...] = ()
    begins: str = ""


def parse(text: str, stop_words: set[str]) -> list[Term]:
    """The terms of a query; the last word is a beginning unless something follows it."""
    terms: list[Term] = []
    for number, part in enumerate(text.split('"')):
        found = list(spans(part))
        if number % 2:
            terms += [Term(tuple(word for _, _, word in found), is_phrase=True)] if found else []
            continue
        for _, end, word in found:
            is_last = end == len(part) and number == text.count('"')
            if word not in stop_words:
                terms.append(Term((word,), is_prefix=is_last))
    return terms[:MOST_WORDS]


class Words:
    """The words of an index's documents, made anew after each change."""

    def __init__(self, settings: dict[str, Any], documents: dict[str, dict[str, Any]]) -> None:
        self._settings = settings
        self.attributes = self._searchable(documents)
        exact = settings["typoTolerance"]["disableOnAttributes"]
        self._exact = {at for at, name in enumerate(self.attributes) if _is_within(name, exact)}
        self._found: dict[str, Where] = defaultdict(dict)
        self._fuzzy: set[str] = set()
        for id_, document in documents.items():
            for at, name in enumerate(self.attributes):
                values = values_at(document, name)
                for word, places in positions(texts_of(values)).items() if values else ():
                    self._found[word].setdefault(id_, {})[at] = places
                    if at not in self._exact:
                        self._fuzzy.add(word)
        self._synonyms = {
            tuple(word for _, _, word in spans(key)): [tuple(word for _, _, word in spans(o)) for o in others]
            for key, others in settings["synonyms"].items()
        }

    def _searchable(self, documents: dict[str, dict[str, Any]]) -> list[str]:
        names = self._settings["searchableAttributes"]
        if names == ["*"]:
            return list(dict.fromkeys(name for document in documents.values() for name in document))
        return list(names)

    def within(self, names: list[str] | None) -> set[int]:
        """The attributes of these names, by their numbers; of all without names."""
        if not names:
            return set(range(len(self.attributes)))
        return {at for at, name in enumerate(self.attributes) if _is_within(name, names)}

    def ways(self, terms: list[Term], attributes: set[int]) -> list[list[Way]]:
        """For each term the ways to meet it, alone or with those after it."""
        return [self._ways(terms, at, attributes) for at in range(len(terms))]

    def _ways(self, terms: list[Term], at: int, attributes: set[int]) -> list[Way]:
        term = terms[at]
        if term.is_phrase:
            return [Way(1, self._phrase(term.words, attributes), marks=term.words)]
        ways = [*self._one(term.words[0], attributes, is_prefix=term.is_prefix), *self._apart(term, attributes)]
        for size in range(1, len(terms) - at + 1):
            some = terms[at : at + size]
            if any(each.is_phrase for each in some):
                break
            written = tuple(word for each in some for word in each.words)
            ways += [
                Way(size, self._phrase(other, attributes), is_exact=False, marks=other)
                for other in self._synonyms.get(written, ())
            ]
            if 1 < size <= _LONGEST_JOINED:
                joined = self._one("".join(written), attributes, is_prefix=some[-1].is_prefix, most_typos=0)
                ways += [
                    Way(size, way.where, way.typos + 1, is_exact=False, marks=way.marks, begins=way.begins)
                    for way in joined
                ]
        return [way for way in ways if way.where]

    def _one(self, word: str, attributes: set[int], *, is_prefix: bool, most_typos: int = 2) -> list[Way]:
        ways = [Way(1, _cut(self._found.get(word, {}), attributes), marks=(word,))]
        if is_prefix:
            ways += [
                Way(1, _cut(where, attributes), is_exact=False, marks=(other,), begins=word)
                for other, where in self._found.items()
                if other.startswith(word) and other != word
            ]
        furthest = min(self._typos(word), most_typos)
        for other in self._fuzzy if furthest else ():
            count = (beginning_edits if is_prefix else edits)(word, other, furthest=furthest)
            if 0 < count <= furthest:
                where = _cut(self._found[other], attributes - self._exact)
                ways.append(Way(1, where, count, is_exact=False, marks=(other,)))
        return ways

    def _typos(self, word: str) -> int:
        tolerance = self._settings["typoTolerance"]
        least = tolerance["minWordSizeForTypos"]
        if not tolerance["enabled"] or (tolerance["disableOnNumbers"] and word.isdigit()):
            return 0
        return 2 if len(word) >= least["twoTypos"] else int(len(word) >= least["oneTypo"])

    def _apart(self, term: Term, attributes: set[int]) -> list[Way]:
        """The word as two, where the two stand next to each other."""
        word = term.words[0]
        cuts = [(word[:cut], word[cut:]) for cut in range(1, len(word))]
        known = [cut for cut in cuts if cut[0] in self._found and cut[1] in self._found]
        best = max(known, key=lambda cut: len(self._phrase(cut, attributes)), default=None)
        where = self._phrase(best, attributes) if best else {}
        return [Way(1, where, 1, is_exact=False, marks=best)] if best and where else []

    def _phrase(self, words: tuple[str, ...], attributes: set[int]) -> Where:
        found = _cut(self._found.get(words[0], {}), attributes) if words else {}
        for offset, word in enumerate(words[1:], 1):
            others = self._found.get(word, {})
            kept: Where = {}
            for id_, by_attribute in found.items():
                for at, places in by_attribute.items():
                    after = others.get(id_, {}).get(at, ())
                    together = [place for place in places if place + offset in after]
                    if together:
                        kept.setdefault(id_, {})[at] = together
            found = kept
        return found

    def frequency(self, term: Term) -> int:
        """In how many documents a term's first word is."""
        return len(self._found.get(term.words[0], {}))


def _is_within(name: str, names: list[str]) -> bool:
    return any(each == "*" or name == each or name.startswith(f"{each}.") for each in names)


def _cut(where: Where, attributes: set[int]) -> Where:
    kept = {id_: {at: places for at, places in found.items() if at in attributes} for id_, found in where.items()}
    return {id_: found for id_, found in kept.items() if found}


def meeting(ways: list[list[Way]], start: int = 0) -> set[str]:
    """The documents that meet all terms from one on."""
    if start == len(ways):
        return set()
    found: set[str] = set()
    for way in ways[start]:
        here = set(way.where)
        end = start + way.terms
        if end <= len(ways):
            found |= here if end == len(ways) else here & meeting(ways, end)
    return found


def folded(text: str) -> str:
    """A text as it is compared with the query as a whole."""
    return fold(text).strip()
