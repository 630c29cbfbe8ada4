"""Decisions about many steps at once: which they are is settled when somebody decides, and a job carries it out."""

from collections.abc import Mapping, Sequence
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
    delete,
    select,
    text,
    update,
)

from commerce.tables.columns import BigId, Json, Moment, insert, metadata

RUNNING, DONE, CANCELLED = "running", "done", "cancelled"
MOST = 10_000  # steps in one go

# `form`: the page it was decided on, so that sending it twice decides once. `steps`: ids, in the order in which they
# are taken; `done` of them were, and of `changed` the decision could be made: the others were not in that state any
# more.
runs = Table(
    "order_step_runs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("form", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("filters", Json, nullable=False),
    Column("steps", Json, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False, default=0),
    Column("changed", Integer, nullable=False, default=0),
    Column("made_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index("uq_order_step_runs_form", "shop_id", "form", unique=True),
    Index(
        "ix_order_step_runs_running",
        "shop_id",
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
)


def begin(
    db: Connection,
    *,
    shop_id: int,
    form: str,
    decision: str,
    filters: Mapping[str, str],
    ids: Sequence[int],
    made_by: str,
    now: datetime,
) -> bool:
    """Have a job decide about these steps; False where this form was sent before."""
    row = {
        "shop_id": shop_id,
        "form": form,
        "decision": decision,
        "filters": dict(filters),
        "steps": list(ids),
        "total": len(ids),
        "done": 0,
        "changed": 0,
        "made_by": made_by,
        "state": RUNNING,
        "created_at": now,
    }
    statement = insert(db, runs).values(row).on_conflict_do_nothing(index_elements=["shop_id", "form"])
    return db.execute(statement.returning(runs.c.id)).first() is not None


def is_known(db: Connection, *, shop_id: int, form: str) -> bool:
    """Whether this form was sent."""
    return db.execute(select(runs.c.id).where(runs.c.shop_id == shop_id, runs.c.form == form)).first() is not None


def next_running(db: Connection, *, shop_id: int) -> Row[Any] | None:
    """The shop's oldest run that is not done."""
    running = and_(runs.c.shop_id == shop_id, runs.c.state == RUNNING)
    return db.execute(select(runs).where(running).order_by(runs.c.id).limit(1)).one_or_none()


def advance(db: Connection, run: Row[Any], *, done: int, changed: int, now: datetime) -> None:
    """It came that much further; at its end it is done, and its list is not kept."""
    at_end = run.done + done >= run.total
    values: dict[str, Any] = {"done": runs.c.done + done, "changed": runs.c.changed + changed}
    if at_end:
        values |= {"state": DONE, "finished_at": now, "steps": []}
    db.execute(update(runs).where(runs.c.id == run.id).values(values))


def cancel(db: Connection, *, shop_id: int, run_id: int, now: datetime) -> bool:
    """Leave the rest as it is; False where there is no rest."""
    running = and_(runs.c.shop_id == shop_id, runs.c.id == run_id, runs.c.state == RUNNING)
    values = {"state": CANCELLED, "finished_at": now, "steps": []}
    return db.execute(update(runs).where(running).values(values)).rowcount == 1


def newest(db: Connection, *, shop_id: int, limit: int = 3) -> Sequence[Any]:
    """The shop's newest runs, without their lists."""
    shown = [column for column in runs.c if column.name != "steps"]
    return db.execute(select(*shown).where(runs.c.shop_id == shop_id).order_by(runs.c.id.desc()).limit(limit)).all()


def shops_with_work(db: Connection) -> set[int]:
    """Shops of which runs are not done."""
    return set(db.execute(select(runs.c.shop_id).where(runs.c.state == RUNNING).distinct()).scalars())


def forget(db: Connection, *, before: datetime) -> None:
    """Delete runs that ended before that time."""
    db.execute(delete(runs).where(runs.c.finished_at < before))
