"""Runs through a shop's own API: how far they are, so that they go on where they stopped, and what they found."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql

from commerce.tables.columns import AT_ONCE, BigId, Json, Moment, insert, metadata

# IMPORT: everything, for the first time. CHANGES: what changed since the last run. COMPARE: everything again, and
# what is here and not there.
IMPORT, CHANGES, COMPARE = "import", "changes", "compare"
RUNNING, DONE, CANCELLED, FAILED = "running", "done", "cancelled", "failed"

syncs = Table(
    "syncs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("listing", Integer, nullable=False),
    Column("place", Text, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("totals", Json, nullable=False),
    Column("found", Json, nullable=False),
    Column("notes", Json, nullable=False, default=dict),
    Column("calls", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("since", Moment),
    Column("due_at", Moment, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index(
        "uq_syncs_running",
        "shop_id",
        "kind",
        unique=True,
        sqlite_where=sql("state = 'running'"),
        postgresql_where=sql("state = 'running'"),
    ),
    Index("ix_syncs_shop", "shop_id", "id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one page changed of a run: where it goes on, objects done, what was found by (kind, what), API calls.

    `totals`: how many objects each listing has, by its name, as far as it is known. `notes`: why listings were left
    out, by their names.
    """

    listing: int
    place: str
    done: int = 0
    totals: Mapping[str, int] = field(default_factory=dict)
    found: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    due_at: datetime = AT_ONCE


def start(db: Connection, *, shop_id: int, kind: str, now: datetime, since: datetime | None = None) -> int:
    """Begin a run, or give the one of this kind that is under way."""
    going = _running(shop_id).where(syncs.c.kind == kind)
    if (known := db.execute(going).scalar_one_or_none()) is not None:
        return int(known)
    row = {
        "shop_id": shop_id,
        "kind": kind,
        "state": RUNNING,
        "listing": 0,
        "place": "",
        "done": 0,
        "totals": {},
        "found": {},
        "notes": {},
        "calls": 0,
        "attempts": 0,
        "error": "",
        "since": since,
        "due_at": AT_ONCE,
        "started_at": now,
    }
    # Somebody may begin the same at the same moment.
    once = {"index_elements": ["shop_id", "kind"], "index_where": sql("state = 'running'")}
    statement = insert(db, syncs).values(row).on_conflict_do_nothing(**once).returning(syncs.c.id)
    begun = db.execute(statement).scalar_one_or_none()
    return int(begun if begun is not None else db.execute(going).scalar_one())


def begin(db: Connection, *, shop_id: int, kind: str, now: datetime) -> int:
    """Begin a run, or give the one of this kind that is under way; changes are counted from the last run's beginning.

    Without a run that came to its end, everything has to be compared, if it is not just being read.
    """
    last = last_done(db, shop_id=shop_id, kinds=(IMPORT, CHANGES, COMPARE)) if kind == CHANGES else None
    if kind == CHANGES and last is None:
        kind = COMPARE
        whole = db.execute(_running(shop_id).where(syncs.c.kind.in_((IMPORT, COMPARE))).limit(1)).scalar_one_or_none()
        if whole is not None:
            return int(whole)
    return start(db, shop_id=shop_id, kind=kind, now=now, since=last.started_at if last is not None else None)


def due(db: Connection, *, shop_id: int, now: datetime) -> Row[Any] | None:
    """The shop's oldest run that is under way and need not wait."""
    query = select(syncs).where(syncs.c.shop_id == shop_id, syncs.c.state == RUNNING, syncs.c.due_at <= now)
    return db.execute(query.order_by(syncs.c.id).limit(1)).one_or_none()


def next_due(db: Connection, *, shop_id: int) -> datetime | None:
    """When the first of the shop's runs that are under way is due."""
    query = select(func.min(syncs.c.due_at, type_=Moment())).where(syncs.c.shop_id == shop_id, syncs.c.state == RUNNING)
    return db.execute(query).scalar_one_or_none()


def shops_with_work(db: Connection, *, now: datetime) -> set[int]:
    """Shops with a run that is under way and need not wait."""
    query = select(syncs.c.shop_id).where(syncs.c.state == sql("'running'"), syncs.c.due_at <= now)
    return set(db.execute(query).scalars())


