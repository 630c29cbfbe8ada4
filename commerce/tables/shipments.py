"""Parcels: who carries them and under which number."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, Table, Text, and_, delete, or_, select, update

from commerce.rules.orders import ShipmentFacts
from commerce.tables.columns import BigId, Moment, metadata, upsert

shipments = Table(
    "shipments",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("order_id", Text, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("tracking_number", Text, nullable=False),
    Column("tracking_url", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("platform_status", Text, nullable=False),
    Column("shipped_at", Moment),
    Column("updated_at", Moment),
    Column("saved_at", Moment, nullable=False),
    Index("ix_shipments_order", "shop_id", "order_id"),
    Index("ix_shipments_number", "shop_id", "tracking_number"),
)


def save(db: Connection, *, shop_id: int, facts: Sequence[ShipmentFacts], now: datetime) -> None:
    """Insert or replace parcels; one whose stored state is newer stays."""
    chosen = and_(shipments.c.shop_id == shop_id, shipments.c.id.in_([fact.id for fact in facts]))
    known = dict(db.execute(select(shipments.c.id, shipments.c.updated_at).where(chosen)).all()) if facts else {}
    rows = {
        fact.id: asdict(fact) | {"shop_id": shop_id, "saved_at": now}
        for fact in facts
        if not (fact.updated_at and known.get(fact.id) and known[fact.id] > fact.updated_at)
    }
    upsert(db, shipments, list(rows.values()))


def replace(db: Connection, *, shop_id: int, of_orders: Mapping[str, Sequence[ShipmentFacts]], now: datetime) -> None:
    """Store the parcels that orders told; those that an order no longer has go."""
    if not of_orders:
        return
    stay = {(order_id, fact.id) for order_id, facts in of_orders.items() for fact in facts}
    chosen = and_(shipments.c.shop_id == shop_id, shipments.c.order_id.in_(of_orders))
    there = db.execute(select(shipments.c.order_id, shipments.c.id).where(chosen)).all()
    gone = [shipment_id for order_id, shipment_id in there if (order_id, shipment_id) not in stay]
    if gone:
        db.execute(delete(shipments).where(shipments.c.shop_id == shop_id, shipments.c.id.in_(gone)))
    save(db, shop_id=shop_id, facts=[fact for facts in of_orders.values() for fact in facts], now=now)


def scanned(db: Connection, *, shop_id: int, shipment_id: str, status: str, word: str, at: datetime) -> bool:
    """Store a parcel's newer state; False where there is no such parcel or its state is newer."""
    chosen = and_(
        shipments.c.shop_id == shop_id,
        shipments.c.id == shipment_id,
        or_(shipments.c.updated_at.is_(None), shipments.c.updated_at <= at),
    )
    return (
        db.execute(update(shipments).where(chosen).values(status=status, platform_status=word, updated_at=at)).rowcount
        > 0
    )


def remove_of(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> None:
    """Delete the parcels of these orders."""
    if order_ids:
        db.execute(delete(shipments).where(shipments.c.shop_id == shop_id, shipments.c.order_id.in_(order_ids)))


def of_orders(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, list[Row[Any]]]:
    """The parcels of these orders, in one query."""
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    if ids:
        chosen = and_(shipments.c.shop_id == shop_id, shipments.c.order_id.in_(ids))
        for row in db.execute(select(shipments).where(chosen).order_by(shipments.c.order_id, shipments.c.id)):
            found[row.order_id].append(row)
    return found


def orders_of(db: Connection, *, shop_id: int, ids: Collection[str]) -> set[str]:
    """The orders of these parcels."""
    if not ids:
        return set()
    query = select(shipments.c.order_id).where(shipments.c.shop_id == shop_id, shipments.c.id.in_(ids))
    return set(db.execute(query).scalars())
