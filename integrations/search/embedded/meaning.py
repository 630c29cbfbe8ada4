"""A query understood: what its words stand for in an index."""

from dataclasses import dataclass
from typing import NamedTuple

# How a word came to be read as another.
AS_WRITTEN, COMPLETED, CORRECTED = "", "completed", "corrected"
COMPOUND, SYNONYM = "compound", "synonym"


class Reading(NamedTuple):
    """One thing that a word may be read as: the stem to look for, its weight, and the word that has it."""

    stem: str
    weight: float
    word: str
    how: str = AS_WRITTEN


@dataclass(frozen=True, slots=True)
class Word:
    """One word and what it may be read as, the likeliest first. `known`: some of it is found."""

    text: str
    readings: tuple[Reading, ...]
    known: bool


class Instead(NamedTuple):
    """Stems that may stand instead of a group's words: of a compound, neighbours; of a synonym, anywhere."""

    stems: tuple[str, ...]
    text: str
    how: str


@dataclass(frozen=True, slots=True)
class Group:
    """Words that have to match together, or else something instead: "head set" or "headset", "couch" or "sofa bed"."""

    words: tuple[Word, ...]
    instead: tuple[Instead, ...] = ()

    @property
    def text(self) -> str:
        """Its words as they were asked."""
        return " ".join(word.text for word in self.words)

    @property
    def known(self) -> bool:
        """Whether any document can match."""
        return bool(self.instead) or all(word.known for word in self.words)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A query understood. `codes`: SKUs it has or is; `prefix`: its last word, where that may be a mere beginning.

    `left_out`: stop words; `corrected`: the whole query in the spelling that it was read in, where that is another;
    `noun`: the word that says what kind of product is looked for, None where there are only codes.
    """

    groups: tuple[Group, ...]
    codes: tuple[str, ...] = ()
    prefix: str = ""
    left_out: tuple[str, ...] = ()
    corrected: str = ""
    noun: Word | None = None

    @property
    def says_something(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.groups or self.codes)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The words that no product has, in any reading."""
        groups = [group for group in self.groups if not group.known]
        return tuple(word.text for group in groups for word in group.words if not word.known)

    @property
    def stems(self) -> set[str]:
        """Every stem that is looked for."""
        stems = {reading.stem for group in self.groups for word in group.words for reading in word.readings}
        return stems.union(*(other.stems for group in self.groups for other in group.instead))
