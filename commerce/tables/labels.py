"""Shipping labels: a claim before anything is bought, the raw reply before it is understood, then the label.

A label costs money, so what was begun is never begun again by itself: a claim without an end is shown to the merchant.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    and_,
    select,
    text,
    update,
)

from commerce.tables.columns import BigId, Json, Moment, insert, metadata
from commerce.tables.orders import orders

# CLAIMED: it is wanted, and nobody asked yet. ASKING: somebody asks, or did when the process died. UNSURE: nobody knows
# whether it was bought.
CLAIMED, ASKING, BOUGHT, FAILED, UNSURE = "claimed", "asking", "bought", "failed", "unsure"
VOIDING, VOIDED = "voiding", "voided"
# What was paid for, or may be or become so: another one costs a second time.
STANDING = (CLAIMED, ASKING, BOUGHT, UNSURE, VOIDING)

labels = Table(
    "labels",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked", Json, nullable=False),
    Column("reply", LargeBinary),
    Column("number", Text, nullable=False, default=""),
    Column("carrier_reference", Text, nullable=False, default=""),
    Column("amount", BigInteger),
    Column("currency", Text, nullable=False, default=""),
    Column("format", Text, nullable=False, default=""),
    Column("file", LargeBinary),
    Column("error", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index("uq_labels_key", "shop_id", "key", unique=True),
    Index("ix_labels_order", "shop_id", "order_id"),
    Index(
        "ix_labels_due",
        "due_at",
        "shop_id",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
)


def claim(db: Connection, *, shop_id: int, key: str, row: dict[str, Any], now: datetime) -> int | None:
    """Claim a label before it is bought; None where somebody claimed the same one (`key`) before."""
    values = row | {"shop_id": shop_id, "key": key, "state": CLAIMED, "created_at": now, "due_at": now}
    statement = insert(db, labels).values(values).on_conflict_do_nothing(index_elements=["shop_id", "key"])
    found = db.execute(statement.returning(labels.c.id)).first()
    return found.id if found else None


def change(db: Connection, label_id: int, **values: Any) -> None:
    """Write columns of a label."""
    db.execute(update(labels).where(labels.c.id == label_id).values(values))


def by_id(db: Connection, *, shop_id: int, label_id: int) -> Row[Any] | None:
    """One label of the shop."""
    return db.execute(select(labels).where(labels.c.shop_id == shop_id, labels.c.id == label_id)).first()


def by_key(db: Connection, *, shop_id: int, key: str) -> Row[Any] | None:
    """The label that was claimed under that key."""
    return db.execute(select(labels).where(labels.c.shop_id == shop_id, labels.c.key == key)).first()


def of_order(db: Connection, *, shop_id: int, order_id: str) -> Sequence[Any]:
    """The order's labels, oldest first, without their files."""
    shown = [column for column in labels.c if column.name not in ("file", "reply")]
    query = select(*shown).where(labels.c.shop_id == shop_id, labels.c.order_id == order_id)
    return db.execute(query.order_by(labels.c.id)).all()


def of_orders(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> dict[str, list[Any]]:
    """The labels of these orders, oldest first, without what they show. The orders are locked until the transaction
    ends, in the order of their ids: nobody else claims one of theirs meanwhile."""
    if not order_ids:
        return {}
    of_them = and_(orders.c.shop_id == shop_id, orders.c.id.in_(order_ids))
    db.execute(select(orders.c.id).where(of_them).order_by(orders.c.id).with_for_update())
    shown = (labels.c.id, labels.c.order_id, labels.c.key, labels.c.state, labels.c.number)
    chosen = and_(labels.c.shop_id == shop_id, labels.c.order_id.in_(order_ids))
    found: dict[str, list[Any]] = defaultdict(list)
    for row in db.execute(select(*shown).where(chosen).order_by(labels.c.id)):
        found[row.order_id].append(row)
    return found


def due(db: Connection, *, shop_id: int, now: datetime) -> Row[Any] | None:
    """The shop's label that waits for longest."""
    waiting = select(labels).where(labels.c.shop_id == shop_id, labels.c.due_at <= now)
    return db.execute(waiting.order_by(labels.c.due_at, labels.c.id).limit(1)).first()


def take_back(db: Connection, *, shop_id: int, label_id: int, now: datetime) -> bool:
    """Want a label that was bought to be taken back; False for one in any other state."""
    chosen = (labels.c.shop_id == shop_id, labels.c.id == label_id, labels.c.state == BOUGHT)
    values = {"state": VOIDING, "due_at": now, "error": "", "finished_at": None}
    return bool(db.execute(update(labels).where(*chosen).values(**values)).rowcount)


def shops_with_work(db: Connection, *, now: datetime) -> set[int]:
    """Shops of which labels wait."""
    return set(db.execute(select(labels.c.shop_id).where(labels.c.due_at <= now).distinct()).scalars())


def erase(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> None:
    """Take addresses out of these orders' labels; what they cost stays."""
    if order_ids:
        chosen = and_(labels.c.shop_id == shop_id, labels.c.order_id.in_(order_ids))
        db.execute(update(labels).where(chosen).values(asked={}, reply=None, file=None, error=""))
