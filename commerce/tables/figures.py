"""Daily figures of orders, and what each order counts in them, so that telling one again counts it once."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    ForeignKey,
    Table,
    Text,
    and_,
    delete,
    select,
)

from commerce.rules.figures import NUMBERS, Cell, Numbers
from commerce.tables.columns import BigId, Json, Moment, insert, metadata, upsert

# `day`: in the shop's zone. `dimension` and `key`: all orders, or those of one product, channel or country.
figures = Table(
    "order_figures",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("dimension", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in NUMBERS),
)

# `counted`: what the order adds to which figures at present.
contributions = Table(
    "order_contributions",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("counted", Json, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

# How far all orders of a shop were looked through, in which zone's days, and which day's end was announced last.
progress = Table(
    "figure_progress",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("zone", Text, nullable=False),
    Column("saved_at", Moment),
    Column("order_id", Text, nullable=False),
    Column("closed", Date),
)


def of_orders(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> dict[str, list[Any]]:
    """What these orders count at present, ours until the transaction ends."""
    if not order_ids:
        return {}
    chosen = and_(contributions.c.shop_id == shop_id, contributions.c.order_id.in_(order_ids))
    query = select(contributions.c.order_id, contributions.c.counted).where(chosen).order_by(contributions.c.order_id)
    if db.dialect.name == "postgresql":  # SQLite has one writer
        query = query.with_for_update()
    return dict(db.execute(query).all())


def hold(db: Connection, *, shop_id: int, order_ids: Collection[str], now: datetime) -> None:
    """Make sure that there is a row for each order; one that somebody else writes is waited for."""
    rows = [{"shop_id": shop_id, "order_id": key, "counted": [], "updated_at": now} for key in sorted(order_ids)]
    if rows:
        keys = [*contributions.primary_key.columns]
        db.execute(insert(db, contributions).on_conflict_do_nothing(index_elements=keys), rows)


def save(db: Connection, *, shop_id: int, counted: Mapping[str, list[Any]], now: datetime) -> None:
    """Write what orders count from now on."""
    rows = [{"shop_id": shop_id, "order_id": key, "counted": told, "updated_at": now} for key, told in counted.items()]
    upsert(db, contributions, rows)


def remove(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> None:
    """Delete what orders counted that are gone."""
    if order_ids:
        chosen = and_(contributions.c.shop_id == shop_id, contributions.c.order_id.in_(order_ids))
        db.execute(delete(contributions).where(chosen))


def add(db: Connection, *, shop_id: int, changes: Mapping[Cell, Numbers]) -> None:
    """Add to figures, in the order of keys: whoever else adds to the same ones waits, and loses nothing."""
    rows = [
        {
            "shop_id": shop_id,
            "dimension": cell.dimension,
            "day": cell.day,
            "key": cell.key,
            "currency": cell.currency,
            **dict(zip(NUMBERS, numbers.as_list(), strict=True)),
        }
        for cell, numbers in sorted(changes.items())
    ]
    if rows:
        statement = insert(db, figures)
        more = {name: figures.c[name] + statement.excluded[name] for name in NUMBERS}
        db.execute(statement.on_conflict_do_update(index_elements=[*figures.primary_key.columns], set_=more), rows)
