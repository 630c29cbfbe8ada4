"""Variants as terms, so that "red" and "M" are met by one of them and not by a red S beside a blue M.

For every two or more options of a variant there is one term with their values, for filters; one with the names alone,
which tells that a product has such options at all; and one for every two words of the values, for queries.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice, product
from typing import TypeVar

from integrations.search.embedded.schema import clean, facet_value
from integrations.search.text.analysis import query_words

_T = TypeVar("_T")
Options = tuple[tuple[str, str], ...]

# Options of one filter beyond this many are checked in threes: shops have at most three, as a rule.
_MOST_TOGETHER = 4
_MOST_ALTERNATIVES = 1000
_SEPARATOR = "\x1f"
_NAMES, _VALUES, _WORDS = "?", "=", "+"
ANY = _NAMES  # on every product with variants of several options


def terms(variants: Iterable[Options]) -> set[str]:
    """The terms of a product."""
    found: set[str] = set()
    for options in set(variants):
        if len(options) < 2:
            continue
        found.add(ANY)
        chosen = sorted(dict(options).items())
        for some in _some(chosen):
            found.add(_joined(_NAMES, (name for name, _ in some)))
            found.add(_joined(_VALUES, (part for name, value in some for part in (name, facet_value(value)))))
        worded = [query_words(value) for _, value in chosen]
        for one, other in combinations(worded, 2):
            found.update(words_term(left, right) for left in one for right in other)
    return found


def together(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Which of these facets have to be met together: every two of them, every three…"""
    return _some(sorted(names))


def names_term(names: Sequence[str]) -> str:
    """The term of products whose variants have all of these options."""
    return _joined(_NAMES, names)


def values_terms(names: Sequence[str], accepted: Sequence[Sequence[str]]) -> list[str]:
    """The terms of variants that have one of the accepted values of each option."""
    chosen = [[(name, facet_value(value)) for value in values] for name, values in zip(names, accepted, strict=True)]
    every = islice(product(*chosen), _MOST_ALTERNATIVES)
    return [_joined(_VALUES, (part for pair in each for part in pair)) for each in every]


def words_term(one: str, other: str) -> str:
    """The term of variants whose options have both words."""
    return _joined(_WORDS, sorted((one, other)))


def _some(things: Sequence[_T]) -> Iterator[tuple[_T, ...]]:
    most = len(things) if len(things) <= _MOST_TOGETHER else _MOST_TOGETHER - 1
    for size in range(2, most + 1):
        yield from combinations(things, size)


def _joined(kind: str, parts: Iterable[str]) -> str:
    return clean(_SEPARATOR.join([kind, *parts]))
