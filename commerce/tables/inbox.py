"""The inbox: every genuine delivery, stored before it is answered, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    select,
    text,
    update,
)

from commerce.rules.events import LIVE
from commerce.tables.columns import BigId, Json, Moment, later, metadata

# States. Only waiting rows are worked on; failed ones were tried often enough and wait for a replay. Of erased ones
# nothing is left that could be replayed.
WAITING, APPLIED, SKIPPED, FAILED, REJECTED = "waiting", "applied", "skipped", "failed", "rejected"
ERASED = "erased"
STATES = (WAITING, APPLIED, SKIPPED, FAILED, REJECTED, ERASED)

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("topic", Text, nullable=False),
    Column("delivery_id", Text),
    Column("fingerprint", Text, nullable=False, default=""),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("origin", Text, nullable=False, default=LIVE),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("repeats", Integer, nullable=False, default=0),
    Column("triggered_at", Moment),
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("taken_at", Moment),
    Column("applied_at", Moment),
    Column("kind", Text, nullable=False, default=""),
    Column("object_id", Text, nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("error", Text, nullable=False, default=""),
    Column("traceback", Text, nullable=False, default=""),
    Index(
        "uq_inbox_delivery",
        "shop_id",
        "delivery_id",
        unique=True,
        sqlite_where=text("delivery_id IS NOT NULL"),
        postgresql_where=text("delivery_id IS NOT NULL"),
    ),
    Index(
        "ix_inbox_waiting",
        "shop_id",
        "id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_inbox_fingerprint",
        "shop_id",
        "fingerprint",
        sqlite_where=text("fingerprint != ''"),
        postgresql_where=text("fingerprint != ''"),
    ),
    Index("ix_inbox_shop_state", "shop_id", "state", "id"),
    Index("ix_inbox_object", "shop_id", "kind", "object_id"),
    Index("ix_inbox_received", "received_at"),
)

_BATCH_BYTES = 1024 * 1024  # what a few hundred milliseconds of writing hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one taken row. `due_at` is when to try again, for rows that wait."""

    id: int
    state: str
    kind: str = ""
    object_id: str = ""
    note: str = ""
    error: str = ""
    traceback: str = ""
    due_at: datetime


def batch(db: Connection, *, shop_id: int, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """The shop's oldest rows that are due, with their bodies: at most `limit`, and 1 MiB beyond the first."""
    ids: list[int] = []
    size = 0
    for row_id, length in db.execute(_due(shop_id, now, inbox.c.id, func.length(inbox.c.body)).limit(limit)):
        size += length
        if ids and size > _BATCH_BYTES:
            break
        ids.append(row_id)
    return db.execute(select(inbox).where(inbox.c.id.in_(ids)).order_by(inbox.c.id)).all() if ids else []


def repeats(db: Connection, rows: Sequence[Row[Any]]) -> dict[int, int]:
    """Which of these taken rows are a delivery that came before and was finished: their ids, and that one's."""
    candidates = {row.id: row for row in rows if row.fingerprint and row.origin == LIVE}
    if not candidates:
        return {}
    shop_id = next(iter(candidates.values())).shop_id
    query = select(inbox.c.id, inbox.c.fingerprint).where(
        inbox.c.shop_id == shop_id,
        inbox.c.fingerprint.in_({row.fingerprint for row in candidates.values()}),
        inbox.c.fingerprint != text("''"),
        inbox.c.state.in_((APPLIED, SKIPPED, ERASED)),
    )
    first: dict[str, int] = {}
    for row_id, fingerprint in db.execute(query.order_by(inbox.c.id)):
        first.setdefault(fingerprint, row_id)
    found: dict[int, int] = {}
    for row_id, row in sorted(candidates.items()):
        before = first.setdefault(row.fingerprint, row_id)
        if before < row_id:
            found[row_id] = before
    return found


def has_due(db: Connection, *, shop_id: int, now: datetime) -> bool:
    """Whether the shop has rows that are due."""
    return db.execute(_due(shop_id, now, inbox.c.id).limit(1)).first() is not None


def _due(shop_id: int, now: datetime, *columns: Any) -> Select[Any]:
    waiting = and_(inbox.c.shop_id == shop_id, inbox.c.state == text("'waiting'"), inbox.c.due_at <= now)
    return select(*columns).where(waiting).order_by(inbox.c.id)


def finish(db: Connection, outcomes: Sequence[Outcome], *, taken_at: datetime, now: datetime) -> None:
    """Write what became of taken rows, in one statement."""
    if not outcomes:
        return
    names = ("state", "kind", "object_id", "note", "error", "traceback", "due_at")
    statement = (
        update(inbox)
        .where(inbox.c.id == bindparam("row_id"))
        .values(
            {name: bindparam(f"new_{name}") for name in names}
            | {"attempts": inbox.c.attempts + 1, "taken_at": taken_at, "applied_at": bindparam("new_applied_at")}
        )
    )
    rows = [
        {f"new_{name}": getattr(outcome, name) for name in names}
        | {"row_id": outcome.id, "new_applied_at": now if outcome.state in (APPLIED, SKIPPED) else None}
        for outcome in outcomes
    ]
    db.execute(statement, rows)


def shops_with_work(db: Connection, *, now: datetime) -> dict[int, datetime]:
    """Shops that have rows due, with the time since when the first one is."""
    waiting = and_(inbox.c.state == text("'waiting'"), inbox.c.due_at <= now)
    since = func.min(later(inbox.c.due_at, inbox.c.received_at), type_=Moment())
    query = select(inbox.c.shop_id, since).where(waiting).group_by(inbox.c.shop_id)
    return dict(db.execute(query).all())


def oldest_unfinished(db: Connection) -> datetime | None:
    """When the oldest unfinished row came in."""
    query = select(inbox.c.received_at).where(inbox.c.state == text("'waiting'")).order_by(inbox.c.id).limit(1)
    return db.execute(query).scalar_one_or_none()


def forget(db: Connection, *, before: datetime, limit: int) -> int:
    """Delete the oldest finished rows that came in before that time; gives how many."""
    finished = and_(inbox.c.received_at < before, inbox.c.state != WAITING)
    oldest = select(inbox.c.id).where(finished).order_by(inbox.c.received_at).limit(limit)
    return db.execute(delete(inbox).where(inbox.c.id.in_(oldest.scalar_subquery()))).rowcount
