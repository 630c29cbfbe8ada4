"""Movements: every change of an item's stock, with why, for which order, and by whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Index, Row, Table, Text, and_, delete, select

from commerce.tables.columns import BigId, Moment, metadata

# Why: an order, a count that the shop told, a count or a change by hand, an order that was deleted.
ORDER, TOLD, COUNTED, ADJUSTED, DELETED = "order", "told", "counted", "adjusted", "deleted"

# `on_hand`, `reserved`, `allocated`: by how much each changed. `made_by`: whoever changed it by hand.
movements = Table(
    "stock_movements",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("item_id", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("on_hand", BigInteger, nullable=False),
    Column("reserved", BigInteger, nullable=False),
    Column("allocated", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_stock_movements_item", "shop_id", "item_id", "id"),
    Index("ix_stock_movements_at", "at"),
)

_EMPTY = {"order_id": "", "made_by": "", "reason": "", "on_hand": 0, "reserved": 0, "allocated": 0}


def add(db: Connection, *, shop_id: int, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Write movements; rows have `item_id`, `why`, and what else there is to say."""
    if rows:
        db.execute(movements.insert(), [_EMPTY | {"shop_id": shop_id, "at": now} | dict(row) for row in rows])


def of_item(db: Connection, *, shop_id: int, item_id: str, limit: int, before: int | None = None) -> Sequence[Row[Any]]:
    """An item's movements, newest first; `before` is the id to go on behind."""
    chosen = and_(movements.c.shop_id == shop_id, movements.c.item_id == item_id)
    if before is not None:
        chosen = and_(chosen, movements.c.id < before)
    return db.execute(select(movements).where(chosen).order_by(movements.c.id.desc()).limit(limit)).all()


def forget(db: Connection, *, before: datetime, limit: int) -> int:
    """Delete movements of before that time; gives how many."""
    old = select(movements.c.id).where(movements.c.at < before).limit(limit).scalar_subquery()
    return db.execute(delete(movements).where(movements.c.id.in_(old))).rowcount
