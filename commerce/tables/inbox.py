"""The inbox: every genuine delivery, stored before it is answered, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
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
    or_,
    select,
    text,
    update,
)

from commerce.rules.events import LIVE, REPLAY
from commerce.tables.columns import BigId, Json, Moment, insert, metadata

# States. Only waiting rows are worked on; failed ones were tried often enough and wait for a replay.
WAITING, APPLIED, SKIPPED, FAILED, REJECTED = "waiting", "applied", "skipped", "failed", "rejected"
STATES = (WAITING, APPLIED, SKIPPED, FAILED, REJECTED)
REPLAYABLE = (APPLIED, SKIPPED, FAILED)

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("topic", Text, nullable=False),
    Column("delivery_id", Text),
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
    Index("ix_inbox_shop_state", "shop_id", "state", "id"),
    Index("ix_inbox_object", "shop_id", "kind", "object_id"),
    Index("ix_inbox_received", "received_at"),
)

_BATCH_BYTES = 16 * 1024 * 1024
_LISTED = [column for column in inbox.c if column.name not in ("body", "headers", "traceback")]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A delivery to store. `state` is waiting, or rejected with the reason in `error`."""

    shop_id: int
    topic: str
    delivery_id: str | None
    headers: Mapping[str, str]
    body: bytes
    triggered_at: datetime | None
    received_at: datetime
    state: str = WAITING
    error: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What to list: all given conditions hold."""

    topic: str = ""
    kind: str = ""
    object_id: str = ""
    states: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


def store(db: Connection, deliveries: Sequence[NewDelivery]) -> list[int | None]:
    """Store deliveries in one statement each way; gives their ids, None for one that was stored before.

    A repeat (same shop and delivery id) is counted on the row that is there.
    """
    unnumbered = iter(_insert(db, [delivery for delivery in deliveries if delivery.delivery_id is None]))
    stored = _insert_once(db, [delivery for delivery in deliveries if delivery.delivery_id is not None])
    ids: list[int | None] = []
    for delivery in deliveries:
        if delivery.delivery_id is None:
            ids.append(next(unnumbered))
            continue
        # The id goes to the first of those that came together.
        ids.append(stored.pop((delivery.shop_id, delivery.delivery_id), None))
        if ids[-1] is None:
            same = and_(inbox.c.shop_id == delivery.shop_id, inbox.c.delivery_id == delivery.delivery_id)
            db.execute(update(inbox).where(same).values(repeats=inbox.c.repeats + 1))
    return ids


def _insert(db: Connection, deliveries: Sequence[NewDelivery]) -> list[int]:
    if not deliveries:
        return []
    return list(db.execute(_statement(db, once=False), [_row(delivery) for delivery in deliveries]).scalars())


def _insert_once(db: Connection, deliveries: Sequence[NewDelivery]) -> dict[tuple[int, str], int]:
    """Insert what is new; gives the ids of that, by shop and delivery id."""
    if not deliveries:
        return {}
    rows = db.execute(_statement(db, once=True), [_row(delivery) for delivery in deliveries])
    return {(row.shop_id, row.delivery_id): row.id for row in rows}


_statements: dict[tuple[str, bool], Any] = {}


def _statement(db: Connection, *, once: bool) -> Any:
    """The INSERT of the door, kept because building it takes longer than running it."""
    kept = _statements.get((db.dialect.name, once))
    if kept is None and once:
        where = text("delivery_id IS NOT NULL")
        kept = insert(db, inbox).on_conflict_do_nothing(index_elements=["shop_id", "delivery_id"], index_where=where)
        kept = kept.returning(inbox.c.id, inbox.c.shop_id, inbox.c.delivery_id)
    elif kept is None:
        kept = insert(db, inbox).returning(inbox.c.id, sort_by_parameter_order=True)
    _statements[db.dialect.name, once] = kept
    return kept


def _row(delivery: NewDelivery) -> dict[str, Any]:
    return {
        "shop_id": delivery.shop_id,
        "topic": delivery.topic,
        "delivery_id": delivery.delivery_id,
        "headers": dict(delivery.headers),
        "body": delivery.body,
        "origin": LIVE,
        "state": delivery.state,
        "attempts": 0,
        "repeats": 0,
        "triggered_at": delivery.triggered_at,
        "received_at": delivery.received_at,
        "due_at": delivery.received_at,
        "kind": "",
        "object_id": "",
        "note": "",
        "error": delivery.error,
        "traceback": "",
    }


def batch(db: Connection, *, shop_id: int, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """The shop's oldest rows that are due, with their bodies: at most `limit`, and 16 MiB beyond the first."""
    ids: list[int] = []
    size = 0
    for row_id, length in db.execute(_due(shop_id, now, inbox.c.id, func.length(inbox.c.body)).limit(limit)):
        size += length
        if ids and size > _BATCH_BYTES:
            break
        ids.append(row_id)
    return db.execute(select(inbox).where(inbox.c.id.in_(ids)).order_by(inbox.c.id)).all() if ids else []


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
    """Shops that have rows due, with the time since when the oldest is due."""
    waiting = and_(inbox.c.state == text("'waiting'"), inbox.c.due_at <= now)
    query = select(inbox.c.shop_id, func.min(inbox.c.due_at, type_=Moment())).where(waiting).group_by(inbox.c.shop_id)
    return dict(db.execute(query).all())


