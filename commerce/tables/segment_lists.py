"""Looking at segments: how many would be in while the rules are written, who is in, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, literal, select, tuple_
from sqlalchemy.sql import Select

from commerce.rules.segments.conditions import Rules
from commerce.tables.columns import Moment
from commerce.tables.people.profiles import profiles
from commerce.tables.segment_conditions import condition
from commerce.tables.segments import segment_members

SAMPLE = 5
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
# By what lists are sorted: name to the column; who has none comes as if it were long ago.
SORTS = {
    "id": profiles.c.id,
    "name": profiles.c.sort_name,
    "created": profiles.c.created_at,
    "total_spent": profiles.c.total_spent,
    "orders_count": profiles.c.orders_count,
    "last_order": func.coalesce(profiles.c.last_order_at, literal(_NEVER, Moment()), type_=Moment()),
    "points": profiles.c.points,
}
_TYPES: dict[str, Any] = {name: column.type for name, column in SORTS.items()}

Cursor = tuple[Any, str]  # the last row's value of what is sorted by, and its id


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many customers rules apply to, and some of them."""

    matching: int
    sample: Sequence[Row[Any]]


def count(db: Connection, *, shop_id: int, rules: Rules, now: datetime) -> Counted:
    """How many would be in a segment with these rules, at this moment."""
    _without_compiling(db)
    is_in = condition(db, shop_id=shop_id, rules=rules, now=now)
    of_shop = profiles.c.shop_id == shop_id
    matching = db.execute(select(func.count()).select_from(profiles).where(of_shop, is_in)).scalar_one()
    chosen = select(profiles).where(of_shop, is_in).limit(SAMPLE)
    return Counted(matching=matching, sample=db.execute(chosen).all() if matching else ())


def everybody(db: Connection, *, shop_id: int) -> int:
    """How many customers there are: beside each count, and the same for all of them."""
    return db.execute(select(func.count()).select_from(profiles).where(profiles.c.shop_id == shop_id)).scalar_one()


def _without_compiling(db: Connection) -> None:
    """PostgreSQL takes longer to compile such conditions than to work them out."""
    if db.dialect.name == "postgresql":
        db.exec_driver_sql("SET LOCAL jit = off")


def page(
    db: Connection,
    *,
    shop_id: int,
    segment_id: str,
    limit: int,
    sort: str = "id",
    descending: bool = False,
    after: Cursor | None = None,
) -> Sequence[Row[Any]]:
    """Profiles in a segment with `entered_at`; `after` is where to go on (`cursor`). For an export sort by id."""
    whose = and_(
        segment_members.c.shop_id == profiles.c.shop_id,
        segment_members.c.profile_id == profiles.c.id,
        segment_members.c.segment_id == segment_id,
    )
    query = select(profiles, segment_members.c.entered_at, SORTS[sort].label("sorted_by"))
    query = query.join(segment_members, whose).where(profiles.c.shop_id == shop_id)
    return db.execute(_sorted(query, sort, descending, after).limit(limit)).all()


def matching(
    db: Connection,
    *,
    shop_id: int,
    rules: Rules,
    now: datetime,
    limit: int,
    sort: str = "id",
    descending: bool = False,
    after: Cursor | None = None,
) -> Sequence[Row[Any]]:
    """Profiles to which rules apply that no segment has yet, page by page as `page`."""
    is_in = condition(db, shop_id=shop_id, rules=rules, now=now)
    query = select(profiles, SORTS[sort].label("sorted_by")).where(profiles.c.shop_id == shop_id, is_in)
    return db.execute(_sorted(query, sort, descending, after).limit(limit)).all()


def cursor(row: Row[Any]) -> Cursor:
    """Where to go on behind this row of a page."""
    return row.sorted_by, row.id


def is_in(shop_id: int, segment_id: str) -> ColumnElement[bool]:
    """The condition on profiles for lists of other kinds that are filtered by a segment."""
    chosen = (segment_members.c.shop_id == shop_id, segment_members.c.segment_id == segment_id)
    return profiles.c.id.in_(select(segment_members.c.profile_id).where(*chosen))


def _sorted(query: Select[Any], sort: str, descending: bool, after: Cursor | None) -> Select[Any]:
    column = SORTS[sort]
    place = tuple_(column, profiles.c.id)
    if after is not None:
        bound = tuple_(literal(after[0], _TYPES[sort]), literal(after[1]))
        query = query.where(place < bound if descending else place > bound)
    return query.order_by(*(each.desc() if descending else each for each in (column, profiles.c.id)))
