"""Pages that begin behind the last row of the page before: as fast far back as at the front."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal, select, tuple_

Place = tuple[Any, Any]  # what the last row has of what is sorted by, and its key


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """What a list is sorted by. `has`: which rows have something of it, where not all do; the others come last."""

    column: Any
    descends: bool
    has: ColumnElement[bool] | None = None


def page(
    db: Connection, query: Select[Any], *, sort: Sort, key: Any, after: Place | None, limit: int
) -> list[Row[Any]]:
    """The rows of a query behind a place, in that order; `key` is unique among them and breaks ties."""
    found: list[Row[Any]] = []
    is_rest = sort.has is not None and after is not None and after[0] in (None, "")
    if not is_rest:
        having = query if sort.has is None else query.where(sort.has)
        if after is not None:
            here, there = tuple_(sort.column, key), tuple_(literal(after[0], sort.column.type), literal(after[1]))
            having = having.where(here < there if sort.descends else here > there)
        found += db.execute(_ordered(having, sort, [sort.column, key]).limit(limit)).all()
    if sort.has is not None and len(found) < limit:
        rest = query.where(~sort.has)
        if is_rest and after is not None:
            rest = rest.where(key < after[1] if sort.descends else key > after[1])
        found += db.execute(_ordered(rest, sort, [key]).limit(limit - len(found))).all()
    return found


def distinct(db: Connection, column: Any, *chosen: ColumnElement[bool]) -> list[str]:
    """The texts of a column among the rows chosen, none of them empty, sorted: from one to the next by an index that
    begins with what they are chosen by, however many rows have each.
    """
    first = select(func.min(column).label("name")).where(*chosen, column != "")
    found = first.cte("found", recursive=True)
    following = select(func.min(column)).where(*chosen, column > found.c.name)
    found = found.union_all(select(following.scalar_subquery()).where(found.c.name.is_not(None)))
    return list(db.execute(select(found.c.name).where(found.c.name.is_not(None)).order_by(found.c.name)).scalars())


def _ordered(query: Select[Any], sort: Sort, columns: list[Any]) -> Select[Any]:
    return query.order_by(*(column.desc() if sort.descends else column for column in columns))
