"""Daily figures: what each order counts, by day, product, channel and country."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime, tzinfo
from typing import Any, Protocol

from commerce.rules.orders import CANCELLED

ALL, PRODUCT, CHANNEL, COUNTRY = "all", "product", "channel", "country"
DIMENSIONS = (ALL, PRODUCT, CHANNEL, COUNTRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Orders, pieces, and money in minor units. `net`: what was asked, less what was given back.

    Of one product only `orders`, `units`, `gross`, `discounts` and `net` are known: what is paid for shipping, or given
    back, is told of orders.
    """

    orders: int = 0
    units: int = 0
    gross: int = 0
    discounts: int = 0
    shipping: int = 0
    tax: int = 0
    refunds: int = 0
    net: int = 0

    def __add__(self, other: "Numbers") -> "Numbers":
        return Numbers.of([mine + more for mine, more in zip(astuple(self), astuple(other), strict=True)])

    def __neg__(self) -> "Numbers":
        return Numbers.of([-mine for mine in astuple(self)])

    @classmethod
    def of(cls, values: Sequence[int]) -> "Numbers":
        """Of values in the order of the fields."""
        return cls(**dict(zip(NUMBERS, values, strict=True)))

    def as_list(self) -> list[int]:
        """The values in the order of the fields."""
        return list(astuple(self))


NUMBERS = tuple(field.name for field in fields(Numbers))
NONE = Numbers()


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One figure's place: which orders, of which day, in which currency."""

    dimension: str
    day: date
    key: str
    currency: str


Counted = Mapping[Cell, Numbers]


class Line(Protocol):
    """A line of an order as it is stored."""

    @property
    def product_id(self) -> str:
        """The product."""

    @property
    def quantity(self) -> int:
        """Pieces that were bought."""

    @property
    def cancelled(self) -> int:
        """Of these, taken off before they were sent."""

    @property
    def price(self) -> int:
        """Of a piece."""

    @property
    def total(self) -> int:
        """After discounts."""


def counted(order: Any, lines: Iterable[Line], *, platform: str, zone: tzinfo) -> dict[Cell, Numbers]:
    """What an order, as it is stored, counts on the day on which it was placed; a cancelled one nothing.

    `zone`: the shop's, in which its days begin.
    """
    if order.status == CANCELLED:
        return {}
    every = list(lines)
    day = day_of(order.placed_at or order.updated_at or order.saved_at, zone)
    whole = Numbers(
        orders=1,
        units=sum(_pieces(line) for line in every),
        gross=sum(line.price * line.quantity for line in every),
        discounts=order.discount,
        shipping=order.shipping,
        tax=order.tax,
        refunds=order.refunded,
        net=order.total - order.refunded,
    )
    country = (order.delivery.get("country") or order.billing.get("country") or "").upper()
    found = {
        Cell(dimension, day, key, order.currency): whole
        for dimension, key in ((ALL, ""), (CHANNEL, platform), (COUNTRY, country))
    }
    for line in every:
        cell = Cell(PRODUCT, day, line.product_id, order.currency)
        known = found.get(cell, NONE)
        found[cell] = Numbers(
            orders=1,
            units=known.units + _pieces(line),
            gross=known.gross + line.price * line.quantity,
            discounts=known.discounts + line.price * line.quantity - line.total,
            net=known.net + line.total,
        )
    return found


def day_of(at: datetime, zone: tzinfo) -> date:
    """The day of that moment where the shop is."""
    return at.astimezone(zone).date()


def _pieces(line: Line) -> int:
    return max(0, line.quantity - line.cancelled)


def difference(after: Counted, before: Counted) -> dict[Cell, Numbers]:
    """What has to be added to the figures so that an order counts `after` and not `before`."""
    changes = {cell: after.get(cell, NONE) + -before.get(cell, NONE) for cell in {*after, *before}}
    return {cell: change for cell, change in changes.items() if change != NONE}


def as_stored(counted_: Counted) -> list[list[Any]]:
    """As plain JSON."""
    return [
        [cell.dimension, cell.day.isoformat(), cell.key, cell.currency, numbers.as_list()]
        for cell, numbers in sorted(counted_.items())
    ]


def of_stored(told: Iterable[Sequence[Any]]) -> dict[Cell, Numbers]:
    """What was stored as plain JSON."""
    return {
        Cell(dimension, date.fromisoformat(day), key, currency): Numbers.of(values)
        for dimension, day, key, currency, values in told
    }
