"""Synonyms as merchants think of them: words that mean the same, and words that stand for others; and as CSV."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from commerce.rules.written_settings import MOST_EXPANSIONS, phrase

TWO_WAY, ONE_WAY = "two-way", "one-way"
Synonyms = Mapping[str, tuple[str, ...]]


class UnableToReadSynonyms(ValueError):
    """Something is wrong with what was written; the text says what, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """TWO_WAY: all `words` mean the same. ONE_WAY: whoever searches the first of `words` also finds the others."""

    kind: str
    words: tuple[str, ...]


def groups(synonyms: Synonyms) -> list[Group]:
    """The fewest groups that say the same as the synonyms, by their first words."""
    two_way: dict[frozenset[str], None] = {}
    one_way: list[Group] = []
    for word, others in sorted(synonyms.items()):
        mutual = _mutual(synonyms, word)
        everyone = frozenset({word, *mutual})
        if mutual and all(everyone <= {other, *_mutual(synonyms, other)} for other in mutual):
            two_way[everyone] = None
        else:
            two_way |= {frozenset({word, other}): None for other in mutual}
        if rest := tuple(other for other in others if other not in mutual):
            one_way.append(Group(kind=ONE_WAY, words=(word, *rest)))
    alike = [Group(kind=TWO_WAY, words=tuple(sorted(words))) for words in two_way]
    return sorted([*alike, *one_way], key=lambda group: (group.words, group.kind))


def _mutual(synonyms: Synonyms, word: str) -> list[str]:
    return [other for other in synonyms.get(word, ()) if word in synonyms.get(other, ())]


def with_group(synonyms: Synonyms, group: Group) -> dict[str, tuple[str, ...]]:
    """The synonyms and this group."""
    told = dict(synonyms)
    for word in group.words if group.kind == TWO_WAY else group.words[:1]:
        others = [other for other in group.words if other != word]
        told[word] = tuple(dict.fromkeys([*told.get(word, ()), *others]))
    return told


def without_group(synonyms: Synonyms, group: Group) -> dict[str, tuple[str, ...]]:
    """The synonyms but for this group."""
    told = dict(synonyms)
    for word in group.words if group.kind == TWO_WAY else group.words[:1]:
        left = tuple(other for other in told.pop(word, ()) if other not in group.words)
        if left:
            told[word] = left
    return told


def group_of(kind: str, words: Iterable[str]) -> Group:
    """A group from what a merchant wrote. Raises UnableToReadSynonyms."""
    if kind not in (TWO_WAY, ONE_WAY):
        raise UnableToReadSynonyms(f"The kind must be {TWO_WAY} or {ONE_WAY}.")
    known = tuple(dict.fromkeys(one for one in map(phrase, words) if one))
    if len(known) < 2:
        raise UnableToReadSynonyms("There have to be at least two different words.")
    if len(known) > MOST_EXPANSIONS:
        raise UnableToReadSynonyms(f"There may be at most {MOST_EXPANSIONS} words in one group.")
    if any(len(one) > 100 or "\x00" in one for one in known):
        raise UnableToReadSynonyms("Each may have at most 100 characters.")
    return Group(kind=kind, words=known)


def as_csv(synonyms: Synonyms) -> str:
    """One line per group: its kind, then its words."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for group in groups(synonyms):
        writer.writerow([group.kind, *group.words])
    return out.getvalue()


def from_csv(text: str, *, before: Synonyms) -> dict[str, tuple[str, ...]]:
    """The synonyms `before` and those of the lines. Raises UnableToReadSynonyms, which names the line."""
    told = dict(before)
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text.lstrip("\ufeff"))), 1):
            if not any(cell.strip() for cell in cells):
                continue
            try:
                told = with_group(told, group_of(cells[0].strip().lower(), cells[1:]))
            except UnableToReadSynonyms as error:
                raise UnableToReadSynonyms(f"Line {number}: {error}") from None
    except csv.Error as error:
        raise UnableToReadSynonyms(f"This is no CSV: {error}.") from None
    return told
