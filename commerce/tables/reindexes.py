"""Rebuilds of a shop's search index: how far they are, so that they go on where they stopped."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Row, Table, Text, select, update

from commerce.tables.columns import BigId, Moment, insert, metadata

RUNNING, DONE, CANCELLED, FAILED = "running", "done", "cancelled", "failed"

reindexes = Table(
    "reindexes",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("token", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("last_id", Text, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
)


def start(db: Connection, *, shop_id: int, total: int, now: datetime) -> str:
    """Begin anew, or go on with the one that runs; gives its token."""
    running = one(db, shop_id=shop_id)
    if running is not None and running.state == RUNNING:
        return str(running.token)
    row = {"token": secrets.token_hex(4), "state": RUNNING, "last_id": "", "done": 0, "total": total, "error": ""}
    row |= {"started_at": now, "finished_at": None}
    statement = insert(db, reindexes).values(shop_id=shop_id, **row)
    db.execute(statement.on_conflict_do_update(index_elements=["shop_id"], set_=row))
    return str(row["token"])


def progress(db: Connection, *, shop_id: int, token: str, last_id: str, added: int) -> None:
    """Store how far it is."""
    values = {"last_id": last_id, "done": reindexes.c.done + added}
    db.execute(update(reindexes).where(reindexes.c.shop_id == shop_id, reindexes.c.token == token).values(values))


def finish(db: Connection, *, shop_id: int, token: str, state: str, now: datetime, error: str = "") -> None:
    """It is over, well or not."""
    values = {"state": state, "finished_at": now, "error": error}
    db.execute(update(reindexes).where(reindexes.c.shop_id == shop_id, reindexes.c.token == token).values(values))


def one(db: Connection, *, shop_id: int) -> Row[Any] | None:
    """The shop's newest rebuild."""
    return db.execute(select(reindexes).where(reindexes.c.shop_id == shop_id)).one_or_none()


def running(db: Connection) -> list[int]:
    """Shops whose index is being rebuilt."""
    return list(db.execute(select(reindexes.c.shop_id).where(reindexes.c.state == RUNNING)).scalars())
