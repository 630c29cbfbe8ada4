"""Milestones of orders: what became of one, once, however often and in whatever order it is told."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Row, Table, Text, and_, delete, select, tuple_, update

from commerce.tables.columns import BigId, Moment, insert, metadata

# `key`: which one of several: a refund's or a shipment's id, a state of stock. `began`: its steps were started.
milestones = Table(
    "order_milestones",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("at", Moment),
    Column("seen_at", Moment, nullable=False),
    Column("inbox_id", BigId),
    Column("origin", Text, nullable=False),
    Column("began", Boolean, nullable=False),
)

Key = tuple[str, str, str]  # order, name, key


def of_orders(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> Sequence[Row[Any]]:
    """All milestones of these orders, in the order in which they were seen."""
    if not order_ids:
        return []
    chosen = and_(milestones.c.shop_id == shop_id, milestones.c.order_id.in_(order_ids))
    return db.execute(select(milestones).where(chosen).order_by(milestones.c.seen_at, milestones.c.name)).all()


def add(db: Connection, *, shop_id: int, rows: Sequence[Mapping[str, Any]]) -> set[Key]:
    """Write milestones; gives those that were not there before. Rows have every column but `shop_id`."""
    if not rows:
        return set()
    statement = insert(db, milestones).on_conflict_do_nothing(index_elements=[*milestones.primary_key.columns])
    given = statement.returning(milestones.c.order_id, milestones.c.name, milestones.c.key)
    return {
        (row.order_id, row.name, row.key)
        for row in db.execute(given, [dict(row) | {"shop_id": shop_id} for row in rows])
    }


def begin(db: Connection, *, shop_id: int, keys: Collection[Key]) -> set[Key]:
    """Mark milestones that are there and began nothing so far; gives those that this call began."""
    if not keys:
        return set()
    which = tuple_(milestones.c.order_id, milestones.c.name, milestones.c.key).in_(list(keys))
    chosen = and_(milestones.c.shop_id == shop_id, milestones.c.began.is_(False), which)
    changed = update(milestones).where(chosen).values(began=True)
    returned = changed.returning(milestones.c.order_id, milestones.c.name, milestones.c.key)
    return {(row.order_id, row.name, row.key) for row in db.execute(returned)}


def forget(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> None:
    """Delete what became of orders that the shop erased."""
    if order_ids:
        chosen = and_(milestones.c.shop_id == shop_id, milestones.c.order_id.in_(order_ids))
        db.execute(delete(milestones).where(chosen))
