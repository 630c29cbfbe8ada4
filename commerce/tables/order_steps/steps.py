"""Steps of orders: a row for each, with its tries, its outcome and what it waits for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
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

from commerce.rules.order_steps.outcomes import (
    BLOCKED,
    DESK,
    ENDED,
    FAILED,
    UNDERWAY,
    WAITING,
    NewStep,
    Outcome,
)
from commerce.tables.columns import AT_ONCE, BigId, Json, Moment, insert, later, metadata

# `lane`: which job does it (commerce.rules.order_steps.outcomes). `due_at` is empty where nothing but an event can
# move it on.
steps = Table(
    "order_steps",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("order_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("outcome", Text, nullable=False, default=""),
    Column("detail", Json),
    Column("inbox_id", BigId),
    Column("due_at", Moment),
    Column("deadline_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index("uq_order_steps_occasion", "shop_id", "order_id", "kind", "occasion", unique=True),
    Index(
        "ix_order_steps_due",
        "lane",
        "shop_id",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    Index(
        "ix_order_steps_trouble",
        "shop_id",
        "state",
        "id",
        sqlite_where=text("state IN ('failed', 'unsure', 'held')"),
        postgresql_where=text("state IN ('failed', 'unsure', 'held')"),
    ),
    Index("ix_order_steps_finished", "finished_at"),
)


def add(db: Connection, *, shop_id: int, wanted: Sequence[NewStep], now: datetime) -> int:
    """Write steps that are not there yet; gives how many."""
    if not wanted:
        return 0
    rows = [
        {
            "shop_id": shop_id,
            "order_id": step.order_id,
            "kind": step.kind,
            "occasion": step.occasion,
            "lane": step.lane,
            "state": WAITING,
            "attempts": 0,
            "outcome": "",
            "detail": dict(step.detail) if step.detail is not None else None,
            "inbox_id": step.inbox_id,
            "due_at": step.due_at or AT_ONCE,
            "deadline_at": step.deadline_at,
            "created_at": now,
        }
        for step in wanted
    ]
    keys = ["shop_id", "order_id", "kind", "occasion"]
    statement = insert(db, steps).on_conflict_do_nothing(index_elements=keys).returning(steps.c.id)
    return len(db.execute(statement, rows).all())


def batch(db: Connection, *, shop_id: int, lane: str, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """The shop's steps of that lane that are due, oldest first."""
    due = and_(steps.c.shop_id == shop_id, steps.c.lane == lane, steps.c.due_at <= now)
    return db.execute(select(steps).where(due).order_by(steps.c.due_at, steps.c.id).limit(limit)).all()


