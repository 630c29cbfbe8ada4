"""RFM: customers by how recently, how often and for how much they bought, and the eleven groups made of that.

Each of the three is a quintile from 1 to 5 among the shop's customers who ordered; 5 is the most recent, the most
often, the most. Who has the same value has the same quintile: that of the middle of their places (all alike: 3).
A shop in which fewer than FEWEST customers ordered has no quintiles: a fifth of a handful says nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

QUINTILES = 5
FEWEST = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group by the name that Shopify gives it, and what it means."""

    name: str
    label: str
    text: str


GROUPS = (
    Group(name="champions", label="Champions", text="Bought very recently, order often and spend the most."),
    Group(name="loyal", label="Loyal", text="Bought recently, order often and spend much."),
    Group(name="active", label="Active", text="Bought recently, with some orders and moderate spend."),
    Group(name="new", label="New", text="Bought very recently, with few orders so far."),
    Group(name="promising", label="Promising", text="Bought recently, with few orders and little spend."),
    Group(name="needs_attention", label="Needs attention", text="Bought some time ago; some orders, moderate spend."),
    Group(name="almost_lost", label="Almost lost", text="Bought some time ago, with few orders and little spend."),
    Group(name="at_risk", label="At risk", text="Have not bought for long, with a good history of orders and spend."),
    Group(name="previously_loyal", label="Previously loyal", text="Have not bought for long, after a great history."),
    Group(name="dormant", label="Dormant", text="Have not bought for long, with few orders and little spend."),
    Group(name="prospects", label="Prospects", text="Have not ordered yet."),
)
PROSPECTS = "prospects"
BY_NAME = {group.name: group for group in GROUPS}

# By recency (the most recent first) the groups for (frequency + monetary) / 2 from 1 to 5, halves rounded up. Shopify
# describes its groups in words only; this is our reading of them.
_TABLE = {
    5: ("new", "promising", "active", "champions", "champions"),
    4: ("promising", "promising", "active", "loyal", "loyal"),
    3: ("almost_lost", "almost_lost", "needs_attention", "loyal", "loyal"),
    2: ("dormant", "dormant", "at_risk", "at_risk", "previously_loyal"),
    1: ("dormant", "dormant", "at_risk", "at_risk", "previously_loyal"),
}
CELLS: dict[tuple[int, int], str] = {
    (recency, value): name for recency, names in _TABLE.items() for value, name in enumerate(names, 1)
}


def value_of(*, frequency: int, monetary: int) -> int:
    """Frequency and monetary value in one, from 1 to 5; halves count up."""
    return (frequency + monetary + 1) // 2


def group_of(*, recency: int, frequency: int, monetary: int) -> str:
    """The group of a customer who ordered."""
    return CELLS[recency, value_of(frequency=frequency, monetary=monetary)]


def quintile(*, smaller: int, equal: int, total: int) -> int:
    """The quintile of those `equal` that stand above `smaller` others, among `total`."""
    return 1 + QUINTILES * (2 * smaller + equal - 1) // (2 * total)


def cuts(values: Iterable[float]) -> dict[int, float]:
    """From which value on each quintile begins; quintiles that nobody has are left out."""
    ordered = sorted(values)
    begin: dict[int, float] = {}
    smaller = 0
    for value, same in groupby(ordered):
        equal = len(list(same))
        begin.setdefault(quintile(smaller=smaller, equal=equal, total=len(ordered)), value)
        smaller += equal
    return begin


def score(value: float, begins: Mapping[int, float]) -> int:
    """The quintile of a value, given where each begins; what is below all of them has the lowest there is."""
    reached = [number for number, begin in begins.items() if value >= begin]
    return max(reached, default=min(begins))
