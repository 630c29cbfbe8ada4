"""What needs somebody: one line for each kind of thing, the most urgent first, put aside until it gets worse."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# Kinds, the most urgent first: what stops everything, what the law asks, what lost something, what may wait.
KINDS = (
    *("connection", "queue", "workers", "privacy", "index", "deliveries"),
    *("steps.unsure", "steps.failed", "steps.held", "steps.late", "messages", "effects", "webhooks", "template"),
    *("oversold", "parcels", "run", "hooks", "low_stock", "rejections", "rereads"),
)
BAD, WAIT = "bad", "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One line. `newest`: when the newest of them came about, where that is known. `words` say what it is, `more` says
    more of it, `action` and `address` what is to be done about it.
    """

    kind: str
    number: int
    tone: str
    words: str
    more: str = ""
    newest: datetime | None = None
    action: str = ""
    address: str = ""
    leaves: bool = False  # the action leads to the shop's own pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissed:
    """How many there were when the kind was put aside, and when that was."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """`open` needs somebody now, `aside` was put aside and is no worse. `fewer`: kinds put aside of which fewer are
    left, with their number now: what comes on top of it is worse."""

    open: list[Need]
    aside: list[Need]
    fewer: dict[str, int]


def sort(needs: Iterable[Need], dismissed: Mapping[str, Dismissed]) -> Sorted:
    """Sort what there is by urgency, and apart what was put aside."""
    there = sorted((need for need in needs if need.number > 0), key=lambda need: KINDS.index(need.kind))
    aside = [need for need in there if need.kind in dismissed and not is_worse(need, dismissed[need.kind])]
    numbers = {need.kind: need.number for need in there}
    fewer = {kind: numbers.get(kind, 0) for kind, one in dismissed.items() if kind in KINDS}
    return Sorted(
        open=[need for need in there if need not in aside],
        aside=aside,
        fewer={kind: number for kind, number in fewer.items() if number < dismissed[kind].number},
    )


def is_worse(need: Need, dismissed: Dismissed) -> bool:
    """Whether there are more than when it was put aside, or a newer one came in the place of one that is over."""
    return need.number > dismissed.number or (need.newest is not None and need.newest > dismissed.at)


def standing(needs: Iterable[Any]) -> str:
    """How it is on the whole: `good`, or as bad as the worst of what needs somebody."""
    tones = {need.tone for need in needs}
    return BAD if BAD in tones else WAIT if tones else "good"
