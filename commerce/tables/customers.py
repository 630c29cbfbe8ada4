"""Customers, and what they bought."""

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
    case,
    cast,
    delete,
    func,
    or_,
    select,
    update,
)

from commerce.rules.customers import Consent, CustomerFacts
from commerce.rules.orders import CANCELLED
from commerce.tables.columns import BigId, Json, Moment, metadata, saved_page, upsert
from commerce.tables.orders import orders

customers = Table(
    "customers",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("tags", Json, nullable=False),
    Column("tags_at", Moment),
    Column("consents", Json, nullable=False),
    Column("addresses", Json, nullable=False),
    Column("told_orders", Integer),
    Column("told_spent", BigInteger),
    Column("told_at", Moment),
    Column("orders_stored", Integer, nullable=False, default=0),
    Column("orders_count", Integer, nullable=False, default=0),
    Column("total_spent", BigInteger, nullable=False, default=0),
    Column("first_order_at", Moment),
    Column("last_order_at", Moment),
    Column("created_at", Moment),
    Column("updated_at", Moment),
    Column("saved_at", Moment, nullable=False),
    Index("ix_customers_saved", "shop_id", "saved_at", "id"),
    Index("ix_customers_email", "shop_id", "email"),
)

# What is worked out from orders, and what it is without any.
_COUNTED = {"orders_stored": 0, "orders_count": 0, "total_spent": 0, "first_order_at": None, "last_order_at": None}
_TOLD = ("id", "email", "phone", "first_name", "last_name", "note", "locale", "created_at", "updated_at")


def save(db: Connection, *, shop_id: int, facts: Sequence[CustomerFacts], now: datetime) -> None:
    """Insert or replace customers; tags, consents and addresses that a delivery does not tell stay."""
    if not facts:
        return
    chosen = and_(customers.c.shop_id == shop_id, customers.c.id.in_([fact.id for fact in facts]))
    kept = {
        row.id: row
        for row in db.execute(
            select(customers.c.id, customers.c.tags, customers.c.consents, customers.c.addresses).where(chosen)
        )
    }
    rows = []
    for fact in facts:
        known = kept.get(fact.id)
        consents = dict(known.consents) if known else {}
        newer = [one for one in fact.consents or () if not is_older(stored_consent(one), consents.get(one.channel))]
        consents |= {consent.channel: stored_consent(consent) for consent in newer}
        tags = list(fact.tags) if fact.tags is not None else (known.tags if known else [])
        addresses = list(fact.addresses) if fact.addresses is not None else (known.addresses if known else [])
        row = {name: getattr(fact, name) for name in _TOLD}
        row |= {
            "shop_id": shop_id,
            "tags": tags,
            "consents": consents,
            "addresses": addresses,
            "saved_at": now,
        }
        rows.append(row | _COUNTED)
    upsert(db, customers, rows, keep=_COUNTED)


def stored_consent(consent: Consent) -> dict[str, Any]:
    """A consent as it stands in a customer's row."""
    return {"state": consent.state, "updated_at": consent.updated_at.isoformat() if consent.updated_at else None}


def is_older(told: Mapping[str, Any], known: Mapping[str, Any] | None) -> bool:
    """Whether what is known of a consent is newer: no picture of the customer may bring a withdrawn one back."""
    return bool(known and known["updated_at"] and told["updated_at"] and known["updated_at"] > told["updated_at"])


def count_orders(db: Connection, *, shop_id: int, ids: Collection[str], now: datetime) -> None:
    """Work out again what these customers bought: orders that were not cancelled, less what was refunded."""
    if not ids:
        return
    bought = orders.c.status != CANCELLED
    placed_at = case((bought, orders.c.placed_at))
    query = select(
        orders.c.customer_id,
        func.count().label("orders_stored"),
        func.count(case((bought, 1))).label("orders_count"),
        cast(func.sum(case((bought, orders.c.total - orders.c.refunded), else_=0)), BigInteger).label("total_spent"),
        func.min(placed_at, type_=Moment()).label("first_order_at"),
        func.max(placed_at, type_=Moment()).label("last_order_at"),
    ).where(orders.c.shop_id == shop_id, orders.c.customer_id.in_(ids))
    found = {row.customer_id: row for row in db.execute(query.group_by(orders.c.customer_id))}
    counted: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _COUNTED}
    statement = update(customers).where(customers.c.shop_id == shop_id, customers.c.id == bindparam("customer"))
    rows = [
        {"customer": customer_id}
        | {f"new_{name}": getattr(found.get(customer_id), name, nothing) for name, nothing in _COUNTED.items()}
        for customer_id in sorted(ids)
    ]
    db.execute(statement.values(counted | {"saved_at": now}), rows)


def remove(db: Connection, *, shop_id: int, ids: Collection[str]) -> None:
    """Delete customers."""
    if ids:
        db.execute(delete(customers).where(customers.c.shop_id == shop_id, customers.c.id.in_(ids)))


def by_ids(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, Row[Any]]:
    """Customers by their ids."""
    if not ids:
        return {}
    chosen = and_(customers.c.shop_id == shop_id, customers.c.id.in_(ids))
    return {row.id: row for row in db.execute(select(customers).where(chosen))}


def page(
    db: Connection,
    *,
    shop_id: int,
    limit: int,
    after: tuple[datetime, str] | None = None,
    updated_since: datetime | None = None,
) -> Sequence[Row[Any]]:
    """Customers by when they were saved, oldest first; `after` is where to go on."""
    query = saved_page(customers, shop_id=shop_id, limit=limit, after=after, updated_since=updated_since)
    return db.execute(query).all()


def newest(db: Connection, *, shop_id: int, text: str = "", limit: int, offset: int = 0) -> Sequence[Row[Any]]:
    """Customers who changed last, first; `text` is a part of the name or the email address."""
    query = select(customers).where(customers.c.shop_id == shop_id)
    if text:
        name = customers.c.first_name + " " + customers.c.last_name
        matches = [func.lower(column).contains(text.lower(), autoescape=True) for column in (customers.c.email, name)]
        query = query.where(or_(customers.c.id == text, *matches))
    query = query.order_by(customers.c.saved_at.desc(), customers.c.id.desc())
    return db.execute(query.limit(limit).offset(offset)).all()


def count(db: Connection, *, shop_id: int) -> int:
    """How many customers the shop has."""
    return db.execute(select(func.count()).where(customers.c.shop_id == shop_id)).scalar_one()
