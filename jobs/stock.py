"""What is left of items that were counted or changed by hand is worked out, and told to all who show it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from commerce.database import Connection
from commerce.mirror.outcomes import Happened
from commerce.mirror.refresh import refresh
from commerce.mirror.stock import booking
from commerce.rules.order_steps.settings import OrderSettings
from commerce.rules.orders import OPEN
from commerce.tables import shops
from commerce.tables.shops import Shop
from commerce.tables.stock import bookings, items, movements
from jobs import consequences, queues, reactions
from jobs.job import Lease, job, utc_now
from jobs.order_steps.inventory import happened
from jobs.process import Process
from jobs.slices import Work, work_off

LEASE = "stock"
BATCH = 200  # items


@job(queue=queues.EFFECTS, timeout=120)
def settle_stock(*, shop_id: int) -> None:
    """Work out what is left of the shop's items that were changed."""
    work_off(Work(wake=queues.STOCK, lease=LEASE, batch=settle_batch, waits=_has_due), shop_id=shop_id)


def _has_due(db: Connection, shop_id: int) -> bool:
    return bool(items.unsettled(db, shop_id=shop_id, limit=1))


def settle_batch(process: Process, held: Lease) -> int:
    """One batch; gives how many items it had. Done again it changes nothing."""
    now = utc_now()
    with process.database.write() as db:
        held.keep(db)
        shop = shops.by_id(db, process.vault, held.shop_id)
        due = items.unsettled(db, shop_id=held.shop_id, limit=BATCH) if shop is not None else []
        if shop is None or not due:
            return 0
        found = happened(refresh(db, shop, {row.product_id for row in due}, gone=(), now=now))
        items.settled(db, shop_id=shop.id, rows=due)
        planned = consequences.plan(db, process, shop, found, reactions.wanted(found), now=now)
    consequences.begin(process, planned)
    return len(due)


def book_found(
    db: Connection, shop: Shop, settings: OrderSettings, found: Mapping[str, Any], *, now: datetime
) -> list[Happened]:
    """Book what orders hold that no step booked, in the caller's transaction: open ones, as those of an import, and
    those that something is booked for already, as an import or a walk may tell what became of them.

    What was sent before anything was booked takes nothing from the shelf any more. Gives what others have to hear of.
    """
    known = bookings.booked(db, shop_id=shop.id, order_ids=found)
    holding = {key: order for key, order in found.items() if order.status == OPEN or key in known}
    if not holding:
        return []
    bought = booking.of_orders(db, shop, holding)
    booked = booking.book(db, shop, settings, bought, why=movements.ORDER, now=now)
    return happened(refresh(db, shop, booked.products, gone=(), now=now))
