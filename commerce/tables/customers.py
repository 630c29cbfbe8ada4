"""Accounts: customers as their platform tells them. Persons are made of these (commerce.tables.people)."""

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
    delete,
    func,
    select,
)

from commerce.rules.customers import Consent, CustomerFacts
from commerce.tables.columns import BigId, Json, Moment, metadata, upsert

customers = Table(
    "customers",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("phone_e164", Text, nullable=False, default="", server_default=""),
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
    Column("created_at", Moment),
    Column("updated_at", Moment),
    Column("saved_at", Moment, nullable=False),
    Index("ix_customers_saved", "shop_id", "saved_at", "id"),
    Index("ix_customers_email", "shop_id", "email"),
)

_TOLD = ("id", "email", "phone", "phone_e164", "first_name", "last_name", "note", "locale", "created_at", "updated_at")


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
        rows.append(row)
    upsert(db, customers, rows)


def stored_consent(consent: Consent) -> dict[str, Any]:
    """A consent as it stands in a customer's row."""
    return {"state": consent.state, "updated_at": consent.updated_at.isoformat() if consent.updated_at else None}


def is_older(told: Mapping[str, Any], known: Mapping[str, Any] | None) -> bool:
    """Whether what is known of a consent is newer: no picture of the customer may bring a withdrawn one back."""
    return bool(known and known["updated_at"] and told["updated_at"] and known["updated_at"] > told["updated_at"])


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


def locales(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, str]:
    """The languages of these customers, as far as they are told."""
    if not ids:
        return {}
    chosen = and_(customers.c.shop_id == shop_id, customers.c.id.in_(ids), customers.c.locale != "")
    return dict(db.execute(select(customers.c.id, customers.c.locale).where(chosen)).all())


def created(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, datetime | None]:
    """When these accounts were made, as far as it is known."""
    if not ids:
        return {}
    chosen = and_(customers.c.shop_id == shop_id, customers.c.id.in_(ids))
    return {row.id: row.created_at for row in db.execute(select(customers.c.id, customers.c.created_at).where(chosen))}


def count(db: Connection, *, shop_id: int) -> int:
    """How many accounts the shop has."""
    return db.execute(select(func.count()).where(customers.c.shop_id == shop_id)).scalar_one()
