"""Clicks on found products: for some weeks each by its random token, so that a cart and an order count once for it.

A token is made for one search and says nothing of who searched; an order's number stands here alone, without a query.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
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
    select,
    update,
)

from commerce.rules.searches import LAST_POSITION, OTHERS, is_token
from commerce.tables.columns import BigId, insert, metadata
from commerce.tables.searches import Key, Place, PlaceKey, Tally, add, add_places

MOST_CLICKS = 50_000  # of a shop in a day that can still become carts and orders
MOST_ORDERS = 10_000  # of a shop in a day: anyone's browser may tell of orders

clicks = Table(
    "search_clicks",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("token", Text, primary_key=True),
    Column("day", Date, nullable=False),
    Column("query", Text, nullable=False),
    Column("product_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("carted", Boolean, nullable=False),
    Index("ix_search_clicks_day", "shop_id", "day"),
)

clicked = Table(
    "clicked_products",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("query", Text, primary_key=True),
    Column("product_id", Text, primary_key=True),
    Column("clicks", BigInteger, nullable=False),
    Column("orders", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
)

converted = Table(
    "search_orders",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("day", Date, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A shopper opened a product that a search had found. `query` as it is counted."""

    shop_id: int
    token: str
    query: str
    product_id: str
    position: int


def save(db: Connection, made: Sequence[Click], *, day: date) -> None:
    """Count clicks, each token once."""
    new: list[Click] = []
    for shop_id in sorted({click.shop_id for click in made}):
        there = db.execute(
            select(func.count()).select_from(clicks).where(clicks.c.shop_id == shop_id, clicks.c.day == day)
        ).scalar_one()
        of_shop = {click.token: click for click in made if click.shop_id == shop_id}
        chosen = [of_shop[token] for token in sorted(of_shop)][: max(0, MOST_CLICKS - there)]
        new += _inserted(db, chosen, day)
    _count(db, new, day, Tally(clicks=1), Place(clicks=1))
    _count_products(db, [(click, 1, 0) for click in new], day)


def _inserted(db: Connection, made: Sequence[Click], day: date) -> list[Click]:
    if not made:
        return []
    known = and_(clicks.c.shop_id == made[0].shop_id, clicks.c.token.in_([click.token for click in made]))
    here = set(db.execute(select(clicks.c.token).where(known)).scalars())
    new = [click for click in made if click.token not in here]
    rows = [
        {name: getattr(click, name) for name in Click.__dataclass_fields__} | {"day": day, "carted": False}
        for click in new
    ]
    if rows:
        db.execute(insert(db, clicks).on_conflict_do_nothing(index_elements=["shop_id", "token"]), rows)
    return new


def cart(db: Connection, tokens: Iterable[tuple[int, str]], *, day: date) -> None:
    """The product of a click went into a cart: (shop, token), each counted once."""
    for shop_id, token in sorted(set(tokens)):
        chosen = and_(clicks.c.shop_id == shop_id, clicks.c.token == token, clicks.c.carted.is_(False))
        row = db.execute(update(clicks).where(chosen).values(carted=True).returning(*clicks.c)).one_or_none()
        if row is not None:
            _count(db, [_of(row)], day, Tally(carts=1), Place())


def order(db: Connection, *, shop_id: int, orders: Mapping[str, str], day: date) -> None:
    """Orders (id to token of the click that led to them), each counted once, however often it is told."""
    wanted = {order_id: token for order_id, token in orders.items() if is_token(token)}
    if not wanted:
        return
    chosen = and_(clicks.c.shop_id == shop_id, clicks.c.token.in_(set(wanted.values())))
    known = {row.token: _of(row) for row in db.execute(select(clicks).where(chosen))}
    there = and_(converted.c.shop_id == shop_id, converted.c.order_id.in_(wanted))
    counted = set(db.execute(select(converted.c.order_id).where(there)).scalars())
    new = [key for key, token in sorted(wanted.items()) if token in known and key not in counted]
    of_day = and_(converted.c.shop_id == shop_id, converted.c.day == day)
    there_are = db.execute(select(func.count()).select_from(converted).where(of_day)).scalar_one() if new else 0
    new = new[: max(0, MOST_ORDERS - there_are)]
    if not new:
        return
    rows = [{"shop_id": shop_id, "order_id": key, "day": day} for key in new]
    db.execute(insert(db, converted).on_conflict_do_nothing(index_elements=["shop_id", "order_id"]), rows)
    bought = [known[wanted[key]] for key in new]
    _count(db, bought, day, Tally(orders=1), Place(orders=1))
    _count_products(db, [(click, 0, 1) for click in bought], day)


def _of(row: Row[Any]) -> Click:
    return Click(**{name: getattr(row, name) for name in Click.__dataclass_fields__})


def _count(db: Connection, made: Sequence[Click], day: date, one: Tally, place: Place) -> None:
    counted: dict[Key, Tally] = {}
    places: dict[PlaceKey, Place] = {}
    for click in made:
        counted.setdefault((click.shop_id, day, click.query), Tally()).add(one)
        at = places.setdefault((click.shop_id, day, min(click.position, LAST_POSITION)), Place())
        at.clicks += place.clicks
        at.orders += place.orders
    add(db, counted)
    if place != Place():
        add_places(db, places)


def _count_products(db: Connection, made: Sequence[tuple[Click, int, int]], day: date) -> None:
    rows: dict[tuple[int, str, str], list[int]] = {}
    for click, clicked_now, ordered in made:
        if click.query != OTHERS:
            sums = rows.setdefault((click.shop_id, click.query, click.product_id), [0, 0])
            sums[0] += clicked_now
            sums[1] += ordered
    if not rows:
        return
    statement = insert(db, clicked)
    new = statement.excluded
    changed = {"clicks": clicked.c.clicks + new.clicks, "orders": clicked.c.orders + new.orders, "day": new.day}
    statement = statement.on_conflict_do_update(index_elements=["shop_id", "query", "product_id"], set_=changed)
    names = ("shop_id", "query", "product_id", "clicks", "orders", "day")
    db.execute(statement, [dict(zip(names, (*key, *sums, day), strict=True)) for key, sums in sorted(rows.items())])


def products_of(db: Connection, *, shop_id: int, query: str, limit: int) -> list[tuple[str, int]]:
    """The products that shoppers clicked most for a query, with how often."""
    chosen = (clicked.c.shop_id == shop_id, clicked.c.query == query)
    asked = select(clicked.c.product_id, clicked.c.clicks).where(*chosen)
    rows = db.execute(asked.order_by(clicked.c.clicks.desc(), clicked.c.product_id).limit(limit))
    return [(product_id, int(number)) for product_id, number in rows]


def forget(db: Connection, *, before: date, products_before: date) -> None:
    """Delete clicks and orders of before a day, and products that nobody clicks any more."""
    db.execute(delete(clicks).where(clicks.c.day < before))
    db.execute(delete(converted).where(converted.c.day < before))
    rare = and_(clicked.c.day < before, clicked.c.clicks <= 1)
    db.execute(delete(clicked).where(rare))
    db.execute(delete(clicked).where(clicked.c.day < products_before))
