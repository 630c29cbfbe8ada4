"""What an order has come to, as any telling of it shows, and which of that is news that starts steps.

Milestones are read from each telling by itself, also from those that came too late to be stored, and each counts
once. So they are the same in whatever order deliveries come, and however often.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from commerce.rules.events import IMPORT, LIVE, RECONCILE, REPLAY
from commerce.rules.orders import CANCELLED, COMPLETED, OrderFacts, Refund, ShipmentFacts

CREATED, PAID, FULFILLED, SHIPPED = "created", "paid", "fulfilled", "shipped"
REFUNDED, CANCELED, STOCK = "refunded", "cancelled", "stock"
NAMES = (CREATED, PAID, FULFILLED, SHIPPED, REFUNDED, CANCELED, STOCK)

HAS_PAID = frozenset({"paid", "partially_refunded", "refunded"})
_FRESH = timedelta(hours=24)  # for which a found order counts as one that has just come in


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """What became of an order. `key`: which refund, shipment or state of stock. `at`: when, where that is told."""

    order_id: str
    name: str
    key: str = ""
    at: datetime | None = None

    @property
    def occasion(self) -> str:
        """Name and key in one word."""
        return f"{self.name}:{self.key}" if self.key else self.name

    @property
    def event(self) -> str:
        """The event's name: `order.paid`."""
        return f"order.{self.name}"


def of_order(facts: OrderFacts) -> list[Milestone]:
    """What this telling of an order shows that it has come to."""
    found = [Milestone(order_id=facts.id, name=CREATED, at=facts.placed_at)]
    if facts.financial_status in HAS_PAID or facts.paid_at is not None:
        found.append(Milestone(order_id=facts.id, name=PAID, at=facts.paid_at))
    if facts.fulfillment_status == "fulfilled" or facts.status == COMPLETED:
        found.append(Milestone(order_id=facts.id, name=FULFILLED))
    if facts.status == CANCELLED:
        found.append(Milestone(order_id=facts.id, name=CANCELED))
    found += [of_refund(facts.id, refund) for refund in facts.refunds]
    found += [one for shipment in facts.shipments or () for one in of_shipment(shipment)]
    found.append(Milestone(order_id=facts.id, name=STOCK, key=stock_state(facts, facts.lines)))
    return found


def of_refund(order_id: str, refund: Refund) -> Milestone:
    """That money was given back."""
    return Milestone(order_id=order_id, name=REFUNDED, key=refund.id, at=refund.created_at)


def of_shipment(shipment: ShipmentFacts) -> list[Milestone]:
    """That something was sent: a shipment that was cancelled or failed was not."""
    if shipment.status == CANCELLED:
        return []
    return [Milestone(order_id=shipment.order_id, name=SHIPPED, key=shipment.id, at=shipment.shipped_at)]


def stock_state(order: Any, lines: Iterable[Any]) -> str:
    """A word for all that an order's hold on stock depends on; the same of facts and of what is stored of them."""
    of_lines = sorted(
        (line.variant_id, line.product_id, line.sku, line.quantity, line.fulfilled, line.cancelled, line.returned)
        for line in lines
    )
    whole = order.fulfillment_status == "fulfilled" or order.status == COMPLETED
    told = (order.status == CANCELLED, order.financial_status in HAS_PAID, whole, of_lines)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who told it: origin (commerce.rules.events), and whether the platform says that the order was made just now."""

    origin: str
    is_birth: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What decides whether something is news: since when the shop's steps run, whether anything of the order was
    known before, when it was placed, as far as that is told."""

    since: datetime
    is_known: bool
    placed_at: datetime | None


def is_news(milestone: Milestone, source: Source, ground: Ground, *, now: datetime) -> bool:
    """Whether the milestone starts steps: it came live (or was found within a day), and since the shop's steps run.

    What is imported or replayed never does. What a platform does not date counts as it does for the order: of one
    that was known before, or placed since, it is news.
    """
    if source.origin in (IMPORT, REPLAY):
        return False
    if source.origin == RECONCILE:
        return _is_since(milestone, ground, ground.since) and _is_since(milestone, ground, now - _FRESH)
    assert source.origin == LIVE, "there is no other origin"
    return source.is_birth or _is_since(milestone, ground, min(ground.since, now - _FRESH))


def is_late_news(milestone: Milestone, source: Source, ground: Ground) -> bool:
    """Whether a live telling starts what an import was first to tell: it happened since the shop's steps run."""
    if source.origin != LIVE:
        return False
    return source.is_birth or (milestone.name == CREATED and _is_since(milestone, ground, ground.since))


def _is_since(milestone: Milestone, ground: Ground, since: datetime) -> bool:
    at = milestone.at
    if at is not None:
        return at >= since
    return ground.is_known or ground.placed_at is None or ground.placed_at >= since


def distinct(found: Iterable[Milestone]) -> list[Milestone]:
    """Each once, the first telling's time before a later one's that has none."""
    kept: dict[tuple[str, str, str], Milestone] = {}
    for one in found:
        key = (one.order_id, one.name, one.key)
        if key not in kept or (kept[key].at is None and one.at is not None):
            kept[key] = one
    return list(kept.values())
