"""What the operator paused: a queue of all shops, or one shop. What waits there is kept, and nobody works on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, Table, Text, delete, or_, select

from commerce.tables.columns import BigId, Moment, insert, metadata, storable

pauses = Table(
    "pauses",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("queue", Text, unique=True),  # either a queue
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE")),  # or a shop
    Column("since", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Index("uq_pauses_shop", "shop_id", unique=True),
)

_ALL = select(pauses).order_by(pauses.c.id)
_WHAT = select(pauses.c.queue, pauses.c.shop_id)


def everything(db: Connection) -> Sequence[Row[Any]]:
    """All that is paused, since when, and by whom."""
    return db.execute(_ALL).all()


def about(db: Connection, *, shop_id: int) -> Row[str | None, int | None, datetime, str] | None:
    """What is paused of what works for a shop, the shop itself before queues of all; None where nothing is."""
    columns = (pauses.c.queue, pauses.c.shop_id, pauses.c.since, pauses.c.by)
    query = select(*columns).where(or_(pauses.c.shop_id == shop_id, pauses.c.queue.is_not(None)))
    return db.execute(query.order_by(pauses.c.shop_id.is_(None), pauses.c.id).limit(1)).first()


def paused(db: Connection) -> tuple[frozenset[str], frozenset[int]]:
    """The queues and the shops that are paused; a single statement."""
    rows = db.execute(_WHAT).all()
    queues = frozenset(row.queue for row in rows if row.queue is not None)
    return queues, frozenset(row.shop_id for row in rows if row.shop_id is not None)


def pause(db: Connection, *, queue: str | None = None, shop_id: int | None = None, by: str, now: datetime) -> bool:
    """Pause a queue or a shop; False where it was paused before, and then that stands."""
    row = {"queue": queue, "shop_id": shop_id, "since": now, "by": storable(by, 300)}
    added = insert(db, pauses).values(row).on_conflict_do_nothing().returning(pauses.c.id)
    return db.execute(added).first() is not None


def resume(db: Connection, *, queue: str | None = None, shop_id: int | None = None) -> bool:
    """Let a queue or a shop go on; False where it was not paused."""
    chosen = pauses.c.queue == queue if queue is not None else pauses.c.shop_id == shop_id
    return db.execute(delete(pauses).where(chosen)).rowcount > 0
