"""Effects: acts on the outside world, each with a row before it happens and an outcome after."""

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
    Row,
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
from commerce.tables.columns import AT_ONCE, BigId, Json, Moment, insert, later, metadata

# STARTED: an act that must not happen twice is under way, or was when its worker died.
WAITING, STARTED, DONE, FAILED = "waiting", "started", "done", "failed"

# Kinds. All but a CALL are at least once: doing them again changes nothing. A CALL changes something at the shop; its
# name says whether it may be repeated. PAGES drops what is cached here, PURGE what a CDN keeps.
INDEX, REREAD, CALL, ERASE = "index", "re-read", "call", "erase"
CONFIGURE, PAGES, PURGE = "configure", "pages", "purge"
KINDS = (INDEX, CONFIGURE, PAGES, PURGE, REREAD, CALL, ERASE)

effects = Table(
    "effects",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("object_kind", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("inbox_id", BigId),
    Column("origin", Text, nullable=False, default=LIVE),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("reason", Text, nullable=False, default=""),
    Column("detail", Json),
    Column("error", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index(
        "ix_effects_waiting",
        "shop_id",
        "kind",
        "id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_effects_begun",
        "kind",
        "shop_id",
        sqlite_where=text("state = 'started'"),
        postgresql_where=text("state = 'started'"),
    ),
    Index(
        "ix_effects_failed",
        "shop_id",
        "id",
        sqlite_where=text("state = 'failed'"),
        postgresql_where=text("state = 'failed'"),
    ),
    Index("ix_effects_inbox", "inbox_id"),
    Index("ix_effects_shop", "shop_id", "id"),
    Index("ix_effects_kind", "shop_id", "kind", "id"),
    Index("ix_effects_finished", "finished_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEffect:
    """An act that has to happen to an object, and the delivery that asks for it."""

    kind: str
    object_kind: str
    object_id: str
    inbox_id: int | None = None
    origin: str = LIVE
    reason: str = ""
    detail: Mapping[str, Any] | None = None
    due_at: datetime = AT_ONCE


def plan(db: Connection, *, shop_id: int, wanted: Sequence[NewEffect], now: datetime) -> None:
    """Write effect rows, in one statement."""
    if wanted:
        db.execute(insert(db, effects), _rows(shop_id, wanted, now))


def planned(db: Connection, *, shop_id: int, wanted: Sequence[NewEffect], now: datetime) -> list[int]:
    """Write effect rows that are carried out right after; gives their ids, in order."""
    if not wanted:
        return []
    statement = insert(db, effects).returning(effects.c.id, sort_by_parameter_order=True)
    return list(db.execute(statement, _rows(shop_id, wanted, now)).scalars())


def _rows(shop_id: int, wanted: Sequence[NewEffect], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "shop_id": shop_id,
            "kind": effect.kind,
            "object_kind": effect.object_kind,
            "object_id": effect.object_id,
            "inbox_id": effect.inbox_id,
            "origin": effect.origin,
            "state": WAITING,
            "attempts": 0,
            "reason": effect.reason,
            "detail": dict(effect.detail) if effect.detail is not None else None,
            "error": "",
            "created_at": now,
            "due_at": effect.due_at,
        }
        for effect in wanted
    ]


def batch(db: Connection, *, shop_id: int, kind: str, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """The shop's oldest effects of that kind that are due."""
    waiting = and_(
        effects.c.shop_id == shop_id,
        effects.c.kind == kind,
        effects.c.state == text("'waiting'"),
        effects.c.due_at <= now,
    )
    return db.execute(select(effects).where(waiting).order_by(effects.c.id).limit(limit)).all()


def started(db: Connection, *, shop_id: int, kind: str) -> Sequence[Row[Any]]:
    """The shop's effects of that kind that were begun and never finished."""
    begun = and_(effects.c.shop_id == shop_id, effects.c.kind == kind, effects.c.state == STARTED)
    return db.execute(select(effects).where(begun).order_by(effects.c.id)).all()


def start(db: Connection, effect_id: int) -> None:
    """It is about to happen, and must not happen a second time."""
    db.execute(update(effects).where(effects.c.id == effect_id).values(state=STARTED))


def done(db: Connection, ids: Collection[int], *, now: datetime, outcome: str | None = None) -> None:
    """They happened; `outcome` says what came of it, in plain words."""
    values = {"state": DONE, "finished_at": now, "attempts": effects.c.attempts + 1, "error": ""}
    if outcome is not None:
        values["reason"] = outcome
    db.execute(update(effects).where(effects.c.id.in_(ids)).values(values))


def done_each(db: Connection, outcomes: Mapping[int, str], *, now: datetime) -> None:
    """They happened; by id what came of each, in plain words."""
    if outcomes:
        statement = update(effects).where(effects.c.id == bindparam("effect"))
        values = {"state": DONE, "finished_at": now, "attempts": effects.c.attempts + 1, "error": ""}
        rows = [{"effect": key, "outcome": outcome} for key, outcome in outcomes.items()]
        db.execute(statement.values(values | {"reason": bindparam("outcome")}), rows)


def retry(db: Connection, ids: Collection[int], *, due_at: datetime, error: str) -> None:
    """They did not happen and are tried again later, but for those that are not wanted any more."""
    values = {"state": WAITING, "due_at": due_at, "attempts": effects.c.attempts + 1, "error": error}
    db.execute(update(effects).where(effects.c.id.in_(ids), effects.c.state != DONE).values(values))


def failed(db: Connection, ids: Collection[int], *, now: datetime, error: str) -> None:
    """They did not happen and are not tried again until somebody asks for it."""
    values = {"state": FAILED, "finished_at": now, "attempts": effects.c.attempts + 1, "error": error}
    db.execute(update(effects).where(effects.c.id.in_(ids)).values(values))


def wake_all(db: Connection, *, shop_id: int, kinds: Collection[str]) -> None:
    """What waits need not wait any more."""
    waiting = and_(effects.c.shop_id == shop_id, effects.c.kind.in_(kinds), effects.c.state == text("'waiting'"))
    db.execute(update(effects).where(waiting).values(due_at=AT_ONCE))


def shops_with_work(db: Connection, *, kind: str, now: datetime) -> dict[int, datetime]:
    """Shops that have effects of that kind due, with the time since when the first one is."""
    waiting = and_(effects.c.kind == kind, effects.c.state == text("'waiting'"), effects.c.due_at <= now)
    since = func.min(later(effects.c.due_at, effects.c.created_at), type_=Moment())
    query = select(effects.c.shop_id, since).where(waiting).group_by(effects.c.shop_id)
    return dict(db.execute(query).all())


def shops_with_begun(db: Connection, *, kind: str) -> set[int]:
    """Shops that have effects of that kind which were begun and never finished."""
    begun = and_(effects.c.kind == kind, effects.c.state == text("'started'"))
    return set(db.execute(select(effects.c.shop_id).where(begun)).scalars())


def waiting_objects(db: Connection, *, shop_id: int, kind: str, object_kind: str, ids: Collection[str]) -> set[str]:
    """Which of these objects have an effect of that kind waiting."""
    if not ids:
        return set()
    query = select(effects.c.object_id).where(
        effects.c.shop_id == shop_id,
        effects.c.kind == kind,
        effects.c.state == text("'waiting'"),
        effects.c.object_kind == object_kind,
        effects.c.object_id.in_(ids),
    )
    return set(db.execute(query).scalars())


def waiting_details(db: Connection, *, shop_id: int, kind: str, limit: int) -> list[Any]:
    """The details of some effects of that kind that wait."""
    waiting = and_(effects.c.shop_id == shop_id, effects.c.kind == kind, effects.c.state == text("'waiting'"))
    return list(db.execute(select(effects.c.detail).where(waiting).limit(limit)).scalars())


def waiting_of(db: Connection, *, ids: Collection[int], now: datetime) -> set[int]:
    """Those of these effects that wait and are due."""
    still = and_(effects.c.id.in_(ids), effects.c.state == text("'waiting'"), effects.c.due_at <= now)
    return set(db.execute(select(effects.c.id).where(still)).scalars())


def objects_since(db: Connection, *, shop_id: int, kind: str, since: datetime) -> set[str]:
    """Objects for which an effect of that kind was written since that time, done or not."""
    chosen = and_(effects.c.shop_id == shop_id, effects.c.kind == kind, effects.c.created_at >= since)
    return set(db.execute(select(effects.c.object_id).where(chosen)).scalars())


def forget(db: Connection, *, before: datetime, limit: int) -> int:
    """Delete the oldest finished effects of before that time; gives how many."""
    oldest = select(effects.c.id).where(effects.c.finished_at < before).order_by(effects.c.finished_at).limit(limit)
    return db.execute(delete(effects).where(effects.c.id.in_(oldest.scalar_subquery()))).rowcount
