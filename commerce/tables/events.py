"""The event log: what came in and what became of it, for reading and for replaying."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select, update

from commerce.rules.events import REPLAY
from commerce.tables.columns import AT_ONCE
from commerce.tables.inbox import APPLIED, FAILED, SKIPPED, WAITING, inbox

REPLAYABLE = (APPLIED, SKIPPED, FAILED)
_LISTED = [column for column in inbox.c if column.name not in ("body", "headers", "traceback")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What to list: all given conditions hold."""

    topic: str = ""
    kind: str = ""
    object_id: str = ""
    states: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


def replay(db: Connection, *, shop_id: int, filters: Filters, row_id: int | None = None) -> int:
    """Make rows wait again as if they had just come in, with origin replay; gives how many.

    Rejected rows stay out: they were not what their signature or format claimed.
    """
    chosen = _where(shop_id, filters)
    if row_id is not None:
        chosen = and_(chosen, inbox.c.id == row_id)
    statement = update(inbox).where(chosen, inbox.c.state.in_(REPLAYABLE))
    values = {"state": WAITING, "due_at": AT_ONCE, "attempts": 0, "origin": REPLAY, "error": "", "traceback": ""}
    return db.execute(statement.values(values)).rowcount


def replayable(db: Connection, *, shop_id: int, filters: Filters) -> int:
    """How many rows a replay with these filters would make wait again."""
    query = select(func.count()).where(_where(shop_id, filters), inbox.c.state.in_(REPLAYABLE))
    return db.execute(query).scalar_one()


def page(db: Connection, *, shop_id: int, filters: Filters, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Rows without bodies, newest first; `before` is the id to go on from."""
    query = select(*_LISTED).where(_where(shop_id, filters)).order_by(inbox.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(inbox.c.id < before)
    return db.execute(query).all()


def one(db: Connection, *, shop_id: int, row_id: int) -> Row[Any] | None:
    """One row with headers and body."""
    return db.execute(select(inbox).where(inbox.c.shop_id == shop_id, inbox.c.id == row_id)).one_or_none()


def with_body(db: Connection, *, shop_id: int, body: bytes, limit: int) -> int | None:
    """The newest delivery with exactly this body, among the shop's newest ones."""
    query = select(inbox.c.id, inbox.c.body).where(inbox.c.shop_id == shop_id).order_by(inbox.c.id.desc()).limit(limit)
    return next((row.id for row in db.execute(query) if bytes(row.body) == body), None)


def topics(db: Connection, *, shop_id: int) -> list[str]:
    """Topics among the shop's newest rows, for the filter's choices."""
    newest: Select[Any] = (
        select(inbox.c.topic).where(inbox.c.shop_id == shop_id).order_by(inbox.c.id.desc()).limit(2000)
    )
    return sorted(set(db.execute(newest).scalars()))


def count(db: Connection, *, shop_id: int, states: Collection[str], since: datetime | None = None) -> int:
    """How many rows are in those states."""
    query = select(func.count()).where(inbox.c.shop_id == shop_id, inbox.c.state.in_(states))
    if since is not None:
        query = query.where(inbox.c.received_at >= since)
    return db.execute(query).scalar_one()


def recent(db: Connection, *, shop_id: int, since: datetime) -> int:
    """How many deliveries came in since a moment ago.

    The sum keeps SQLite from walking all rows of the shop instead of the few newest ones.
    """
    query = select(func.count()).where(inbox.c.received_at >= since, inbox.c.shop_id + 0 == shop_id)
    return db.execute(query).scalar_one()


def _where(shop_id: int, filters: Filters) -> Any:
    conditions: list[Any] = [inbox.c.shop_id == shop_id]
    if filters.topic:
        conditions.append(inbox.c.topic == filters.topic)
    if filters.kind:
        conditions.append(inbox.c.kind == filters.kind)
    if filters.object_id:
        conditions.append(or_(inbox.c.object_id == filters.object_id, inbox.c.delivery_id == filters.object_id))
    if filters.states:
        conditions.append(inbox.c.state.in_(filters.states))
    if filters.since:
        conditions.append(inbox.c.received_at >= filters.since)
    if filters.until:
        conditions.append(inbox.c.received_at < filters.until)
    return and_(*conditions)
