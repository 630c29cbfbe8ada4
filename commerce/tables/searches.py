"""Searches, counted by day and query, and what became of them. Nobody's name, address or browser is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    delete,
    func,
    literal,
    select,
    tuple_,
)

from commerce.rules.searches import OTHERS
from commerce.tables.columns import BigId, insert, metadata

MOST_QUERIES = 2000  # of a shop in a day; what is more is counted without its words

searches = Table(
    "searches",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("query", Text, primary_key=True),
    Column("asked", BigInteger, nullable=False),
    Column("empty", BigInteger, nullable=False),
    Column("clicks", BigInteger, nullable=False),
    Column("carts", BigInteger, nullable=False),
    Column("orders", BigInteger, nullable=False),
    Column("found", BigInteger, nullable=False),
    Index("ix_searches_query", "shop_id", "query"),
)

positions = Table(
    "search_positions",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("shown", BigInteger, nullable=False),
    Column("clicks", BigInteger, nullable=False),
    Column("orders", BigInteger, nullable=False),
)


@dataclass(slots=True, kw_only=True)
class Tally:
    """What is counted of a query: `empty` are searches without results, `found` is how many products it found last."""

    asked: int = 0
    empty: int = 0
    clicks: int = 0
    carts: int = 0
    orders: int = 0
    found: int = 0

    def add(self, other: "Tally") -> None:
        """Take another one in."""
        for name in _ADDED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.found = other.found if other.asked else self.found


@dataclass(slots=True, kw_only=True)
class Place:
    """What is counted of a position in the results."""

    shown: int = 0
    clicks: int = 0
    orders: int = 0


_ADDED = tuple(field.name for field in fields(Tally) if field.name != "found")
Key = tuple[int, date, str]  # shop, day, query
PlaceKey = tuple[int, date, int]  # shop, day, position


def add(db: Connection, counted: Mapping[Key, Tally]) -> None:
    """Add to the counters; of a shop with too many queries in a day the new ones are counted without their words."""
    kept: dict[Key, Tally] = {}
    for key, tally in _bounded(db, counted):
        kept.setdefault(key, Tally()).add(tally)
    if not kept:
        return
    statement = insert(db, searches)
    new = statement.excluded
    changed = {name: searches.c[name] + new[name] for name in _ADDED}
    changed["found"] = func.coalesce(func.nullif(new.found, -1), searches.c.found)
    statement = statement.on_conflict_do_update(index_elements=["shop_id", "day", "query"], set_=changed)
    rows = [
        dict(zip(("shop_id", "day", "query"), key, strict=True))
        | asdict(tally)
        | {"found": tally.found if tally.asked else -1}
        for key, tally in sorted(kept.items(), key=lambda one: one[0])
    ]
    db.execute(statement, rows)


def _bounded(db: Connection, counted: Mapping[Key, Tally]) -> list[tuple[Key, Tally]]:
    """The counters with queries beyond the day's bound folded into one."""
    days: dict[tuple[int, date], list[str]] = {}
    for shop_id, day, query in counted:
        days.setdefault((shop_id, day), []).append(query)
    found = []
    for (shop_id, day), queries in days.items():
        of_day = and_(searches.c.shop_id == shop_id, searches.c.day == day)
        here = set(db.execute(select(searches.c.query).where(of_day, searches.c.query.in_(queries))).scalars())
        there = db.execute(select(func.count()).select_from(searches).where(of_day)).scalar_one()
        room = max(0, MOST_QUERIES - there)
        new = [query for query in queries if query not in here]
        folded = set(new[room:])
        found += [
            ((shop_id, day, OTHERS if query in folded else query), counted[shop_id, day, query]) for query in queries
        ]
    return found


def add_places(db: Connection, counted: Mapping[PlaceKey, Place]) -> None:
    """Add to the counters of positions."""
    if not counted:
        return
    statement = insert(db, positions)
    changed = {name: positions.c[name] + statement.excluded[name] for name in ("shown", "clicks", "orders")}
    statement = statement.on_conflict_do_update(index_elements=["shop_id", "day", "position"], set_=changed)
    names = ("shop_id", "day", "position")
    rows = [dict(zip(names, key, strict=True)) | asdict(place) for key, place in sorted(counted.items())]
    db.execute(statement, rows)


def totals(db: Connection, *, shop_id: int, since: date) -> Tally:
    """All searches of the shop from that day on."""
    query = select(*(func.coalesce(func.sum(searches.c[name]), 0).label(name) for name in _ADDED))
    row = db.execute(query.where(searches.c.shop_id == shop_id, searches.c.day >= since)).one()
    return Tally(**{name: int(getattr(row, name)) for name in _ADDED})


def by_day(db: Connection, *, shop_id: int, since: date) -> dict[date, tuple[int, int]]:
    """(searches, those without results) of each day on which there were any."""
    query = select(searches.c.day, func.sum(searches.c.asked), func.sum(searches.c.empty))
    chosen = (searches.c.shop_id == shop_id, searches.c.day >= since)
    return {day: (int(asked), int(empty)) for day, asked, empty in db.execute(query.where(*chosen).group_by("day"))}


