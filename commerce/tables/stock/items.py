"""Items: how many there are of each variant, and what orders hold of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    func,
    select,
    text,
    update,
)

from commerce.rules.inventory import NOTHING, Held
from commerce.tables.columns import BigId, Moment, insert, metadata

# `id`: the variant's, or what lines of orders say where nobody knows the variant. `on_hand`: pieces on the shelf, empty
# where they are not counted here; `told`: what the shop said last that there are; `shown`: what we wrote into the
# variant. `low_at`: at how many pieces left to warn, empty for the shop's own number. `low_since`, `oversold_since`:
# the merchant was told. `unsettled_since`: somebody changed it by hand, and what is left was not worked out since.
items = Table(
    "stock_items",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("product_id", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("on_hand", BigInteger),
    Column("reserved", BigInteger, nullable=False),
    Column("allocated", BigInteger, nullable=False),
    Column("told", BigInteger),
    Column("shown", BigInteger),
    Column("low_at", Integer),
    Column("low_since", Moment),
    Column("oversold_since", Moment),
    Column("unsettled_since", Moment),
    Column("updated_at", Moment, nullable=False),
    Index("ix_stock_items_product", "shop_id", "product_id"),
    Index(
        "ix_stock_items_low",
        "shop_id",
        "id",
        sqlite_where=text("low_since IS NOT NULL"),
        postgresql_where=text("low_since IS NOT NULL"),
    ),
    Index(
        "ix_stock_items_oversold",
        "shop_id",
        "id",
        sqlite_where=text("oversold_since IS NOT NULL"),
        postgresql_where=text("oversold_since IS NOT NULL"),
    ),
    Index(
        "ix_stock_items_unsettled",
        "shop_id",
        "unsettled_since",
        sqlite_where=text("unsettled_since IS NOT NULL"),
        postgresql_where=text("unsettled_since IS NOT NULL"),
    ),
)


def add(db: Connection, *, shop_id: int, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Write items that are not there yet. Rows: id, product_id, sku, on_hand, told and shown."""
    if rows:
        empty = {"shop_id": shop_id, "reserved": 0, "allocated": 0, "updated_at": now}
        ordered = sorted((dict(row) | empty for row in rows), key=lambda row: row["id"])
        db.execute(insert(db, items).on_conflict_do_nothing(index_elements=["shop_id", "id"]), ordered)


def move(db: Connection, *, shop_id: int, changes: Mapping[str, Held], now: datetime) -> None:
    """Orders hold so much more or less of these items, all of which are there; what they take leaves the shelf.

    Added by the database itself, in the order of keys: whoever else moves the same items waits, and loses nothing.
    """
    rows = [
        {"item": key, "more_on_hand": -change.taken, "more_reserved": change.reserved, "more": change.allocated}
        for key, change in sorted(changes.items())
        if change != NOTHING
    ]
    if rows:
        values = {
            "on_hand": items.c.on_hand + bindparam("more_on_hand"),
            "reserved": items.c.reserved + bindparam("more_reserved"),
            "allocated": items.c.allocated + bindparam("more"),
            "updated_at": now,
        }
        chosen = and_(items.c.shop_id == shop_id, items.c.id == bindparam("item"))
        db.execute(update(items).where(chosen).values(values), rows)


def by_ids(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, Row[Any]]:
    """Items by their ids."""
    if not ids:
        return {}
    return {row.id: row for row in db.execute(select(items).where(items.c.shop_id == shop_id, items.c.id.in_(ids)))}


def of_products(
    db: Connection, *, shop_id: int, product_ids: Collection[str], lock: bool = False
) -> dict[str, Row[Any]]:
    """The items of these products; `lock`: ours until the transaction ends."""
    if not product_ids:
        return {}
    chosen = and_(items.c.shop_id == shop_id, items.c.product_id.in_(product_ids))
    query = select(items).where(chosen).order_by(items.c.id)
    if lock and db.dialect.name == "postgresql":  # SQLite has one writer
        query = query.with_for_update()
    return {row.id: row for row in db.execute(query)}


_SET = ("on_hand", "told", "shown", "low_since", "oversold_since")


def save(db: Connection, *, shop_id: int, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Write what is counted, told and shown of items that are ours in this transaction."""
    if rows:
        values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in _SET}
        chosen = and_(items.c.shop_id == shop_id, items.c.id == bindparam("item"))
        given = [{"item": row["id"]} | {f"to_{name}": row[name] for name in _SET} for row in rows]
        db.execute(update(items).where(chosen).values(values | {"updated_at": now}), given)


def held(db: Connection, *, shop_id: int, item_id: str) -> Row[Any]:
    """An item that is there, ours until the transaction ends."""
    query = select(items).where(items.c.shop_id == shop_id, items.c.id == item_id)
    if db.dialect.name == "postgresql":  # SQLite has one writer
        query = query.with_for_update()
    return db.execute(query).one()


def count(db: Connection, *, shop_id: int, item_id: str, on_hand: int, now: datetime) -> None:
    """So many are on the shelf; what is left of it has to be worked out."""
    chosen = and_(items.c.shop_id == shop_id, items.c.id == item_id)
    db.execute(update(items).where(chosen).values(on_hand=on_hand, unsettled_since=now, updated_at=now))


def set_low(db: Connection, *, shop_id: int, item_id: str, low_at: int | None, now: datetime) -> None:
    """At how many pieces left to warn; None: at the shop's own number."""
    chosen = and_(items.c.shop_id == shop_id, items.c.id == item_id)
    db.execute(update(items).where(chosen).values(low_at=low_at, unsettled_since=now))


def unsettled(db: Connection, *, shop_id: int, limit: int) -> Sequence[Row[Any]]:
    """Items that were changed by hand, those first that wait longest."""
    chosen = and_(items.c.shop_id == shop_id, items.c.unsettled_since.is_not(None))
    return db.execute(select(items).where(chosen).order_by(items.c.unsettled_since, items.c.id).limit(limit)).all()


def settled(db: Connection, *, shop_id: int, rows: Sequence[Row[Any]]) -> None:
    """What is left of these was worked out, but for those that were changed again since they were read."""
    for row in rows:
        same = and_(items.c.shop_id == shop_id, items.c.id == row.id, items.c.unsettled_since == row.unsettled_since)
        db.execute(update(items).where(same).values(unsettled_since=None))


def unsettle(db: Connection, *, shop_id: int, now: datetime) -> None:
    """Who keeps the stock, or when to warn, may be otherwise now: what is left of all items has to be worked out."""
    db.execute(update(items).where(items.c.shop_id == shop_id).values(unsettled_since=now))


def shops_with_work(db: Connection) -> dict[int, datetime]:
    """Shops with items that were changed by hand, with the time since when."""
    since = func.min(items.c.unsettled_since, type_=Moment())
    query = select(items.c.shop_id, since).where(items.c.unsettled_since.is_not(None))
    return dict(db.execute(query.group_by(items.c.shop_id)).all())