def oldest_unfinished(db: Connection) -> datetime | None:
    """When the oldest unfinished row came in."""
    query = select(inbox.c.received_at).where(inbox.c.state == text("'waiting'")).order_by(inbox.c.id).limit(1)
    return db.execute(query).scalar_one_or_none()


def replay(db: Connection, *, shop_id: int, now: datetime, filters: Filters, row_id: int | None = None) -> int:
    """Make rows wait again as if they had just come in, with origin replay; gives how many.

    Rejected rows stay out: they were not what their signature or format claimed.
    """
    chosen = _where(shop_id, filters)
    if row_id is not None:
        chosen = and_(chosen, inbox.c.id == row_id)
    statement = update(inbox).where(chosen, inbox.c.state.in_(REPLAYABLE))
    values = {"state": WAITING, "due_at": now, "attempts": 0, "origin": REPLAY, "error": "", "traceback": ""}
    return db.execute(statement.values(values)).rowcount


def page(db: Connection, *, shop_id: int, filters: Filters, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Rows without bodies, newest first; `before` is the id to go on from."""
    query = select(*_LISTED).where(_where(shop_id, filters)).order_by(inbox.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(inbox.c.id < before)
    return db.execute(query).all()


def one(db: Connection, *, shop_id: int, row_id: int) -> Row[Any] | None:
    """One row with headers and body."""
    return db.execute(select(inbox).where(inbox.c.shop_id == shop_id, inbox.c.id == row_id)).one_or_none()


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


def replayable(db: Connection, *, shop_id: int, filters: Filters) -> int:
    """How many rows a replay with these filters would make wait again."""
    query = select(func.count()).where(_where(shop_id, filters), inbox.c.state.in_(REPLAYABLE))
    return db.execute(query).scalar_one()


def recent(db: Connection, *, shop_id: int, since: datetime) -> int:
    """How many deliveries came in since a moment ago.

    The sum keeps SQLite from walking all rows of the shop instead of the few newest ones.
    """
    query = select(func.count()).where(inbox.c.received_at >= since, inbox.c.shop_id + 0 == shop_id)
    return db.execute(query).scalar_one()


def forget(db: Connection, *, before: datetime, limit: int) -> int:
    """Delete the oldest finished rows that came in before that time; gives how many."""
    finished = and_(inbox.c.received_at < before, inbox.c.state != WAITING)
    oldest = select(inbox.c.id).where(finished).order_by(inbox.c.received_at).limit(limit)
    return db.execute(delete(inbox).where(inbox.c.id.in_(oldest.scalar_subquery()))).rowcount


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
