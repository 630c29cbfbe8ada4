"""How jobs ran: sums by the hour, and the runs that failed or took longest. No arguments, and nobody's name."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Index,
    Integer,
    Row,
    Select,
    Table,
    Text,
    and_,
    case,
    delete,
    func,
    select,
)

from commerce.tables.columns import BigId, Moment, insert, metadata

job_hours = Table(
    "job_hours",
    metadata,
    Column("job", Text, primary_key=True),
    Column("hour", Moment, primary_key=True),
    Column("runs", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("seconds", Float, nullable=False),  # of all runs together
    Column("longest", Float, nullable=False),
    Column("waited", Float, nullable=False),  # in the queue, all runs together
    Column("last_at", Moment, nullable=False),  # when the newest run ended
    Column("last_seconds", Float, nullable=False),
    Column("last_error", Text, nullable=False),  # empty: it went well
    Index("ix_job_hours_hour", "hour"),
)

# Shops go and their runs stay until they are forgotten, so that no batch of them is refused: there is no foreign key.
job_runs = Table(
    "job_runs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("job", Text, nullable=False),
    Column("shop_id", BigId),
    Column("at", Moment, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("error", Text, nullable=False),  # the exception's name; empty: it only took long
    Index("ix_job_runs_at", "at"),
    Index("ix_job_runs_shop", "shop_id"),
)


@dataclass(slots=True, kw_only=True)
class Sums:
    """The runs of a job within an hour."""

    runs: int = 0
    failures: int = 0
    seconds: float = 0.0
    longest: float = 0.0
    waited: float = 0.0
    last_at: datetime
    last_seconds: float = 0.0
    last_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run that failed, or took long."""

    job: str
    shop_id: int | None
    at: datetime
    seconds: float
    error: str


def add(db: Connection, sums: Mapping[tuple[str, datetime], Sums], runs: Sequence[Run]) -> None:
    """Add to the hours' sums, and write single runs down: two statements. Sorted, so that writers do not lock up."""
    rows = [{"job": job, "hour": hour} | asdict(one) for (job, hour), one in sorted(sums.items(), key=lambda s: s[0])]
    if rows:
        db.execute(_adding(db), rows)
    if runs:
        db.execute(insert(db, job_runs), [asdict(run) for run in runs])


def _adding(db: Connection) -> Any:
    statement = insert(db, job_hours)
    there, new = job_hours.c, statement.excluded
    summed = {name: there[name] + new[name] for name in ("runs", "failures", "seconds", "waited")}
    longest = case((new.longest > there.longest, new.longest), else_=there.longest)
    is_newer = new.last_at >= there.last_at
    last = {name: case((is_newer, new[name]), else_=there[name]) for name in ("last_at", "last_seconds", "last_error")}
    return statement.on_conflict_do_update(index_elements=["job", "hour"], set_=summed | last | {"longest": longest})


def by_job(db: Connection, *, since: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Sums of each job since that time, by whole hours; the one that took most time first."""
    hours = job_hours.c
    names = ("runs", "failures", "seconds", "waited")
    summed = [func.sum(hours[name]).label(name) for name in names]
    query = select(hours.job, *summed, func.max(hours.longest).label("longest")).where(hours.hour >= _whole(since))
    return db.execute(query.group_by(hours.job).order_by(func.sum(hours.seconds).desc(), hours.job)).all()


def by_hour(db: Connection, *, since: datetime, job: str = "") -> dict[datetime, tuple[int, int]]:
    """Runs and failures of one job, or of all together, hour by hour."""
    chosen = and_(job_hours.c.hour >= _whole(since), *([job_hours.c.job == job] if job else []))
    query = select(job_hours.c.hour, func.sum(job_hours.c.runs), func.sum(job_hours.c.failures)).where(chosen)
    return {hour: (int(runs), int(bad)) for hour, runs, bad in db.execute(query.group_by(job_hours.c.hour))}


def last_runs(db: Connection, *, since: datetime) -> dict[str, Row[str, datetime, float, str]]:
    """The newest run of each job: when it ended, how long it took, how it went."""
    hours = job_hours.c
    newest = select(hours.job, func.max(hours.hour).label("hour")).where(hours.hour >= _whole(since))
    of = newest.group_by(hours.job).subquery()
    joined = job_hours.join(of, and_(hours.job == of.c.job, hours.hour == of.c.hour))
    query = select(hours.job, hours.last_at, hours.last_seconds, hours.last_error).select_from(joined)
    return {row.job: row for row in db.execute(query)}


def slowest(db: Connection, *, since: datetime, limit: int, job: str = "") -> Sequence[Row[Any]]:
    """The runs that took longest since that time."""
    return db.execute(_noted(since, job).order_by(job_runs.c.seconds.desc(), job_runs.c.id).limit(limit)).all()


def failed(db: Connection, *, since: datetime, limit: int, job: str = "") -> Sequence[Row[Any]]:
    """The newest runs that failed since that time."""
    query = _noted(since, job).where(job_runs.c.error != "")
    return db.execute(query.order_by(job_runs.c.at.desc(), job_runs.c.id.desc()).limit(limit)).all()


def _noted(since: datetime, job: str) -> Select[Any]:
    query = select(job_runs).where(job_runs.c.at >= since)
    return query.where(job_runs.c.job == job) if job else query


def _whole(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def forget(db: Connection, *, before: datetime) -> int:
    """Delete what is older; gives how many single runs that were."""
    db.execute(delete(job_hours).where(job_hours.c.hour < before))
    return db.execute(delete(job_runs).where(job_runs.c.at < before)).rowcount
