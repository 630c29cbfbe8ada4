"""What a person bought, in figures. Money in minor units, per currency; times in UTC."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_DAY = 86_400.0
_MOST_A_YEAR = 12  # orders a year that a lifetime value counts on at most

Totals = Mapping[str, Sequence[int]]  # currency to (orders that were not cancelled, their totals, what was refunded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """What one member bought; `told_orders` and `told_spent`: what the platform itself says, where it does.

    `orders_stored` counts cancelled orders too.
    """

    totals: Totals
    orders_stored: int = 0
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None
    told_orders: int | None = None
    told_spent: int | None = None

    @property
    def platform_knows_more(self) -> bool:
        """Whether the platform knows of orders that are not stored here (it hides those older than 60 days)."""
        return self.told_orders is not None and self.told_spent is not None and self.told_orders > self.orders_stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A person's figures. Amounts are of the shop's currency; `totals` has all of them.

    `lifetime_value`: what they spent, and a year at their own rhythm: the average order times the orders that fit into
    365 days, at most 12; who ordered once has no rhythm yet, so it is what they spent.
    """

    orders_count: int
    total_spent: int
    refunded: int
    average_order: int | None
    totals: dict[str, list[int]]
    first_order_at: datetime | None
    last_order_at: datetime | None
    days_between_orders: float | None
    next_order_at: datetime | None
    lifetime_value: int | None


def figures(members: Iterable[Bought], *, currency: str) -> Figures:
    """A person's figures from those of the members. `currency` is the shop's."""
    all_of_them = list(members)
    totals: dict[str, list[int]] = {}
    for one in all_of_them:
        for code, told in one.totals.items():
            totals[code] = [kept + more for kept, more in zip(totals.get(code, (0, 0, 0)), told, strict=True)]
    count = sum(_count(one) for one in all_of_them)
    gross, refunded = totals.get(currency, [0, 0, 0])[1:]
    spent = gross - refunded + sum(_hidden(one, currency) for one in all_of_them)
    firsts = [one.first_order_at for one in all_of_them if one.first_order_at]
    lasts = [one.last_order_at for one in all_of_them if one.last_order_at]
    first, last = min(firsts, default=None), max(lasts, default=None)
    here = totals.get(currency, [0])[0] + sum(_count(one) - _stored(one) for one in all_of_them)
    average = round(spent / here) if here > 0 else None
    days = _rhythm(sum(_stored(one) for one in all_of_them), first, last)
    return Figures(
        orders_count=count,
        total_spent=spent,
        refunded=refunded,
        average_order=average,
        totals=totals,
        first_order_at=first,
        last_order_at=last,
        days_between_orders=days,
        next_order_at=last + timedelta(days=days) if last and days else None,
        lifetime_value=_value(spent, average, days),
    )


def _stored(one: Bought) -> int:
    return sum(told[0] for told in one.totals.values())


def _count(one: Bought) -> int:
    if one.platform_knows_more:
        assert one.told_orders is not None
        return one.told_orders
    return _stored(one)


def _hidden(one: Bought, currency: str) -> int:
    """What the platform says was spent beyond what is stored; it says it in the shop's currency."""
    if not one.platform_knows_more:
        return 0
    assert one.told_spent is not None
    _, gross, refunded = one.totals.get(currency, (0, 0, 0))
    return one.told_spent - (gross - refunded)


def _rhythm(count: int, first: datetime | None, last: datetime | None) -> float | None:
    if count < 2 or first is None or last is None or last <= first:
        return None
    return round((last - first).total_seconds() / _DAY / (count - 1), 2)


def _value(spent: int, average: int | None, days: float | None) -> int | None:
    if average is None:
        return None
    return spent + round(average * min(_MOST_A_YEAR, 365 / days)) if days else spent
