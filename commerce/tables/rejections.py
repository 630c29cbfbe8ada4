"""Deliveries that were turned away at the door: counted and listed, without their bodies."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Row, Table, Text, delete, select

from commerce.tables.columns import BigId, Moment, insert, metadata

rejections = Table(
    "rejections",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("hour", Moment, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("last_at", Moment, nullable=False),
)

Key = tuple[int, str, str]  # shop, topic, reason


def add(db: Connection, counted: Mapping[Key, int], *, now: datetime) -> None:
    """Count rejections, one row per hour, topic and reason: a flood of them stays a few rows."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    rows = [
        {"shop_id": shop_id, "hour": hour, "topic": topic, "reason": reason, "number": number, "last_at": now}
        for (shop_id, topic, reason), number in sorted(counted.items())
    ]
    if not rows:
        return
    statement = insert(db, rejections)
    replaced = {"number": rejections.c.number + statement.excluded.number, "last_at": now}
    keys = ["shop_id", "hour", "topic", "reason"]
    db.execute(statement.on_conflict_do_update(index_elements=keys, set_=replaced), rows)


def newest(db: Connection, *, shop_id: int, limit: int) -> Sequence[Row[Any]]:
    """The shop's newest rejections."""
    query = select(rejections).where(rejections.c.shop_id == shop_id)
    return db.execute(query.order_by(rejections.c.last_at.desc()).limit(limit)).all()


def forget(db: Connection, *, before: datetime) -> int:
    """Delete what was counted before that time."""
    return db.execute(delete(rejections).where(rejections.c.hour < before)).rowcount
