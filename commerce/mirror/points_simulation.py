"""What a programme would have done with past orders, before it is switched on: nothing is written."""

from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from operator import attrgetter

from sqlalchemy import Connection

from commerce.mirror.points import lines_now, zone_of
from commerce.rules.loyalty.earnings import YEAR, Person, of_orders
from commerce.rules.loyalty.programmes import AMOUNT, PERCENT, SPENT, Course, Programme, Reward, Version
from commerce.rules.loyalty.worth import OrderNow
from commerce.rules.money import exponent
from commerce.tables.loyalty import earning
from commerce.tables.shops import Shop

BANDS = (0, 100, 250, 500, 1000, 2500, 5000, 10_000)  # lower bounds of what customers would hold
_CHUNK = 1000  # orders whose lines are looked up together
_PERSONS = 500  # who are looked at together
_WHOSE = attrgetter("member_id")


@dataclass(slots=True, kw_only=True)
class Simulated:
    """What it would have come to. Money in minor units of the shop's currency.

    `months`: points by month of the shop's own calendar ("2026-03"). `tiers`: customers by level at the end, "" for
    none. `bands`: customers by the lower bound of what they would hold. `cost`: of everything if it were spent on the
    reward that costs the shop most for a point; `rates`: what a point costs by reward. `since`: the orders that were
    looked at are from then on; `cut`: there are older ones within the time that was asked for.
    """

    orders: int = 0
    earning: int = 0
    revenue: int = 0
    customers: int = 0
    points: int = 0
    months: dict[str, int] = field(default_factory=dict)
    tiers: dict[str, int] = field(default_factory=dict)
    bands: dict[int, int] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    cost: int = 0
    since: datetime | None = None
    cut: bool = False

    @property
    def share(self) -> float:
        """The cost as a share of what was sold."""
        return self.cost / self.revenue if self.revenue else 0.0


def simulate(
    db: Connection, shop: Shop, programme: Programme, *, since: datetime, until: datetime, most: int | None = None
) -> Simulated:
    """What the programme would have given for the orders placed in that time, as they are at present.

    Streams plain columns, person by person: its memory does not grow with the number of orders or customers. About a
    second for 100,000 orders, and more where products or parcels count. Nothing is spent and nothing ends meanwhile;
    sign-ups and actions are not known of the past. `most`: of more orders than that, only the newest are looked at.
    """
    begins = since - YEAR if programme.tiers and programme.tiers_by == SPENT else since
    newest = earning.newest_from(db, shop_id=shop.id, since=begins, until=until, most=most) if most else None
    asked, begins = since, max(begins, newest or begins)
    since = max(since, begins)
    course = Course(since=since, versions=(Version(begins=begins, programme=programme),))
    counted = _Counted(shop, course, programme, until)
    orders = earning.streamed(db, shop_id=shop.id, since=begins, until=until, currency=shop.currency)
    if programme.products:
        orders = _with_lines(db, shop.id, programme, orders)
    persons = (list(bought) for _, bought in groupby(orders, key=_WHOSE))
    while some := list(islice(persons, _PERSONS)):
        before = _before(db, shop.id, programme, some, begins)
        for bought in some:
            counted.person(bought, bought_before=bought[0].member_id in before)
    found = counted.result(programme.rewards)
    found.since, found.cut = since, since > asked
    return found


def _with_lines(db: Connection, shop_id: int, programme: Programme, orders: Iterator[OrderNow]) -> Iterator[OrderNow]:
    while chunk := list(islice(orders, _CHUNK)):
        lines = lines_now(db, shop_id, [programme], [order.id for order in chunk])
        yield from (order._replace(lines=lines.get(order.id, ())) for order in chunk)


def _before(
    db: Connection, shop_id: int, programme: Programme, some: Sequence[Sequence[OrderNow]], begins: datetime
) -> set[str]:
    """Those who bought before: where there is a bonus for a first order, theirs was given away long ago."""
    if not programme.first_order:
        return set()
    roots = [bought[0].member_id for bought in some]
    return earning.persons_before(db, shop_id=shop_id, roots=roots, before=begins)


def _months(since: datetime, until: datetime) -> Iterator[datetime]:
    """When the months of the calendar began that this time is in; `since` has the calendar's zone."""
    begins = since.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    while begins <= until:
        yield begins.astimezone(UTC)
        begins = (begins + timedelta(days=31)).replace(day=1)


class _Counted:
    """Counts persons, one after the other."""

    def __init__(self, shop: Shop, course: Course, programme: Programme, until: datetime) -> None:
        self._course, self._programme, self._until = course, programme, until
        self._unit, self._zone = 10 ** exponent(shop.currency), zone_of(shop)
        self._begins = list(_months(course.since.astimezone(self._zone), until))
        self._months = [0] * (len(self._begins) + 1)
        self._tiers: Counter[str] = Counter()
        self._bands: Counter[int] = Counter()
        self._shipping = 0
        self._found = Simulated()

    def person(self, bought: Sequence[OrderNow], *, bought_before: bool) -> None:
        """All of one person's orders."""
        found, total, earning, revenue = self._found, 0, 0, 0
        person = Person(orders=bought, bought_before=bought_before)
        for order, points, _ in of_orders(person, self._course, unit=self._unit, zone=self._zone):
            found.orders += 1
            if order.kept:
                revenue += order.kept
                self._shipping += order.shipping
            if points:
                earning += 1
                total += points
                self._months[bisect(self._begins, order.placed_at)] += points
        found.earning += earning
        found.revenue += revenue
        found.points += total
        if total:
            found.customers += 1
            self._bands[max(band for band in BANDS if band <= total)] += 1
        if self._programme.tiers:
            spent = sum(order.kept for order in bought if order.placed_at >= self._until - YEAR)
            tier = self._programme.tier(earned=total, spent=spent)
            self._tiers[tier.name if tier is not None else ""] += 1

    def result(self, rewards: Sequence[Reward]) -> Simulated:
        """All persons together."""
        found = self._found
        names = [f"{begins.astimezone(self._zone):%Y-%m}" for begins in self._begins]
        found.months = {name: points for name, points in zip(names, self._months[1:], strict=True) if points}
        found.tiers = dict(self._tiers)
        found.bands = {band: self._bands[band] for band in BANDS if self._bands[band]}
        found.rates = {reward.name: self._rate(reward) for reward in rewards}
        found.cost = round(found.points * max(found.rates.values(), default=0.0))
        return found

    def _rate(self, reward: Reward) -> float:
        """What a point costs that is spent on it: of the average order, where it is no fixed amount."""
        number = max(1, self._found.earning)
        if reward.kind == AMOUNT:
            return reward.value / reward.points
        if reward.kind == PERCENT:
            return self._found.revenue / number * reward.value / 100 / reward.points
        return self._shipping / number / reward.points
