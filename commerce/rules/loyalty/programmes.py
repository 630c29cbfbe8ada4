"""A loyalty programme: what gives points, when they count, how long they last, and what they buy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

DOWN, NEAREST, UP = "down", "nearest", "up"
PLACED, SHIPPED = "placed", "shipped"
BATCH, INACTIVITY = "batch", "inactivity"
POINTS, SPENT = "points", "spent"
PRODUCT, TAG = "product", "tag"
AMOUNT, PERCENT, SHIPPING = "amount", "percent", "shipping"
MOST_WARNING = 60  # days
WHOLE = 1000  # factors and rates are counted in thousandths, so that no rounding happens but the last one


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRule:
    """More for some products: `points` for each piece, the `factor` (in thousandths) by which their amount counts."""

    by: str
    value: str
    points: int = 0
    factor: int = WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that other systems tell, such as a review: at most `times` in `days` for each customer.

    `times` 0: as often as it is told. `days` 0: ever.
    """

    name: str
    points: int
    times: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """Points end `days` after they count (by batch), or after the customer last earned or spent (by inactivity)."""

    days: int
    by: str = BATCH
    warn_days: int = 0

    def ends(self, since: datetime) -> datetime:
        """When points end that began to count, or were last moved, at that time."""
        return since + timedelta(days=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A level that is reached at `threshold`, and the `factor` (in thousandths) by which its orders count."""

    name: str
    threshold: int
    factor: int = WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """What `points` buy: an amount off in minor units, percent off, or free shipping (`value` 0).

    `minimum`: minor units that the order must come to.
    """

    name: str
    points: int
    kind: str
    value: int = 0
    minimum: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """The rules of one time. `rate`: thousandths of a point for each whole unit of the currency.

    Rounding happens once for each order, at the end. Caps None: there is none. Tiers stand lowest first; they are
    reached by points ever earned, or by what was spent in the twelve months before, in minor units.
    """

    rate: int = WHOLE
    with_tax: bool = True
    with_shipping: bool = False
    rounding: str = DOWN
    products: tuple[ProductRule, ...] = ()
    first_order: int = 0
    sign_up: int = 0
    actions: tuple[Action, ...] = ()
    waiting_days: int = 14
    waiting_from: str = PLACED
    expiry: Expiry | None = None
    most_per_order: int | None = None
    most_per_day: int | None = None
    most_held: int | None = None
    tiers_by: str = POINTS
    tiers: tuple[Tier, ...] = ()
    rewards: tuple[Reward, ...] = ()

    def matures(self, placed_at: datetime, shipped_at: datetime | None = None) -> datetime:
        """When the points of an order count that was placed then, and shipped as far as is known."""
        begins = placed_at
        if self.waiting_from == SHIPPED and shipped_at is not None:
            begins = max(placed_at, shipped_at)
        return begins + timedelta(days=self.waiting_days)

    def tier(self, *, earned: int, spent: int) -> Tier | None:
        """The highest level that so many points ever earned, or so much spent in twelve months, reach."""
        reached, found = earned if self.tiers_by == POINTS else spent, None
        for tier in self.tiers:
            if reached >= tier.threshold:
                found = tier
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The rules from a time on; `programme` None: the programme was switched off."""

    begins: datetime
    programme: Programme | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A programme over time: an order is worth what the rules of its day say, whenever it is looked at.

    `since`: orders placed before it are worth nothing. The first version also holds for orders from before it.
    """

    since: datetime
    versions: tuple[Version, ...]

    @property
    def now(self) -> Programme | None:
        """The rules of the present; None where the programme is off."""
        return self.versions[-1].programme

    def at(self, moment: datetime) -> Programme | None:
        """The rules under which something of that time earns; None where it earns nothing."""
        if moment < self.since:
            return None
        found = self.versions[0]
        for version in self.versions[1:]:
            if version.begins <= moment:
                found = version
        return found.programme

    def some(self) -> Sequence[Programme]:
        """Every set of rules there was."""
        return [version.programme for version in self.versions if version.programme is not None]

    def expires(self, matures_at: datetime) -> datetime | None:
        """When points end that count from then on: a full period, also where the rule is younger than the points."""
        if self.now is None or self.now.expiry is None:
            return None
        begins = self.versions[-1].begins
        for version in reversed(self.versions):
            if version.programme is None or version.programme.expiry != self.now.expiry:
                break
            begins = version.begins
        return self.now.expiry.ends(max(matures_at, begins))
