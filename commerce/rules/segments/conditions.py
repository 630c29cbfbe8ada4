"""Rules of a segment once they are read: conditions, and groups of which all, any or none have to hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from commerce.rules.segments.fields import PRODUCT, RANKED, SEGMENT, Field, Operator

ALL, ANY, NONE = "all", "any", "none"
MATCHES = (ALL, ANY, NONE)

Value = str | int | float | bool | date | tuple[str, ...] | tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A field, how it is asked, and with what. A product may have been bought `since` a day or in the last `days`."""

    field: Field
    operator: Operator
    value: Value = None
    since: date | None = None
    days: int | None = None

    @property
    def by_clock(self) -> bool:
        """Whether the answer changes as time goes by."""
        return self.operator.by_clock or self.days is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Conditions and groups of which ALL, ANY or NONE have to hold."""

    match: str
    parts: tuple["Condition | Group", ...]


@dataclass(frozen=True)
class Rules:
    """Who belongs to a segment."""

    root: Group

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions, however deep."""
        return tuple(_within(self.root))

    @property
    def uses_time(self) -> bool:
        """Whether customers enter and leave as time goes by, without any event."""
        return any(one.by_clock for one in self.conditions)

    @property
    def uses_ranks(self) -> bool:
        """Whether RFM is asked, which is worked out by the clock as well."""
        return any(one.field.name in RANKED for one in self.conditions)

    @property
    def segments(self) -> frozenset[str]:
        """Ids of other segments that are asked."""
        return frozenset(str(one.value) for one in self.conditions if one.field.type == SEGMENT)

    @property
    def products(self) -> frozenset[str]:
        """Ids of products that are asked."""
        return frozenset(str(one.value) for one in self.conditions if one.field.type == PRODUCT)


def _within(group: Group) -> Iterator[Condition]:
    for part in group.parts:
        if isinstance(part, Group):
            yield from _within(part)
        else:
            yield part


def in_order(rules: Mapping[str, Rules]) -> list[str]:
    """Segments' ids, each behind those that its rules ask. Raises CycleError, a ValueError."""
    asked = {key: one.segments & rules.keys() for key, one in sorted(rules.items())}
    return list(TopologicalSorter(asked).static_order())


def is_circle(rules: Mapping[str, Rules]) -> bool:
    """Whether a segment asks itself, straight or by way of others."""
    try:
        in_order(rules)
    except CycleError:
        return True
    return False


def dependents(key: str, rules: Mapping[str, Rules]) -> set[str]:
    """The segments that ask this one, straight or by way of others."""
    found: set[str] = set()
    new = {key}
    while new:
        new = {other for other, one in rules.items() if one.segments & new} - found
        found |= new
    return found
