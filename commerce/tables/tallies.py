"""Counters: what came in, what was rejected, how long it took. Per shop and hour, and for all time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Table, Text, and_, case, delete, func, select

from commerce.tables.columns import BigId, Moment, insert, metadata

# Hour of the counters that count for all time.
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
NO_SHOP = 0

# Upper bounds of the lag's buckets, in seconds.
LAG_BUCKETS = (0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0, 3600.0)

tallies = Table(
    "tallies",
    metadata,
    Column("shop_id", BigId, primary_key=True, autoincrement=False),
    Column("hour", Moment, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("label", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Index("ix_tallies_name", "name", "hour"),
)

Key = tuple[int, str, str]  # shop, name, label


def add(db: Connection, counted: Mapping[Key, int], *, now: datetime) -> None:
    """Add to the counters of this hour and of all time, in one statement."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    rows = [
        {"shop_id": shop_id, "hour": at, "name": name, "label": label, "number": number}
        for (shop_id, name, label), number in sorted(counted.items())
        for at in (ALWAYS, hour)
    ]
    if not rows:
        return
    db.execute(_adding(db), rows)


_statements: dict[str, Any] = {}


def _adding(db: Connection) -> Any:
    """The statement that adds, kept because building it takes longer than running it."""
    if db.dialect.name not in _statements:
        statement = insert(db, tallies)
        added = tallies.c.number + statement.excluded.number
        keys = ["shop_id", "hour", "name", "label"]
        _statements[db.dialect.name] = statement.on_conflict_do_update(index_elements=keys, set_={"number": added})
    return _statements[db.dialect.name]


def totals(db: Connection, name: str) -> dict[str, int]:
    """The counter for all time and all shops, by label."""
    query = select(tallies.c.label, func.sum(tallies.c.number)).where(tallies.c.name == name, tallies.c.hour == ALWAYS)
    return {label: int(number) for label, number in db.execute(query.group_by(tallies.c.label))}


def of_shop(db: Connection, *, shop_id: int, since: datetime) -> dict[tuple[str, str], int]:
    """The shop's counters (name, label) since that time, by whole hours."""
    hour = since.replace(minute=0, second=0, microsecond=0)
    chosen = and_(tallies.c.shop_id == shop_id, tallies.c.hour >= hour)
    query = select(tallies.c.name, tallies.c.label, func.sum(tallies.c.number)).where(chosen)
    rows = db.execute(query.group_by(tallies.c.name, tallies.c.label))
    return {(name, label): int(number) for name, label, number in rows}


def by_hour(db: Connection, *, shop_id: int, name: str, since: datetime) -> dict[datetime, int]:
    """The shop's counter hour by hour, all labels together."""
    chosen = and_(tallies.c.shop_id == shop_id, tallies.c.name == name, tallies.c.hour >= since)
    query = select(tallies.c.hour, func.sum(tallies.c.number)).where(chosen).group_by(tallies.c.hour)
    return {hour: int(number) for hour, number in db.execute(query)}


def by_span(db: Connection, *, shop_id: int, begins: Sequence[datetime]) -> Sequence[tuple[int, str, str, int]]:
    """The shop's counters of each span, from one of these times to the next, the last one open: its place, name, label
    and number. By whole hours.
    """
    place = case(*((tallies.c.hour >= at, place) for place, at in reversed(list(enumerate(begins)))), else_=0)
    chosen = and_(tallies.c.shop_id == shop_id, tallies.c.hour >= begins[0])
    spans = select(place.label("place"), tallies.c.name, tallies.c.label, tallies.c.number).where(chosen).subquery()
    keys = (spans.c.place, spans.c.name, spans.c.label)
    rows = db.execute(select(*keys, func.sum(spans.c.number)).group_by(*keys))
    return [(int(place), name, label, int(number)) for place, name, label, number in rows]


def lag_label(seconds: float) -> str:
    """The label of the smallest bucket that holds the lag."""
    return next((str(bound) for bound in LAG_BUCKETS if seconds <= bound), "+Inf")


def quantile(buckets: Mapping[str, int], share: float) -> float | None:
    """The upper bound of the bucket in which that share of all lags lies; None without any."""
    total, seen = sum(buckets.values()), 0
    for bound in LAG_BUCKETS:
        seen += buckets.get(str(bound), 0)
        if total and seen >= share * total:
            return bound
    return float("inf") if total else None


def forget(db: Connection, *, before: datetime) -> int:
    """Delete hourly counters of before that time."""
    return db.execute(delete(tallies).where(tallies.c.hour < before, tallies.c.hour > ALWAYS)).rowcount


def counter() -> "Counter[Key]":
    """An empty collection to count into."""
    return Counter()
