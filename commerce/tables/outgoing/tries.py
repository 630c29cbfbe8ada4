"""Tries: each time something was sent to an endpoint, with what was sent and what was answered, capped."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Index, Integer, Row, Table, Text, and_, select

from commerce.tables.columns import BigId, Json, Moment, insert, metadata

# `status` is empty where nothing was answered: `error` says why. What was sent is the announcement's body.
tries = Table(
    "outgoing_tries",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("dispatch_id", BigId, ForeignKey("outgoing_dispatches.id", ondelete="CASCADE"), nullable=False),
    Column("url", Text, nullable=False),
    Column("sent", Json, nullable=False),
    Column("status", Integer),
    Column("answered", Json, nullable=False),
    Column("answer", Text, nullable=False, default=""),
    Column("is_cut", Boolean, nullable=False, default=False),
    Column("error", Text, nullable=False, default=""),
    Column("milliseconds", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_outgoing_tries_dispatch", "dispatch_id", "id"),
)


def add(db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write tries; rows have every column but the id."""
    if rows:
        db.execute(insert(db, tries), [dict(row) for row in rows])


def of_dispatch(db: Connection, *, shop_id: int, dispatch_id: int, limit: int) -> Sequence[Row[Any]]:
    """The newest tries of a dispatch, oldest of them first."""
    chosen = and_(tries.c.shop_id == shop_id, tries.c.dispatch_id == dispatch_id)
    found = db.execute(select(tries).where(chosen).order_by(tries.c.id.desc()).limit(limit)).all()
    return found[::-1]
