"""How good an order of hits is against judgments, and ways to ask for the same: mistyped, half typed."""

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

RELEVANT_FROM = 2
DEPTH, DEEP = 10, 50
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST_MISTYPED = 5

Grades = Mapping[str, int]
Gain = Callable[[int], float]


def ndcg(found: Sequence[str], judged: Grades, *, gain: Gain, depth: int = DEPTH) -> float | None:
    """The gain of the found ids over the best possible one, 0 to 1; None where nothing judged is relevant.

    Discounted by log2(rank + 1); what is not judged counts as 0.
    """
    best = _discounted(sorted(map(gain, judged.values()), reverse=True)[:depth])
    return _discounted(gain(judged.get(each, 0)) for each in found[:depth]) / best if best else None


def _discounted(gains: Iterable[float]) -> float:
    return sum(gain / math.log2(rank + 2) for rank, gain in enumerate(gains))


@dataclass(slots=True)
class Marks:
    """The marks of many queries, by name, and their means."""

    highest: int
    given: dict[str, list[float]] = field(default_factory=dict)

    def add(self, found: Sequence[str], judged: Grades) -> None:
        """Judge one query's hits, the best first.

        `ndcg@10` with linear gain, `ndcg_exp@10` with 2^grade - 1; `cond` and `cond_exp` the same of judged hits alone;
        `recall`: share of the relevant ones in the first 50; `zero`: nothing found; `judged`: share of the first ten
        that is judged; `p1`: the first one is relevant.
        """
        known = [each for each in found if each in judged]
        relevant = {each for each, grade in judged.items() if grade >= RELEVANT_FROM}
        marks = {
            "ndcg@10": ndcg(found, judged, gain=self._linear),
            "ndcg_exp@10": ndcg(found, judged, gain=_exponential),
            "cond": ndcg(known, judged, gain=self._linear),
            "cond_exp": ndcg(known, judged, gain=_exponential),
            "recall": len(relevant.intersection(found[:DEEP])) / len(relevant) if relevant else None,
            "zero": float(not found),
            "judged": sum(each in judged for each in found[:DEPTH]) / DEPTH,
            "p1": float(bool(found) and found[0] in relevant),
        }
        for name, mark in marks.items():
            if mark is not None:
                self.given.setdefault(name, []).append(mark)

    def _linear(self, grade: int) -> float:
        return grade / self.highest

    def mean(self, name: str) -> float:
        """The mean of one mark; not a number where there is none."""
        given = self.given.get(name, [])
        return sum(given) / len(given) if given else math.nan


def _exponential(grade: int) -> float:
    return float(2**grade - 1)


def mistyped(query: str, chance: random.Random) -> str | None:
    """The query with two letters swapped, or one left out, added or replaced, in a word of five or more; None without.

    The first and the last letter stay: they are hardly ever wrong.
    """
    words = query.split()
    long = [position for position, word in enumerate(words) if len(word) >= _SHORTEST_MISTYPED]
    if not long:
        return None
    position = chance.choice(long)
    word = words[position]
    at = chance.randrange(1, len(word) - 1)
    letter = chance.choice(_LETTERS)
    words[position] = chance.choice(
        [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
        ]
    )
    return " ".join(words)


def half_typed(query: str) -> str | None:
    """The query with its last word cut as while typing: to three letters, from six on to four; None where shorter."""
    *others, last = query.split() or [""]
    kept = 4 if len(last) > 5 else 3
    return " ".join([*others, last[:kept]]) if len(last) > kept else None
