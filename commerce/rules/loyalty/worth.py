"""What an order is worth in points at present: a function of its state, however it came about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from commerce.rules.loyalty.programmes import DOWN, PRODUCT, UP, WHOLE, Programme
from commerce.rules.orders import CANCELLED

# Financial states of which money came in; what went back again is told by the refunded amount. An order that nobody
# paid for is worth nothing: left open for long enough, it would be points for nothing.
PAID = ("paid", "partially_refunded", "refunded")
_PARTS = WHOLE**3  # of a point, for each minor unit: the rate, the weight of lines and the tier are thousandths


@dataclass(frozen=True, slots=True, kw_only=True)
class LineNow:
    """One position of an order; `total` in minor units."""

    product_id: str
    total: int
    quantity: int
    tags: frozenset[str] = frozenset()


class OrderNow(NamedTuple):
    """An order as it is at present, amounts in minor units; a tuple, as there are many of them.

    `kept`: what of its total the shop keeps. `lines` and `shipped_at` are known where rules need them.
    """

    id: str
    member_id: str
    placed_at: datetime
    total: int
    tax: int
    shipping: int
    kept: int
    shipped_at: datetime | None = None
    lines: Sequence[LineNow] = ()


def kept(*, total: int, refunded: int, status: str, financial_status: str) -> int:
    """What the shop keeps of an order's total; nothing of one that is cancelled, or not paid."""
    if status == CANCELLED or financial_status not in PAID or refunded >= total:
        return 0
    return total - refunded if refunded > 0 else total


def worth(order: OrderNow, programme: Programme, *, unit: int, factor: int = WHOLE, is_first: bool = False) -> int:
    """The order's points. `unit`: minor units in one of the currency. `factor`: of the customer's tier, thousandths.

    Cancelled and unpaid orders are worth nothing, refunded ones as much less as was given back of their total.
    """
    if order.kept == 0:
        return 0
    amount = order.total
    if not programme.with_tax:
        amount -= order.tax
    if not programme.with_shipping:
        amount -= order.shipping
    amount = max(amount, 0)
    weight, extra, lines_total = _weight(order, programme) if programme.products else (WHOLE, 0, 1)
    # Counted in parts of a point: of `unit`, and of thousandths for the rate, the weight of lines and the tier.
    whole = unit * _PARTS * lines_total
    parts = amount * programme.rate * weight * factor
    if extra:
        parts += extra * unit * WHOLE * WHOLE * lines_total * factor
    if is_first:
        parts += programme.first_order * whole
    if order.kept != order.total:
        parts, whole = parts * order.kept, whole * order.total
    points = _rounded(parts, whole, programme.rounding)
    return points if programme.most_per_order is None else min(points, programme.most_per_order)


def _weight(order: OrderNow, programme: Programme) -> tuple[int, int, int]:
    """By how much the lines count, in thousandths of their sum; points for pieces beside it; and that sum."""
    lines_total = sum(max(0, line.total) for line in order.lines)
    weight, extra = WHOLE * lines_total, 0
    for line in order.lines:
        rules = [rule for rule in programme.products if rule.value in _names(line, rule.by)]
        weight += max(0, line.total) * (max((rule.factor for rule in rules), default=WHOLE) - WHOLE)
        extra += max(0, line.quantity) * sum(rule.points for rule in rules)
    return (weight, extra, lines_total) if lines_total else (WHOLE, extra, 1)


def _names(line: LineNow, by: str) -> frozenset[str] | tuple[str]:
    return (line.product_id,) if by == PRODUCT else line.tags


def _rounded(parts: int, whole: int, rounding: str) -> int:
    if rounding == DOWN:
        return parts // whole
    return -(-parts // whole) if rounding == UP else (2 * parts + whole) // (2 * whole)
