"""Replays: dispatches that are sent again, as many as was said before, in steps where there are many."""

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
    Row,
    Table,
    Text,
    and_,
    func,
    select,
    text,
    update,
)

from commerce.tables.columns import BigId, Moment, metadata
from commerce.tables.outgoing.dispatches import DROPPED, FAILED, HELD, SENT, WAITING, dispatches

RUNNING, DONE, CANCELLED = "running", "done", "cancelled"
# Which ones: those that failed; all that came to an end.
ALL_FAILED, EVERYTHING = "failed", "all"
CHOICES = {ALL_FAILED: (FAILED, DROPPED), EVERYTHING: (FAILED, DROPPED, SENT)}

# `upto` and `asked_at`: what came to its end later was not counted, so it is left alone. `last_id`: how far it came.
replays = Table(
    "outgoing_replays",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("endpoint_id", BigId, ForeignKey("outgoing_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("choice", Text, nullable=False),
    Column("since", Moment),
    Column("asked_at", Moment, nullable=False),
    Column("last_id", BigId, nullable=False, default=0),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False, default=0),
    Column("state", Text, nullable=False),
    Column("finished_at", Moment),
    Index(
        "ix_outgoing_replays_running",
        "shop_id",
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
    Index("ix_outgoing_replays_endpoint", "endpoint_id", "id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which dispatches of an endpoint are to be sent again: of a choice, created since then, ended by `asked_at`."""

    endpoint_id: int
    choice: str
    since: datetime | None
    asked_at: datetime


def count(db: Connection, *, shop_id: int, which: Which) -> int:
    """How many there are."""
    return db.execute(select(func.count()).select_from(dispatches).where(_of(shop_id, which))).scalar_one()


def _of(shop_id: int, which: Which, after: int = 0) -> Any:
    chosen = [
        dispatches.c.shop_id == shop_id,
        dispatches.c.endpoint_id == which.endpoint_id,
        dispatches.c.state.in_(CHOICES[which.choice]),
        dispatches.c.finished_at <= which.asked_at,
        dispatches.c.id > after,
    ]
    if which.since is not None:
        chosen.append(dispatches.c.created_at >= which.since)
    return and_(*chosen)


def again(
    db: Connection, *, shop_id: int, which: Which, keeps: bool, now: datetime, limit: int, after: int = 0
) -> list[int]:
    """Want the next ones to be sent again; gives their ids. `keeps`: the endpoint is paused, so they are kept."""
    some = select(dispatches.c.id).where(_of(shop_id, which, after)).order_by(dispatches.c.id).limit(limit)
    ids = list(db.execute(some).scalars())
    _want(db, dispatches.c.id.in_(ids), keeps=keeps, now=now)
    return ids


def one_again(db: Connection, *, shop_id: int, dispatch_id: int, keeps: bool, now: datetime) -> bool:
    """Want one to be sent again, whatever came of it, or at once where it waits; False for one that is kept."""
    chosen = [dispatches.c.shop_id == shop_id, dispatches.c.id == dispatch_id, dispatches.c.state != HELD]
    return _want(db, and_(*chosen), keeps=keeps, now=now) == 1


def _want(db: Connection, chosen: Any, *, keeps: bool, now: datetime) -> int:
    values: dict[str, Any] = {"attempts": 0, "finished_at": None, "due_at": None if keeps else now}
    values["state"] = HELD if keeps else WAITING
    return db.execute(update(dispatches).where(chosen).values(values)).rowcount


def begin(db: Connection, *, shop_id: int, which: Which, total: int) -> int:
    """Have a job do it; gives the replay's id."""
    row = {
        "shop_id": shop_id,
        "endpoint_id": which.endpoint_id,
        "choice": which.choice,
        "since": which.since,
        "asked_at": which.asked_at,
        "last_id": 0,
        "total": total,
        "done": 0,
        "state": RUNNING,
    }
    return int(db.execute(replays.insert().values(row).returning(replays.c.id)).scalar_one())


def next_running(db: Connection, *, shop_id: int) -> Row[Any] | None:
    """The shop's oldest replay that is not done."""
    running = and_(replays.c.shop_id == shop_id, replays.c.state == RUNNING)
    return db.execute(select(replays).where(running).order_by(replays.c.id).limit(1)).one_or_none()


def advance(db: Connection, replay_id: int, *, last_id: int, number: int) -> None:
    """It came that much further."""
    values = {"last_id": last_id, "done": replays.c.done + number}
    db.execute(update(replays).where(replays.c.id == replay_id).values(values))


def finish(db: Connection, *, shop_id: int, replay_id: int, state: str, now: datetime) -> bool:
    """It is done, or cancelled; False where it was over already."""
    running = and_(replays.c.shop_id == shop_id, replays.c.id == replay_id, replays.c.state == RUNNING)
    return db.execute(update(replays).where(running).values(state=state, finished_at=now)).rowcount == 1


def of_endpoint(db: Connection, *, shop_id: int, endpoint_id: int, limit: int = 3) -> Sequence[Row[Any]]:
    """The newest replays of an endpoint."""
    chosen = and_(replays.c.shop_id == shop_id, replays.c.endpoint_id == endpoint_id)
    return db.execute(select(replays).where(chosen).order_by(replays.c.id.desc()).limit(limit)).all()


def one(db: Connection, *, shop_id: int, replay_id: int) -> Row[Any] | None:
    """One of the shop's replays."""
    return db.execute(select(replays).where(replays.c.shop_id == shop_id, replays.c.id == replay_id)).one_or_none()


def shops_with_work(db: Connection) -> set[int]:
    """Shops with replays that are not done."""
    return set(db.execute(select(replays.c.shop_id).where(replays.c.state == RUNNING).distinct()).scalars())


def which_of(row: Any) -> Which:
    """What a stored replay is about."""
    return Which(endpoint_id=row.endpoint_id, choice=row.choice, since=row.since, asked_at=row.asked_at)
