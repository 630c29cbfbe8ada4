"""What the words of a query stand for on this server: stems, beginnings, corrections, compounds, synonyms, codes."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

AS_WRITTEN, CORRECTED, UNKNOWN = "as written", "corrected", "unknown"
SYNONYM_WEIGHT, COMPOUND_WEIGHT, BEGINNING_WEIGHT = 0.8, 0.9, 0.6

# Asks several searches at once and gives their answers.
Ask = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Instead:
    """What may stand in a word's place: stems that are all there, or words that begin so; and how much that counts."""

    stems: tuple[str, ...]
    weight: float
    text: str
    is_beginning: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `text` as typed, `read` as understood, its stem, in how many products it is, and what stands for it."""

    text: str
    read: str
    stem: str
    count: int
    how: str = AS_WRITTEN
    instead: tuple[Instead, ...] = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """A query understood. `prefix`: its last word, where that is taken for a beginning; `codes`: SKUs it has or is.

    `products`: how many there are; `corrected`: the query in another spelling, or empty.
    """

    words: tuple[Word, ...] = ()
    left_out: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    prefix: str = ""
    products: int = 0
    corrected: str = ""

    @property
    def known(self) -> tuple[Word, ...]:
        """The words that some product has."""
        return tuple(word for word in self.words if word.how != UNKNOWN)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The words that no product has."""
        return tuple(dict.fromkeys(word.text for word in self.words if word.how == UNKNOWN))

    @property
    def asked(self) -> str:
        """What the server is asked: stems, and behind the last a space unless it is a beginning."""
        stems = [word.stem for word in self.known]
        if self.prefix and stems:
            stems[-1] = self.prefix
        return " ".join(stems) + ("" if self.prefix else " ")

    def weight(self, word: Word) -> float:
        """How much a word tells: the rarer, the more."""
        return math.log(1 + (max(self.products - word.count, 0) + 0.5) / (word.count + 0.5))
