"""Checks whether a shop's search index holds what its tables hold: what was found, and what was healed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Row,
    Table,
    Text,
    and_,
    delete,
    func,
    select,
    update,
)
from sqlalchemy import text as sql

from commerce.tables.columns import BigId, Json, Moment, insert, metadata

# WAITING: asked for, or under way. EMPTY: not a check, but an index found empty while the shop has products; it stays
# open (waiting) until the index has documents again.
WAITING, DONE, FAILED = "waiting", "done", "failed"
CHECK, EMPTY = "check", "empty"
EXAMPLES = 5  # ids kept of each kind of difference

drift = Table(
    "drift",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("documents", BigInteger, nullable=False),
    Column("indexed", BigInteger, nullable=False),
    Column("missing", BigInteger, nullable=False),
    Column("stale", BigInteger, nullable=False),
    Column("surplus", BigInteger, nullable=False),
    Column("healed", BigInteger, nullable=False),
    Column("examples", Json, nullable=False),
    Column("error", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index(
        "uq_drift_waiting",
        "shop_id",
        "kind",
        unique=True,
        sqlite_where=sql("state = 'waiting'"),
        postgresql_where=sql("state = 'waiting'"),
    ),
    Index("ix_drift_shop", "shop_id", "kind", "id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a check found: numbers of documents on both sides, of differences by kind, and a few ids of each."""

    documents: int = 0
    indexed: int = 0
    missing: int = 0
    stale: int = 0
    surplus: int = 0
    healed: int = 0
    examples: Mapping[str, Sequence[str]] = field(default_factory=dict)


def begin(db: Connection, *, shop_id: int, kind: str = CHECK, now: datetime, error: str = "") -> bool:
    """Ask for a check, or note an empty index; False where one waits already."""
    row = {"shop_id": shop_id, "kind": kind, "state": WAITING, "error": error, "started_at": now, "examples": {}}
    row |= dict.fromkeys(("documents", "indexed", "missing", "stale", "surplus", "healed"), 0)
    once = {"index_elements": ["shop_id", "kind"], "index_where": sql("state = 'waiting'")}
    statement = insert(db, drift).values(row).on_conflict_do_nothing(**once).returning(drift.c.id)
    return db.execute(statement).scalar_one_or_none() is not None


def finish(
    db: Connection, *, shop_id: int, kind: str = CHECK, now: datetime, found: Found | None = None, error: str = ""
) -> bool:
    """What waits is over, with what was found, or the error that ended it; False where nothing waited."""
    told = found or Found()
    names = ("documents", "indexed", "missing", "stale", "surplus", "healed")
    values: dict[str, Any] = {name: getattr(told, name) for name in names} if found else {}
    if found:
        values["examples"] = {name: list(ids) for name, ids in told.examples.items()}
    if kind == CHECK or error:
        values["error"] = error
    values |= {"state": FAILED if error else DONE, "finished_at": now}
    return db.execute(update(drift).where(_waits(shop_id, kind)).values(values)).rowcount == 1


def waiting(db: Connection, *, shop_id: int, kind: str = CHECK) -> Row[Any] | None:
    """The check that was asked for and has not ended; for EMPTY, the alarm that is on."""
    return db.execute(select(drift).where(_waits(shop_id, kind))).one_or_none()


def last(db: Connection, *, shop_id: int, limit: int = 1, kind: str = CHECK) -> Sequence[Row[Any]]:
    """The last checks that came to an end, newest first."""
    chosen = and_(drift.c.shop_id == shop_id, drift.c.kind == kind, drift.c.state != WAITING)
    return db.execute(select(drift).where(chosen).order_by(drift.c.id.desc()).limit(limit)).all()


def asked(db: Connection) -> set[int]:
    """Shops for which a check was asked."""
    return set(db.execute(select(drift.c.shop_id).where(drift.c.kind == CHECK, drift.c.state == WAITING)).scalars())


def alarms(db: Connection) -> dict[int, datetime]:
    """Shops whose index is empty though they have products, and since when that is known."""
    query = select(drift.c.shop_id, drift.c.started_at).where(drift.c.kind == EMPTY, drift.c.state == WAITING)
    return dict(db.execute(query).all())


def checked_at(db: Connection) -> dict[int, datetime]:
    """When each shop was last asked to be checked."""
    query = select(drift.c.shop_id, func.max(drift.c.started_at, type_=Moment())).where(drift.c.kind == CHECK)
    return dict(db.execute(query.group_by(drift.c.shop_id)).all())


def totals(db: Connection) -> dict[str, int]:
    """Over all shops, what their last checks found, by kind of difference."""
    newest = select(func.max(drift.c.id)).where(drift.c.kind == CHECK, drift.c.state == DONE).group_by(drift.c.shop_id)
    names = ("missing", "stale", "surplus", "healed")
    sums = [func.coalesce(func.sum(drift.c[name]), 0) for name in names]
    row = db.execute(select(*sums).where(drift.c.id.in_(newest))).one()
    return {name: int(number) for name, number in zip(names, row, strict=True)}


def forget(db: Connection, *, before: datetime) -> int:
    """Delete what ended before that time."""
    return db.execute(delete(drift).where(drift.c.finished_at < before)).rowcount


def _waits(shop_id: int, kind: str) -> Any:
    return and_(drift.c.shop_id == shop_id, drift.c.kind == kind, drift.c.state == sql("'waiting'"))
