"""Daily figures read: day by day, by product, channel or country, and whole."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from commerce.rules.figures import ALL, NUMBERS, Numbers
from commerce.tables.columns import upsert
from commerce.tables.figures import figures, progress
from commerce.tables.orders import orders
from commerce.tables.products import products

Span = tuple[date, date]  # first and last day

_SUMS = [func.sum(figures.c[name]).label(name) for name in NUMBERS]


def by_day(db: Connection, *, shop_id: int, span: Span, currency: str) -> dict[date, Numbers]:
    """Days of the span on which something was ordered in that currency."""
    columns = [figures.c.day, *(figures.c[name] for name in NUMBERS)]
    chosen = and_(_in(shop_id, span, ALL), figures.c.currency == currency)
    return {row[0]: Numbers.of([int(value) for value in row[1:]]) for row in db.execute(select(*columns).where(chosen))}


def by_key(
    db: Connection, *, shop_id: int, span: Span, currency: str, dimension: str, limit: int
) -> list[tuple[str, Numbers]]:
    """Products, channels or countries of the span, those that brought most first."""
    chosen = and_(_in(shop_id, span, dimension), figures.c.currency == currency)
    query = select(figures.c.key, *_SUMS).where(chosen).group_by(figures.c.key)
    query = query.order_by(func.sum(figures.c.net).desc(), figures.c.key).limit(limit)
    return [(row[0], Numbers.of([int(value) for value in row[1:]])) for row in db.execute(query)]


def totals(db: Connection, *, shop_id: int, span: Span) -> dict[str, Numbers]:
    """All orders of the span, by currency, the one with most orders first."""
    query = select(figures.c.currency, *_SUMS).where(_in(shop_id, span, ALL)).group_by(figures.c.currency)
    query = query.order_by(func.sum(figures.c.orders).desc(), figures.c.currency)
    return {row[0]: Numbers.of([int(value) for value in row[1:]]) for row in db.execute(query)}


def orders_by_day(db: Connection, *, shop_id: int, span: Span) -> dict[date, int]:
    """How many orders were placed on each day of the span on which there were any, whatever their currency."""
    query = select(figures.c.day, func.sum(figures.c.orders)).where(_in(shop_id, span, ALL)).group_by(figures.c.day)
    return {day: int(number) for day, number in db.execute(query)}


def titles(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, str]:
    """What products are called, as far as they are there."""
    if not ids:
        return {}
    chosen = and_(products.c.shop_id == shop_id, products.c.id.in_(ids))
    return dict(db.execute(select(products.c.id, products.c.title).where(chosen)).all())


def order_numbers(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, str]:
    """The numbers of orders, as far as they are there."""
    if not ids:
        return {}
    chosen = and_(orders.c.shop_id == shop_id, orders.c.id.in_(ids))
    return dict(db.execute(select(orders.c.id, orders.c.number).where(chosen)).all())


def _in(shop_id: int, span: Span, dimension: str) -> ColumnElement[bool]:
    return and_(figures.c.shop_id == shop_id, figures.c.dimension == dimension, figures.c.day.between(*span))


def looked_at(db: Connection, *, shop_id: int) -> Row[Any] | None:
    """How far the shop's orders were looked through."""
    return db.execute(select(progress).where(progress.c.shop_id == shop_id)).one_or_none()


def note(db: Connection, *, shop_id: int, told: Mapping[str, Any]) -> None:
    """Write how far that is: `zone`, `saved_at`, `order_id` and `closed`."""
    upsert(db, progress, [{"shop_id": shop_id} | dict(told)])