def of_orders(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> Sequence[Row[Any]]:
    """All steps of these orders, oldest first."""
    if not order_ids:
        return []
    chosen = and_(steps.c.shop_id == shop_id, steps.c.order_id.in_(order_ids))
    return db.execute(select(steps).where(chosen).order_by(steps.c.id)).all()


def by_ids(db: Connection, *, shop_id: int, ids: Collection[int], lock: bool = False) -> Sequence[Row[Any]]:
    """These steps, as far as they are the shop's. `lock`: nobody else changes them until the transaction ends."""
    if not ids:
        return []
    query = select(steps).where(steps.c.shop_id == shop_id, steps.c.id.in_(ids)).order_by(steps.c.id)
    return db.execute(query.with_for_update() if lock else query).all()


def decide(db: Connection, outcomes: Mapping[int, Outcome], *, now: datetime) -> None:
    """Write what came of steps, one statement for all; each counts as a try but those that only wait on."""
    if not outcomes:
        return
    rows = [
        {
            "step": key,
            "to_state": outcome.state,
            "to_outcome": outcome.words,
            "to_due": outcome.due_at,
            "to_finished": now if outcome.state in ENDED else None,
            "tried": 0 if outcome.state == BLOCKED else 1,
            "to_detail": dict(outcome.detail) if outcome.detail is not None else None,
        }
        for key, outcome in outcomes.items()
    ]
    for with_detail in (True, False):
        chosen = [row for row in rows if (row["to_detail"] is not None) is with_detail]
        values: dict[str, Any] = {
            "state": bindparam("to_state"),
            "outcome": bindparam("to_outcome"),
            "due_at": bindparam("to_due"),
            "finished_at": bindparam("to_finished"),
            "attempts": steps.c.attempts + bindparam("tried"),
        }
        if with_detail:
            values["detail"] = bindparam("to_detail")
        else:
            chosen = [{name: value for name, value in row.items() if name != "to_detail"} for row in chosen]
        if chosen:
            db.execute(update(steps).where(steps.c.id == bindparam("step")).values(values), chosen)


def end(db: Connection, ids: Collection[int], *, state: str, outcome: str, now: datetime) -> None:
    """End steps that are under way: whoever did the work for them says what came of it."""
    if ids:
        db.execute(_END, {"ended": sorted(ids), "new_state": state, "words": outcome, "now": now})


_END = (
    update(steps)
    .where(steps.c.id.in_(bindparam("ended", expanding=True)), steps.c.state == UNDERWAY)
    .values(state=bindparam("new_state"), outcome=bindparam("words"), due_at=None, finished_at=bindparam("now"))
)


def look_again(db: Connection, *, shop_id: int, order_ids: Iterable[str], now: datetime) -> int:
    """Something of these orders changed: what waited for that is due; gives how many steps."""
    ids = sorted(set(order_ids))
    if not ids:
        return 0
    blocked = and_(steps.c.shop_id == shop_id, steps.c.order_id.in_(ids), steps.c.state == BLOCKED)
    # Locked one after the other: two that look again at the same order do not wait for each other in a circle.
    found = db.execute(select(steps.c.id).where(blocked).order_by(steps.c.id).with_for_update()).scalars().all()
    if found:
        db.execute(update(steps).where(steps.c.id.in_(found)).values(due_at=now))
    return len(found)


def reopen(db: Connection, *, shop_id: int, order_ids: Collection[str], kind: str) -> None:
    """What these orders' steps of a kind failed for may have changed: they are tried anew."""
    if order_ids:
        chosen = and_(steps.c.shop_id == shop_id, steps.c.order_id.in_(order_ids))
        failed = and_(chosen, steps.c.kind == kind, steps.c.state == FAILED)
        values = {"state": WAITING, "due_at": AT_ONCE, "finished_at": None, "lane": DESK}
        db.execute(update(steps).where(failed).values(values))


def to_lane(db: Connection, step_id: int, *, lane: str) -> None:
    """Another job does it from now on."""
    db.execute(update(steps).where(steps.c.id == step_id).values(lane=lane))


def after_call(db: Connection, step_id: int, outcome: Outcome, *, tries: int, now: datetime) -> bool:
    """Write what came of a call, which took its time; False where somebody decided about the step meanwhile."""
    values = {
        "state": outcome.state,
        "outcome": outcome.words,
        "due_at": outcome.due_at,
        "finished_at": now if outcome.state in ENDED else None,
        "attempts": steps.c.attempts + tries,
    }
    open_ = and_(steps.c.id == step_id, steps.c.state.in_((WAITING, BLOCKED)))
    return db.execute(update(steps).where(open_).values(values)).rowcount == 1


def shops_with_work(db: Connection, *, lane: str, now: datetime) -> dict[int, datetime]:
    """Shops that have steps of that lane due, with the time since when the first one is."""
    since = func.min(later(steps.c.due_at, steps.c.created_at), type_=Moment())
    due = and_(steps.c.lane == lane, steps.c.due_at <= now)
    return dict(db.execute(select(steps.c.shop_id, since).where(due).group_by(steps.c.shop_id)).all())


def forget(db: Connection, *, before: datetime, limit: int) -> int:
    """Delete steps that ended before that time; gives how many. Not while others of their order are open: what waits
    for one that ended badly would not wait any more."""
    others = steps.alias()
    of_order = and_(others.c.shop_id == steps.c.shop_id, others.c.order_id == steps.c.order_id)
    is_open = select(others.c.id).where(of_order, others.c.state.not_in(ENDED)).exists()
    old = select(steps.c.id).where(steps.c.finished_at < before, ~is_open).limit(limit)
    return db.execute(delete(steps).where(steps.c.id.in_(old))).rowcount


def erase(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> None:
    """Take out of these orders' steps what came of them: carriers and merchants' own systems may name a person."""
    if order_ids:
        chosen = and_(steps.c.shop_id == shop_id, steps.c.order_id.in_(order_ids), steps.c.outcome != "")
        db.execute(update(steps).where(chosen).values(outcome=""))