def begin(db: Connection, *, shop_id: int) -> date | None:
    """The first day of which something is counted."""
    first: date | None = db.execute(select(func.min(searches.c.day)).where(searches.c.shop_id == shop_id)).scalar_one()
    return first


def of_query(db: Connection, *, shop_id: int, query: str, since: date) -> Tally | None:
    """What is counted of a query, and how many products it found last; None where it was not asked."""
    chosen = and_(searches.c.shop_id == shop_id, searches.c.query == query, searches.c.day >= since)
    rows = db.execute(select(searches).where(chosen).order_by(searches.c.day)).all()
    if not rows:
        return None
    counted = Tally()
    for row in rows:
        counted.add(Tally(**{name: getattr(row, name) for name in (*_ADDED, "found")}))
    return counted


def top(db: Connection, *, shop_id: int, since: date, limit: int) -> Sequence[Row[Any]]:
    """The queries asked most."""
    grouped = _grouped(shop_id, since)
    return db.execute(grouped.order_by(func.sum(searches.c.asked).desc(), searches.c.query).limit(limit)).all()


def without_results(db: Connection, *, shop_id: int, since: date, limit: int) -> Sequence[Row[Any]]:
    """The queries that found nothing most often."""
    empty = func.sum(searches.c.empty)
    query = _grouped(shop_id, since).having(empty > 0).order_by(empty.desc(), searches.c.query)
    return db.execute(query.limit(limit)).all()


def rarely_clicked(db: Connection, *, shop_id: int, since: date, at_least: int, limit: int) -> Sequence[Row[Any]]:
    """Queries that find something, are asked that often, and lead fewest of their shoppers to a product."""
    asked, clicks, empty = (func.sum(searches.c[name]) for name in ("asked", "clicks", "empty"))
    query = _grouped(shop_id, since).having(and_(asked >= at_least, asked > empty, clicks * 4 < asked))
    return db.execute(query.order_by(clicks * 1.0 / asked, asked.desc(), searches.c.query).limit(limit)).all()


def _grouped(shop_id: int, since: date) -> Any:
    summed = [func.sum(searches.c[name]).label(name) for name in _ADDED]
    chosen = (searches.c.shop_id == shop_id, searches.c.day >= since, searches.c.query != OTHERS)
    return select(searches.c.query, *summed).where(*chosen).group_by(searches.c.query)


def popular(db: Connection, *, shop_id: int, since: date, at_least: int, limit: int) -> list[tuple[str, int]]:
    """Queries that found something, asked at least so often, with how often; the most frequent first."""
    answered = func.sum(searches.c.asked) - func.sum(searches.c.empty)
    chosen = (searches.c.shop_id == shop_id, searches.c.day >= since, searches.c.query != OTHERS)
    query = select(searches.c.query, answered.label("number")).where(*chosen).group_by(searches.c.query)
    query = query.having(and_(answered >= at_least, func.sum(searches.c.empty) * 2 < func.sum(searches.c.asked)))
    rows = db.execute(query.order_by(answered.desc(), searches.c.query).limit(limit))
    return [(query, int(number)) for query, number in rows]


def by_position(db: Connection, *, shop_id: int, since: date, last: int) -> Sequence[Row[Any]]:
    """What was shown and clicked at each position, from the top."""
    summed = [func.sum(positions.c[name]).label(name) for name in ("shown", "clicks", "orders")]
    chosen = (positions.c.shop_id == shop_id, positions.c.day >= since, positions.c.position <= last)
    query = select(positions.c.position, *summed).where(*chosen).group_by(positions.c.position)
    return db.execute(query.order_by(positions.c.position)).all()


def forget_rare(db: Connection, *, before: date, limit: int) -> int:
    """Count queries that only one search asked, before that day, among the others from now on; gives how many."""
    chosen = and_(searches.c.query != OTHERS)
    rare = (
        select(searches.c.shop_id, searches.c.query)
        .where(chosen)
        .group_by(searches.c.shop_id, searches.c.query)
        .having(and_(func.sum(searches.c.asked) <= 1, func.max(searches.c.day) < before))
        .limit(limit)
    )
    pairs = [(row.shop_id, row.query) for row in db.execute(rare)]
    if not pairs:
        return 0
    named = tuple_(searches.c.shop_id, searches.c.query).in_([tuple_(literal(a), literal(b)) for a, b in pairs])
    counted: dict[Key, Tally] = {}
    for row in db.execute(select(searches).where(named)):
        tally = Tally(**{name: getattr(row, name) for name in _ADDED})
        counted.setdefault((row.shop_id, row.day, OTHERS), Tally()).add(tally)
    db.execute(delete(searches).where(named))
    add(db, counted)
    return len(pairs)


def forget(db: Connection, *, before: date) -> None:
    """Delete what was counted before that day."""
    for table in (searches, positions):
        db.execute(delete(table).where(table.c.day < before))
