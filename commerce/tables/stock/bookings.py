"""Bookings: what each order holds of each item, so that nothing is taken twice."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    delete,
    or_,
    select,
)

from commerce.rules.inventory import Held
from commerce.tables.columns import BigId, Moment, insert, metadata, upsert

bookings = Table(
    "stock_bookings",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("reserved", Integer, nullable=False),
    Column("allocated", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_stock_bookings_item", "shop_id", "item_id", "updated_at"),
)

Key = tuple[str, str]  # order, item


def hold(db: Connection, *, shop_id: int, keys: Collection[Key], now: datetime) -> set[Key]:
    """Make sure that there is a row for each, with nothing in it; gives those that are new.

    A row that somebody else writes at the same time is waited for, so that both do not take the same pieces.
    """
    if not keys:
        return set()
    empty = {"shop_id": shop_id, "reserved": 0, "allocated": 0, "taken": 0, "updated_at": now}
    rows = [empty | {"order_id": order_id, "item_id": item_id} for order_id, item_id in sorted(keys)]
    statement = insert(db, bookings).on_conflict_do_nothing(index_elements=[*bookings.primary_key.columns])
    added = db.execute(statement.returning(bookings.c.order_id, bookings.c.item_id), rows)
    return {(row.order_id, row.item_id) for row in added}


def of_orders(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> dict[str, dict[str, Held]]:
    """What these orders hold, ours until the transaction ends."""
    found: dict[str, dict[str, Held]] = defaultdict(dict)
    if order_ids:
        chosen = and_(bookings.c.shop_id == shop_id, bookings.c.order_id.in_(order_ids))
        query = select(bookings).where(chosen).order_by(bookings.c.order_id, bookings.c.item_id)
        if db.dialect.name == "postgresql":  # SQLite has one writer
            query = query.with_for_update()
        for row in db.execute(query):
            found[row.order_id][row.item_id] = Held(reserved=row.reserved, allocated=row.allocated, taken=row.taken)
    return found


def save(db: Connection, *, shop_id: int, held: Mapping[Key, Held], now: datetime) -> None:
    """Write what orders hold now."""
    rows = [
        {
            "shop_id": shop_id,
            "order_id": order_id,
            "item_id": item_id,
            "reserved": one.reserved,
            "allocated": one.allocated,
            "taken": one.taken,
            "updated_at": now,
        }
        for (order_id, item_id), one in held.items()
    ]
    upsert(db, bookings, rows)


def of_item(db: Connection, *, shop_id: int, item_id: str, limit: int) -> Sequence[Row[Any]]:
    """The orders that hold pieces of an item which were not sent yet, newest first."""
    waiting = or_(bookings.c.reserved != 0, bookings.c.allocated != 0)
    chosen = and_(bookings.c.shop_id == shop_id, bookings.c.item_id == item_id, waiting)
    return db.execute(select(bookings).where(chosen).order_by(bookings.c.updated_at.desc()).limit(limit)).all()


def booked(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> set[str]:
    """Those of these orders of which something is booked, or was."""
    if not order_ids:
        return set()
    chosen = and_(bookings.c.shop_id == shop_id, bookings.c.order_id.in_(order_ids))
    return set(db.execute(select(bookings.c.order_id).where(chosen).distinct()).scalars())


def remove(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> None:
    """Delete what was booked for orders that are gone."""
    if order_ids:
        db.execute(delete(bookings).where(bookings.c.shop_id == shop_id, bookings.c.order_id.in_(order_ids)))
