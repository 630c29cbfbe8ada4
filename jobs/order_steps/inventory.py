"""Stock of orders: what each holds is booked, and what is left of its products worked out again."""

from collections.abc import Mapping, Sequence
from typing import Any

from commerce.mirror.outcomes import Happened
from commerce.mirror.refresh import Refreshed, refresh
from commerce.mirror.stock import booking
from commerce.mirror.stock.settling import INVENTORY
from commerce.rules.events import LIVE, PRODUCT
from commerce.rules.inventory import in_words
from commerce.rules.order_steps.outcomes import Outcome, done
from commerce.tables.stock import movements
from jobs.order_steps.work import Work

ALLOCATED = "inventory.allocated"  # `reason` of such an event is the order


def run(work: Work, steps: Sequence[Any]) -> Mapping[int, Outcome]:
    """Make the orders of these steps hold what they should by now. The platform's own figure stays what it is, where it
    keeps the stock: then this is for warnings."""
    ids = {row.order_id for row in steps}
    stored = {key: order for key, order in work.orders.items() if key in ids}
    bought = booking.of_orders(work.db, work.shop, stored)
    booked = booking.book(work.db, work.shop, work.settings, bought, why=movements.ORDER, now=work.now)
    refreshed = refresh(work.db, work.shop, booked.products, gone=(), now=work.now)
    work.happened += happened(refreshed)
    outcomes: dict[int, Outcome] = {}
    told: set[str] = set()
    for row in steps:
        changes = {} if row.order_id in told else booked.changes.get(row.order_id, {})
        told.add(row.order_id)
        outcomes[row.id] = done(in_words(changes.values()))
        work.happened += [
            _event(ALLOCATED, INVENTORY, item, reason=row.order_id)
            for item, change in changes.items()
            if change.allocated > 0
        ]
    return outcomes


def happened(refreshed: Refreshed) -> list[Happened]:
    """What others have to hear of where the stock of products was worked out again: search, pages, merchants."""
    found = [_event("product.document_changed", PRODUCT, product_id) for product_id in refreshed.documents]
    found += [
        Happened(
            name="product.looks_changed",
            kind=PRODUCT,
            object_id=change.product_id,
            inbox_id=None,
            origin=LIVE,
            change=change,
        )
        for change in refreshed.cards
    ]
    return [*found, *refreshed.stock]


def _event(name: str, kind: str, object_id: str, *, reason: str = "") -> Happened:
    return Happened(name=name, kind=kind, object_id=object_id, inbox_id=None, origin=LIVE, reason=reason)
