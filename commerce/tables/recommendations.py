"""Which products are bought together: counted from orders, the most frequent companions of each product kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Integer, Table, Text, delete, literal, select, tuple_

from commerce.rules.orders import CANCELLED
from commerce.tables.columns import BigId, Moment, metadata, upsert
from commerce.tables.orders import lines, orders

COMPANIONS = 20  # kept of each product
_STATE = ""  # the row that says when the shop was counted, and how many orders were looked at

companions = Table(
    "bought_together",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("product_id", Text, primary_key=True),
    Column("other_id", Text, primary_key=True),
    Column("orders", Integer, nullable=False),
    Column("counted_at", Moment, nullable=False),
)


def state(db: Connection, *, shop_id: int) -> tuple[datetime, int] | None:
    """When the shop's orders were counted and how many there were; None where they never were."""
    chosen = (companions.c.shop_id == shop_id, companions.c.product_id == _STATE)
    row = db.execute(select(companions.c.counted_at, companions.c.orders).where(*chosen)).one_or_none()
    return None if row is None else (row.counted_at, row.orders)


def baskets(
    db: Connection, *, shop_id: int, since: datetime, before: tuple[datetime, str] | None, limit: int
) -> tuple[list[tuple[str, ...]], tuple[datetime, str] | None]:
    """What orders since then hold, as ids of products, the newest orders first, and where to go on; None at the end."""
    query = select(orders.c.placed_at, orders.c.id)
    query = query.where(orders.c.shop_id == shop_id, orders.c.placed_at >= since, orders.c.status != CANCELLED)
    if before is not None:
        bound = tuple_(literal(before[0], Moment()), literal(before[1]))
        query = query.where(tuple_(orders.c.placed_at, orders.c.id) < bound)
    rows = db.execute(query.order_by(orders.c.placed_at.desc(), orders.c.id.desc()).limit(limit)).all()
    of_order: dict[str, set[str]] = {}
    chosen = (lines.c.shop_id == shop_id, lines.c.order_id.in_([row.id for row in rows]), lines.c.product_id != "")
    for order_id, product_id in db.execute(select(lines.c.order_id, lines.c.product_id).where(*chosen)):
        of_order.setdefault(order_id, set()).add(product_id)
    further = (rows[-1].placed_at, rows[-1].id) if len(rows) == limit else None
    return [tuple(sorted(basket)) for basket in of_order.values()], further


def save(db: Connection, *, shop_id: int, found: Mapping[str, Sequence[tuple[str, int]]], now: datetime) -> None:
    """Write the companions (id, orders) of some products."""
    rows = [
        {"shop_id": shop_id, "product_id": product_id, "other_id": other, "orders": number, "counted_at": now}
        for product_id, others in found.items()
        for other, number in others[:COMPANIONS]
    ]
    upsert(db, companions, rows)


def finish(db: Connection, *, shop_id: int, looked_at: int, now: datetime) -> None:
    """The shop is counted: what was not found this time goes."""
    db.execute(delete(companions).where(companions.c.shop_id == shop_id, companions.c.counted_at < now))
    row = {"shop_id": shop_id, "product_id": _STATE, "other_id": "", "orders": looked_at, "counted_at": now}
    upsert(db, companions, [row])


def bought_with(db: Connection, *, shop_id: int, product_id: str, limit: int) -> list[str]:
    """Ids of what is bought together with a product, the most frequent first."""
    chosen = (companions.c.shop_id == shop_id, companions.c.product_id == product_id, companions.c.other_id != "")
    query = select(companions.c.other_id).where(*chosen).order_by(companions.c.orders.desc(), companions.c.other_id)
    return list(db.execute(query.limit(limit)).scalars())
