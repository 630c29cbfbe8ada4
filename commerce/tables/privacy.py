"""Requests under privacy law, kept until they are fulfilled: the law gives 30 days."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Row, Table, Text, UniqueConstraint, select

from commerce.rules.events import PrivacyRequest
from commerce.tables.columns import BigId, Json, Moment, insert, metadata

# Kinds: what is asked for.
EXPORT, ERASE_CUSTOMER, ERASE_SHOP = "customer_data", "customer_erasure", "shop_erasure"

requests = Table(
    "privacy_requests",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("inbox_id", BigId, nullable=False),
    Column("kind", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("order_ids", Json, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("fulfilled_at", Moment),
    Column("summary", Json),
    UniqueConstraint("shop_id", "inbox_id"),
)


def save(db: Connection, *, shop_id: int, inbox_id: int, asked: PrivacyRequest, received_at: datetime) -> None:
    """Store a request once per delivery."""
    row = {
        "shop_id": shop_id,
        "inbox_id": inbox_id,
        "kind": asked.kind,
        "customer_id": asked.customer_id,
        "email": asked.email,
        "phone": asked.phone,
        "order_ids": list(asked.order_ids),
        "received_at": received_at,
    }
    statement = insert(db, requests).values(row)
    db.execute(statement.on_conflict_do_nothing(index_elements=["shop_id", "inbox_id"]))


def open_requests(db: Connection, *, shop_id: int) -> Sequence[Row[Any]]:
    """Requests that are not fulfilled yet, oldest first."""
    query = select(requests).where(requests.c.shop_id == shop_id, requests.c.fulfilled_at.is_(None))
    return db.execute(query.order_by(requests.c.id)).all()
