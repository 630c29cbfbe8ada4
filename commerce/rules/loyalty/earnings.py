"""What one person's orders and sign-ups are worth together: tiers, first orders and caps depend on what came before.

Persons are looked at as a whole, in the order in which they bought. So a merge, its undoing, a late order or a refund
ends in the same points, whatever came in first.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from operator import attrgetter
from typing import NamedTuple

from commerce.rules.loyalty.programmes import WHOLE, Course, Programme
from commerce.rules.loyalty.worth import OrderNow, worth

YEAR = timedelta(days=365)
ORDER, SIGN_UP = "order:", "signup:"
_BY_TIME = attrgetter("placed_at", "id")


class Claim(NamedTuple):
    """What a source should have given, to whom, and from when on it counts."""

    member_id: str
    points: int
    matures_at: datetime


class Flow(NamedTuple):
    """Points that moved otherwise: by how much they changed what the person holds, and had ever earned."""

    at: datetime
    held: int
    earned: int


class SignUp(NamedTuple):
    """When an account was opened."""

    member_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """All of one person: orders of all their members, accounts, and what else moved their points.

    `bought_before`: whether there were purchases from before the orders that are given.
    """

    orders: Sequence[OrderNow]
    sign_ups: Sequence[SignUp] = ()
    flows: Sequence[Flow] = ()
    bought_before: bool = False


def claims(person: Person, course: Course, *, unit: int, zone: tzinfo) -> dict[str, Claim]:
    """What each order and sign-up of the person should have given, by its source; nothing for those worth nothing."""
    return {
        f"{ORDER}{order.id}": Claim(order.member_id, points, programme.matures(order.placed_at, order.shipped_at))
        for order, points, programme in of_orders(person, course, unit=unit, zone=zone)
        if points
    } | _of_sign_ups(person, course)


def _of_sign_ups(person: Person, course: Course) -> dict[str, Claim]:
    """A person signs up once, whatever their number of accounts: with the oldest one."""
    first = min(person.sign_ups, key=lambda each: (each.at, each.member_id), default=None)
    programme = course.at(first.at) if first is not None else None
    if first is None or programme is None or not programme.sign_up:
        return {}
    return {f"{SIGN_UP}{first.member_id}": Claim(first.member_id, programme.sign_up, programme.matures(first.at))}


def of_orders(person: Person, course: Course, *, unit: int, zone: tzinfo) -> Iterator[tuple[OrderNow, int, Programme]]:
    """Each order that may earn, oldest first, with its points and the rules it earned them by."""
    so_far = _SoFar(person, course)
    for order in sorted(person.orders, key=_BY_TIME):
        programme = course.at(order.placed_at)
        if programme is not None:
            yield order, so_far.earn(order, programme, unit, zone), programme
        so_far.buy(order)


class _SoFar:
    """Where a person stands before each of their orders."""

    def __init__(self, person: Person, course: Course) -> None:
        moved = [*person.flows]
        moved += [Flow(claim.matures_at, claim.points, claim.points) for claim in _of_sign_ups(person, course).values()]
        self._flows = deque(sorted(moved) if moved else ())
        self._bought = person.bought_before
        self._held = self._earned = self._spent = 0
        self._of_days: dict[date, int] = defaultdict(int)
        self._of_year: deque[tuple[datetime, int]] = deque()

    def earn(self, order: OrderNow, programme: Programme, unit: int, zone: tzinfo) -> int:
        """The order's points, within the caps."""
        while self._flows and self._flows[0].at <= order.placed_at:
            flow = self._flows.popleft()
            self._held, self._earned = self._held + flow.held, self._earned + flow.earned
        points = worth(order, programme, unit=unit, factor=self._factor(order, programme), is_first=not self._bought)
        if programme.most_per_day is not None:
            day = order.placed_at.astimezone(zone).date()
            points = min(points, max(0, programme.most_per_day - self._of_days[day]))
            self._of_days[day] += points
        if programme.most_held is not None:
            points = min(points, max(0, programme.most_held - self._held))
        self._held += points
        self._earned += points
        return points

    def _factor(self, order: OrderNow, programme: Programme) -> int:
        if not programme.tiers:
            return WHOLE
        while self._of_year and self._of_year[0][0] < order.placed_at - YEAR:
            self._spent -= self._of_year.popleft()[1]
        tier = programme.tier(earned=self._earned, spent=self._spent)
        return tier.factor if tier is not None else WHOLE

    def buy(self, order: OrderNow) -> None:
        """It counts for those after it, whether it earned or not."""
        if order.kept:
            self._bought = True
            self._spent += order.kept
            self._of_year.append((order.placed_at, order.kept))
