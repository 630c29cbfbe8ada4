"""The order of hits: the ranking rules, one after the other, and what they say of a hit."""

from dataclasses import dataclass, field
from typing import Any

from tests.peers.meilisearch.filtering import number, values_at
from tests.peers.meilisearch.matching import Way

_FARTHEST = 8


@dataclass
class Rank:
    """How well a document meets a query."""

    matched: int = 0
    terms: int = 0
    typos: int = 0
    attributes: int = 0
    distance: int = 0
    places: int = 0
    exact: int = 0
    marks: set[str] = field(default_factory=set)
    begins: set[str] = field(default_factory=set)

    @property
    def score(self) -> float:
        """Between 0 and 1, the better the higher."""
        if not self.terms:
            return 1.0
        parts = [1 / (1 + self.typos), 1 / (1 + self.attributes), 1 / (1 + self.distance), self.exact / self.terms]
        return (
            self.matched - 1 + sum(part * weight for part, weight in zip(parts, (0.5, 0.3, 0.1, 0.1), strict=True))
        ) / (self.terms)

    def details(self) -> dict[str, Any]:
        """The rules' account."""
        order = iter(range(9))
        return {
            "words": {
                "order": next(order),
                "matchingWords": self.matched,
                "maxMatchingWords": self.terms,
                "score": self.matched / max(self.terms, 1),
            },
            "typo": {
                "order": next(order),
                "typoCount": self.typos,
                "maxTypoCount": self.matched,
                "score": 1 / (1 + self.typos),
            },
            "proximity": {"order": next(order), "score": 1 / (1 + self.distance)},
            "attributeRank": {"order": next(order), "score": 1 / (1 + self.attributes)},
            "wordPosition": {"order": next(order), "score": 1 / (1 + self.places)},
            "exactness": {
                "order": next(order),
                "matchType": "exactMatch" if self.exact == self.terms and not self.distance else "noExactMatch",
                "matchingWords": self.exact,
                "maxMatchingWords": self.terms,
                "score": self.exact / max(self.terms, 1),
            },
        }


def ranked(id_: str, ways: list[list[Way]], terms: int) -> Rank:
    """The best account of a document that meets the ways."""
    rank = Rank(terms=terms)
    start, before = 0, None
    while start < len(ways):
        met = [way for way in ways[start] if id_ in way.where]
        for way in met:
            rank.marks |= set(way.marks)
            rank.begins |= {way.begins} if way.begins else set()
        if not met:
            start += 1
            continue
        best = min(met, key=lambda way: (way.typos, not way.is_exact, -way.terms, min(way.where[id_])))
        attribute = min(best.where[id_])
        rank.matched += best.terms
        rank.typos += best.typos
        rank.attributes += attribute
        rank.exact += best.terms if best.is_exact else 0
        rank.places += best.where[id_][attribute][0]
        rank.distance += _distance(before, best.where[id_]) if before else 0
        before = best.where[id_]
        start += best.terms
    rank.distance = max(rank.distance - max(rank.matched - 1, 0), 0)
    return rank


def _distance(one: dict[int, list[int]], other: dict[int, list[int]]) -> int:
    near = [
        _FARTHEST if second < first else min(second - first, _FARTHEST)
        for at in one.keys() & other.keys()
        for first in one[at]
        for second in other[at]
    ]
    return min(near, default=_FARTHEST)


def key(rank: Rank, document: dict[str, Any], rules: list[str], sort: list[str]) -> tuple[Any, ...]:
    """What documents are ordered by."""
    found: list[Any] = []
    for rule in rules:
        if rule == "sort":
            found += [_by_field(document, *each.rsplit(":", 1)) for each in sort]
        elif ":" in rule:
            found.append(_by_field(document, *rule.rsplit(":", 1)))
        else:
            found.append(_BY_RULE[rule](rank))
    return tuple(found)


_BY_RULE = {
    "words": lambda rank: -rank.matched,
    "typo": lambda rank: rank.typos,
    "proximity": lambda rank: rank.distance,
    "attribute": lambda rank: (rank.attributes, rank.places),
    "attributeRank": lambda rank: rank.attributes,
    "wordPosition": lambda rank: rank.places,
    "exactness": lambda rank: -rank.exact,
}


def _by_field(document: dict[str, Any], name: str, direction: str) -> tuple[Any, ...]:
    """Numbers before texts before what lacks the field, in both directions."""
    value = next((each for each in values_at(document, name) or [] if each is not None), None)
    if value is None:
        return (2,)
    found = None if isinstance(value, str) else number(value)
    if found is not None:
        return (0, found if direction == "asc" else -found)
    text = str(value).lower()
    return (1, text if direction == "asc" else _Backwards(text))


class _Backwards(str):
    """A text that is sorted the other way round."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)
