"""RFM of a shop's customers, worked out by the database: where quintiles begin, and what follows for each profile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    update,
)

from commerce.rules.segments import rfm
from commerce.rules.segments.rfm import CELLS, FEWEST, PROSPECTS, QUINTILES
from commerce.tables.people.profiles import profiles

_MEASURES: dict[str, Column[Any]] = {
    "recency": profiles.c.last_order_at,
    "frequency": profiles.c.orders_count,
    "monetary": profiles.c.total_spent,
}
Begins = Mapping[str, Mapping[int, Any]]  # of each measure, the value at which each quintile begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Customers of one recency and value (frequency and monetary value in one), and what they spent."""

    recency: int
    value: int
    group: str
    customers: int
    spent: int


def begins(db: Connection, *, shop_id: int) -> Begins | None:
    """Where the quintiles begin; None for a shop with too few customers who ordered."""
    buyers = and_(profiles.c.shop_id == shop_id, profiles.c.orders_count > 0)
    if db.execute(select(func.count()).select_from(profiles).where(buyers)).scalar_one() < FEWEST:
        return None
    return {name: _begins(db, column, buyers) for name, column in _MEASURES.items()}


def _begins(db: Connection, column: Column[Any], buyers: ColumnElement[bool]) -> dict[int, Any]:
    """As `rfm.cuts`: of each value how many have less, how many the same, and from that its quintile."""
    of_value = select(column.label("value"), func.count().label("equal"))
    of_value = of_value.where(buyers, column.is_not(None)).group_by(column)
    each = of_value.subquery()
    below = cast(func.sum(each.c.equal).over(order_by=each.c.value), BigInteger) - each.c.equal
    total = cast(func.sum(each.c.equal).over(), BigInteger)
    placed = select(each.c.value, each.c.equal, below.label("smaller"), total.label("total")).subquery()
    # Whole numbers are divided as whole numbers by both databases where they are told so: `/` is not.
    number = 1 + (QUINTILES * (2 * placed.c.smaller + placed.c.equal - 1)) // (2 * placed.c.total)
    scored = select(number.label("quintile"), placed.c.value).subquery()
    least = func.min(scored.c.value, type_=column.type)
    return dict(db.execute(select(scored.c.quintile, least).group_by(scored.c.quintile)).all())


def place(
    db: Connection, *, shop_id: int, begins: Begins | None, after: str, limit: int, now: datetime
) -> tuple[int, str | None]:
    """Write RFM of the next profiles behind that id where it differs; gives how many, and the last id (None: end)."""
    ids = select(profiles.c.id).where(profiles.c.shop_id == shop_id, profiles.c.id > after).order_by(profiles.c.id)
    ends = db.execute(ids.offset(limit - 1).limit(2)).scalars().all()
    upto = ends[0] if len(ends) == 2 else None
    chosen = [profiles.c.shop_id == shop_id, profiles.c.id > after]
    chosen += [profiles.c.id <= upto] if upto is not None else []
    found = _grouped(_scored(begins, chosen))
    differs = or_(*(profiles.c[name].is_distinct_from(found.c[name]) for name in (*_MEASURES, "rfm_group")))
    mine = and_(profiles.c.shop_id == shop_id, profiles.c.id == found.c.id, differs)
    # In the order in which everybody writes several profiles, so that two never wait for each other.
    locked = select(profiles.c.id).select_from(profiles.join(found, mine)).order_by(profiles.c.id)
    number = len(db.execute(locked.with_for_update(of=profiles, key_share=True)).all())
    if not number:
        return 0, upto
    moved = profiles.c.rfm_group != found.c.rfm_group
    values = {name: found.c[name] for name in (*_MEASURES, "rfm_group")} | {
        "version": profiles.c.version + case((moved, 1), else_=0),
        "saved_at": case((moved, literal(now, profiles.c.saved_at.type)), else_=profiles.c.saved_at),
    }
    db.execute(update(profiles).where(mine).values(values))
    return number, upto


def _scored(begins: Begins | None, chosen: list[ColumnElement[bool]]) -> CTE:
    """Ids with the three quintiles, NULL for who has not ordered and in shops without quintiles."""
    columns = []
    for name, column in _MEASURES.items():
        score: ColumnElement[Any] = null()
        if begins is not None:
            score = _score(column, begins[name])
        columns.append(cast(score, profiles.c[name].type).label(name))
    scored = select(profiles.c.id, profiles.c.orders_count, *columns).where(*chosen).cte("scored")
    # Otherwise each of the many comparisons with a quintile would work it out again.
    return scored.prefix_with("MATERIALIZED")


def _score(column: Column[Any], begins: Mapping[int, Any]) -> ColumnElement[Any]:
    """As `rfm.score`; an order without a time is as long ago as any."""
    lowest, *others = sorted(begins) or [1]
    steps = [(column >= literal(begins[number], column.type), number) for number in reversed(others)]
    return case((profiles.c.orders_count <= 0, None), (column.is_(None), 1), *steps, else_=lowest)


def _grouped(scored: CTE) -> Subquery:
    value = (scored.c.frequency + scored.c.monetary + 1) // 2
    cells: dict[str, list[ColumnElement[bool]]] = {}
    for (recency, other), group in CELLS.items():
        cells.setdefault(group, []).append(and_(scored.c.recency == recency, value == other))
    groups = [(or_(*there), group) for group, there in cells.items()]
    name = case((scored.c.orders_count <= 0, PROSPECTS), *groups, else_="")
    return select(scored.c.id, *(scored.c[measure] for measure in _MEASURES), name.label("rfm_group")).subquery()


def matrix(db: Connection, *, shop_id: int) -> list[Cell]:
    """The 25 cells, the most recent first, also those with nobody in them."""
    value = ((profiles.c.frequency + profiles.c.monetary + 1) // 2).label("value")
    spent = cast(func.coalesce(func.sum(profiles.c.total_spent), 0), BigInteger)
    query = select(profiles.c.recency, value, func.count(), spent)
    query = query.where(profiles.c.shop_id == shop_id, profiles.c.recency.is_not(None))
    found = {(row[0], row[1]): row[2:] for row in db.execute(query.group_by(profiles.c.recency, value))}
    return [
        Cell(recency=one, value=other, group=group, customers=number, spent=amount)
        for (one, other), group in CELLS.items()
        for number, amount in [found.get((one, other), (0, 0))]
    ]


def groups(db: Connection, *, shop_id: int) -> dict[str, tuple[int, int]]:
    """Of each group, in the order of `rfm.GROUPS`, how many customers are in it and what they spent."""
    spent = cast(func.coalesce(func.sum(profiles.c.total_spent), 0), BigInteger)
    query = select(profiles.c.rfm_group, func.count(), spent).where(profiles.c.shop_id == shop_id)
    found = {name: (number, amount) for name, number, amount in db.execute(query.group_by(profiles.c.rfm_group))}
    return {group.name: found.get(group.name, (0, 0)) for group in rfm.GROUPS}
