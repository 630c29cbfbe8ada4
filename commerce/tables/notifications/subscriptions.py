"""Who wants to be told once that a product can be bought again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Row, Table, Text, and_, func, select, update

from commerce.tables.columns import BigId, Moment, insert, metadata

WAITING, TOLD, ENDED = "waiting", "told", "ended"

# `variant_id` "": any of the product's. `round`: counts how often the same person asked for the same.
subscriptions = Table(
    "stock_subscriptions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("product_id", Text, nullable=False),
    Column("variant_id", Text, nullable=False, default=""),
    Column("recipient", Text, nullable=False),
    Column("member_id", Text, nullable=False, default=""),
    Column("language", Text, nullable=False, default=""),
    Column("state", Text, nullable=False),
    Column("round", Integer, nullable=False, default=1),
    Column("asked_at", Moment, nullable=False),
    Column("told_at", Moment),
    Index("uq_stock_subscriptions_wish", "shop_id", "product_id", "variant_id", "recipient", unique=True),
    Index("ix_stock_subscriptions_recipient", "shop_id", "recipient"),
    Index("ix_stock_subscriptions_asked", "asked_at"),
)


def add(db: Connection, *, shop_id: int, told: Mapping[str, Any], now: datetime) -> bool:
    """Note a wish: product_id, variant_id, recipient, member_id, language. False where it waits already."""
    keys = ["shop_id", "product_id", "variant_id", "recipient"]
    row = dict(told) | {"shop_id": shop_id, "state": WAITING, "round": 1, "asked_at": now, "told_at": None}
    again = {"state": WAITING, "asked_at": now, "round": subscriptions.c.round + 1, "language": row["language"]}
    statement = insert(db, subscriptions).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=keys, set_=again, where=subscriptions.c.state != WAITING
    ).returning(subscriptions.c.id)
    return db.execute(statement).first() is not None


def waiting(db: Connection, *, shop_id: int, product_ids: Collection[str]) -> Sequence[Row[Any]]:
    """Who waits for these products, in the order in which they asked."""
    if not product_ids:
        return []
    chosen = and_(
        subscriptions.c.shop_id == shop_id,
        subscriptions.c.product_id.in_(product_ids),
        subscriptions.c.state == WAITING,
    )
    return db.execute(select(subscriptions).where(chosen).order_by(subscriptions.c.id)).all()


def told(db: Connection, ids: Collection[int], *, now: datetime) -> None:
    """These are told."""
    if ids:
        chosen = and_(subscriptions.c.id.in_(ids), subscriptions.c.state == WAITING)
        db.execute(update(subscriptions).where(chosen).values(state=TOLD, told_at=now))


def end(db: Connection, *, shop_id: int, recipient: str) -> int:
    """Whoever has this address does not want to be told of anything any more, nor of what is being told already; gives
    how many wishes that ended."""
    chosen = and_(
        subscriptions.c.shop_id == shop_id, subscriptions.c.recipient == recipient, subscriptions.c.state != ENDED
    )
    return db.execute(update(subscriptions).where(chosen).values(state=ENDED)).rowcount


def ended(db: Connection, *, shop_id: int, ids: Collection[int]) -> set[int]:
    """Those of these wishes that their people took back."""
    if not ids:
        return set()
    chosen = and_(subscriptions.c.shop_id == shop_id, subscriptions.c.id.in_(ids), subscriptions.c.state == ENDED)
    return set(db.execute(select(subscriptions.c.id).where(chosen)).scalars())


def end_some(db: Connection, ids: Collection[int]) -> None:
    """These wishes are given up."""
    if ids:
        chosen = and_(subscriptions.c.id.in_(ids), subscriptions.c.state == WAITING)
        db.execute(update(subscriptions).where(chosen).values(state=ENDED))


def confirm(db: Connection, ids: Collection[int], *, now: datetime) -> None:
    """Whoever waits said again that they want to be told of these."""
    if ids:
        chosen = and_(subscriptions.c.id.in_(ids), subscriptions.c.state == WAITING)
        db.execute(update(subscriptions).where(chosen).values(asked_at=now))


def number_of(db: Connection, *, shop_id: int, recipient: str) -> int:
    """For how many products this address waits."""
    chosen = and_(
        subscriptions.c.shop_id == shop_id, subscriptions.c.recipient == recipient, subscriptions.c.state == WAITING
    )
    return db.execute(select(func.count()).where(chosen)).scalar_one()


def of_recipient(db: Connection, *, shop_id: int, recipient: str) -> Sequence[Row[Any]]:
    """What this address waits for."""
    chosen = and_(
        subscriptions.c.shop_id == shop_id, subscriptions.c.recipient == recipient, subscriptions.c.state == WAITING
    )
    return db.execute(select(subscriptions).where(chosen).order_by(subscriptions.c.id)).all()