def one(db: Connection, *, shop_id: int, sync_id: int) -> Row[Any] | None:
    """A run."""
    return db.execute(select(syncs).where(syncs.c.shop_id == shop_id, syncs.c.id == sync_id)).one_or_none()


def proceed(db: Connection, run: Row[Any], step: Step) -> bool:
    """Store how far a run is; False where it was cancelled meanwhile."""
    values = {
        "listing": step.listing,
        "place": step.place,
        "done": syncs.c.done + step.done,
        "totals": {**run.totals, **step.totals},
        "found": _sum(run.found, step.found),
        "notes": {**run.notes, **step.notes},
        "due_at": step.due_at,
        "attempts": 0,
        "error": "",
    }
    return db.execute(_still(run).values(values)).rowcount == 1


def postpone(db: Connection, run: Row[Any], *, due_at: datetime, error: str) -> None:
    """The shop's API did not answer as it should; try again later."""
    db.execute(_still(run).values(due_at=due_at, error=error, attempts=syncs.c.attempts + 1))


def count_calls(db: Connection, run: Row[Any], calls: int) -> None:
    """Add to the calls that the run made."""
    db.execute(update(syncs).where(syncs.c.id == run.id).values(calls=syncs.c.calls + calls))


def finish(db: Connection, run: Row[Any], *, state: str, now: datetime, error: str = "") -> None:
    """The run is over."""
    db.execute(_still(run).values(state=state, finished_at=now, error=error))


def cancel(db: Connection, *, shop_id: int, now: datetime, kind: str | None = None) -> int:
    """Stop the shop's runs, or those of a kind; gives how many."""
    statement = update(syncs).where(syncs.c.shop_id == shop_id, syncs.c.state == RUNNING)
    if kind is not None:
        statement = statement.where(syncs.c.kind == kind)
    return db.execute(statement.values(state=CANCELLED, finished_at=now)).rowcount


def wake_all(db: Connection, *, shop_id: int) -> None:
    """What waits for the shop's API need not wait any more."""
    db.execute(update(syncs).where(syncs.c.shop_id == shop_id, syncs.c.state == RUNNING).values(due_at=AT_ONCE))


def newest(db: Connection, *, shop_id: int, limit: int) -> Sequence[Row[Any]]:
    """The shop's runs, newest first."""
    return db.execute(select(syncs).where(syncs.c.shop_id == shop_id).order_by(syncs.c.id.desc()).limit(limit)).all()


def latest(db: Connection, *, shop_id: int) -> Sequence[Row[Any]]:
    """The newest run of each kind in each state, newest first."""
    ids = select(func.max(syncs.c.id)).where(syncs.c.shop_id == shop_id).group_by(syncs.c.kind, syncs.c.state)
    return db.execute(select(syncs).where(syncs.c.id.in_(ids)).order_by(syncs.c.id.desc())).all()


def last_done(db: Connection, *, shop_id: int, kinds: Collection[str]) -> Row[Any] | None:
    """The newest run of these kinds that came to its end."""
    query = select(syncs).where(syncs.c.shop_id == shop_id, syncs.c.kind.in_(kinds), syncs.c.state == DONE)
    return db.execute(query.order_by(syncs.c.started_at.desc()).limit(1)).one_or_none()


def last_started(db: Connection) -> dict[tuple[int, str], datetime]:
    """(shop, kind) to when its newest run began."""
    newest_start = func.max(syncs.c.started_at, type_=Moment())
    query = select(syncs.c.shop_id, syncs.c.kind, newest_start).group_by(syncs.c.shop_id, syncs.c.kind)
    return {(shop_id, kind): at for shop_id, kind, at in db.execute(query)}


def forget(db: Connection, *, before: datetime, changes_before: datetime) -> None:
    """Delete runs that ended before that time, those for changes, of which there are many, before the other; each
    shop's imports stay."""
    old = or_(syncs.c.finished_at < before, and_(syncs.c.finished_at < changes_before, syncs.c.kind == CHANGES))
    db.execute(delete(syncs).where(old, syncs.c.kind != IMPORT))


def _running(shop_id: int) -> Any:
    return select(syncs.c.id).where(syncs.c.shop_id == shop_id, syncs.c.state == RUNNING)


def _still(run: Row[Any]) -> Any:
    return update(syncs).where(syncs.c.id == run.id, syncs.c.state == RUNNING)


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in sorted({*one, *other})}
