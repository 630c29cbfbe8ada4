"""Dispatches: an announcement on its way to one endpoint, until it was taken or tried often enough."""

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
    bindparam,
    func,
    select,
    text,
    update,
)

from commerce.rules.outgoing.health import ACTIVE
from commerce.rules.outgoing.names import TEST
from commerce.tables.columns import AT_ONCE, BigId, Moment, insert, later, metadata
from commerce.tables.outgoing.announcements import announcements
from commerce.tables.outgoing.endpoints import endpoints

# HELD: it is kept while its endpoint is paused or off. DROPPED: its endpoint was disabled.
WAITING, SENT, FAILED, HELD, DROPPED = "waiting", "sent", "failed", "held", "dropped"
STATES = (WAITING, SENT, FAILED, HELD, DROPPED)

# `attempts`: tries since it was wanted last; `status` and `error`: of the last one. `due_at`: of those that wait only.
# Events come before replays and retries, as they are due at once.
dispatches = Table(
    "outgoing_dispatches",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("endpoint_id", BigId, ForeignKey("outgoing_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("announcement_id", BigId, ForeignKey("outgoing_announcements.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("status", Integer),
    Column("error", Text, nullable=False, default=""),
    Column("due_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index("uq_outgoing_dispatches_once", "announcement_id", "endpoint_id", unique=True),
    Index(
        "ix_outgoing_dispatches_due",
        "shop_id",
        "endpoint_id",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    Index("ix_outgoing_dispatches_shop", "shop_id", "id"),
    Index("ix_outgoing_dispatches_endpoint", "endpoint_id", "state", "id"),
)


def add(db: Connection, *, shop_id: int, wanted: Sequence[tuple[int, int, str, bool]], now: datetime) -> list[int]:
    """Write dispatches, each (announcement, endpoint, event, whether it is held); gives their ids."""
    if not wanted:
        return []
    rows = [
        {
            "shop_id": shop_id,
            "announcement_id": announcement_id,
            "endpoint_id": endpoint_id,
            "name": name,
            "state": HELD if is_held else WAITING,
            "attempts": 0,
            "error": "",
            "due_at": None if is_held else AT_ONCE,
            "created_at": now,
        }
        for announcement_id, endpoint_id, name, is_held in wanted
    ]
    return list(db.execute(insert(db, dispatches).returning(dispatches.c.id), rows).scalars())


def batch(
    db: Connection, *, shop_id: int, endpoint_id: int, but: Collection[int], only_tests: bool, now: datetime, limit: int
) -> Sequence[Row[Any]]:
    """What is due for an endpoint, with what is to be sent; events first, then what is due for longest."""
    due = [dispatches.c.shop_id == shop_id, dispatches.c.endpoint_id == endpoint_id, dispatches.c.due_at <= now]
    if but:
        due.append(dispatches.c.id.not_in(but))
    if only_tests:
        due.append(dispatches.c.name == TEST)
    shown = (dispatches, announcements.c.key, announcements.c.body)
    query = select(*shown).join(announcements, announcements.c.id == dispatches.c.announcement_id).where(*due)
    return db.execute(query.order_by(dispatches.c.due_at, dispatches.c.id).limit(limit)).all()


def due_endpoints(db: Connection, *, shop_id: int, now: datetime) -> set[int]:
    """The shop's endpoints for which something is due."""
    due = and_(dispatches.c.shop_id == shop_id, dispatches.c.due_at <= now)
    return set(db.execute(select(dispatches.c.endpoint_id).where(due).distinct()).scalars())


def held(db: Connection, ids: Collection[int]) -> dict[int, Row[Any]]:
    """These dispatches as they are by now; nobody else changes them until the transaction ends."""
    chosen = (
        select(dispatches).where(dispatches.c.id.in_(ids)).order_by(dispatches.c.id).with_for_update(key_share=True)
    )
    return {row.id: row for row in db.execute(chosen)}


def decide(db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what came of dispatches: each has `dispatch`, `to_state`, `to_due`, `to_finished`, `to_attempts`,
    `to_status` and `to_error`."""
    if not rows:
        return
    columns = {"state": "state", "due_at": "due", "finished_at": "finished", "attempts": "attempts"}
    columns |= {"status": "status", "error": "error"}
    values: dict[str, Any] = {column: bindparam(f"to_{name}") for column, name in columns.items()}
    db.execute(update(dispatches).where(dispatches.c.id == bindparam("dispatch")).values(values), list(rows))


def hold(db: Connection, *, endpoint_id: int) -> int:
    """Keep what waits for an endpoint; gives how many."""
    waiting = and_(dispatches.c.endpoint_id == endpoint_id, dispatches.c.state == WAITING)
    return db.execute(update(dispatches).where(waiting).values(state=HELD, due_at=None)).rowcount


def release(db: Connection, *, endpoint_id: int, now: datetime) -> int:
    """Send what was kept for an endpoint, and at once what waits for a later try; gives how many."""
    kept = and_(dispatches.c.endpoint_id == endpoint_id, dispatches.c.state.in_((HELD, WAITING)))
    return db.execute(update(dispatches).where(kept).values(state=WAITING, due_at=now)).rowcount


def drop(db: Connection, *, endpoint_id: int, now: datetime) -> int:
    """Do not send what waits or is kept for an endpoint; gives how many. A replay may bring it all the same."""
    unsent = and_(dispatches.c.endpoint_id == endpoint_id, dispatches.c.state.in_((HELD, WAITING)))
    values = {"state": DROPPED, "due_at": None, "finished_at": now}
    return db.execute(update(dispatches).where(unsent).values(values)).rowcount


def shops_with_work(db: Connection, *, now: datetime) -> dict[int, datetime]:
    """Shops of which something is due that can be sent, with the time since when."""
    since = func.min(later(dispatches.c.due_at, dispatches.c.created_at), type_=Moment())
    rested = (endpoints.c.rests_until.is_(None)) | (endpoints.c.rests_until <= now)
    awake = and_(endpoints.c.state == ACTIVE, rested) | (dispatches.c.name == TEST)
    joined = dispatches.join(endpoints, endpoints.c.id == dispatches.c.endpoint_id)
    query = select(dispatches.c.shop_id, since).select_from(joined).where(dispatches.c.due_at <= now, awake)
    return dict(db.execute(query.group_by(dispatches.c.shop_id)).all())
