"""What parcels on their way tell of people, and how long they are kept."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select, update

from commerce.tables.order_tracking import order_tracking
from commerce.tables.tracking_scans import scans

ERASED = "erased"  # why a parcel is not followed any more


def erase(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> set[str]:
    """Take whoever they go to out of these orders' parcels: who signed, where exactly they went, what carriers wrote.
    Gives their numbers."""
    if not order_ids:
        return set()
    chosen = and_(order_tracking.c.shop_id == shop_id, order_tracking.c.order_id.in_(order_ids))
    found = dict(db.execute(select(order_tracking.c.id, order_tracking.c.number).where(chosen)).all())
    nobody: dict[str, Any] = {"signed_by": "", "to_postcode": "", "postcode": "", "city": "", "province": ""}
    nobody |= {"stopped": ERASED, "next_check_at": None}
    db.execute(update(order_tracking).where(chosen).values(nobody))
    nowhere = {"text": "", "city": "", "province": "", "postcode": ""}
    db.execute(update(scans).where(scans.c.tracking_id.in_(list(found))).values(nowhere))
    return set(found.values())


def forget(db: Connection, *, before: datetime, limit: int) -> int:
    """Delete parcels that ended before that time, with their lines, and those that nobody asks for and nothing was
    heard of since; gives how many."""
    silent = and_(order_tracking.c.next_check_at.is_(None), order_tracking.c.saved_at < before)
    oldest = select(order_tracking.c.id).where(or_(order_tracking.c.ended_at < before, silent)).limit(limit)
    return db.execute(delete(order_tracking).where(order_tracking.c.id.in_(oldest.scalar_subquery()))).rowcount
