"""Announcements: what other systems are told of an event, written once and sent to each of them as it is."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Column, Connection, ForeignKey, Index, Row, Table, Text, and_, delete, or_, select

from commerce.rules.events import CUSTOMER
from commerce.rules.outgoing.names import Announced, envelope
from commerce.tables.columns import BigId, Moment, insert, metadata

# `key`: what goes out as `webhook-id`, the same with every try. `occasion`: the same one is announced once. `body`: the
# very text that is signed. `order_id`, `person_id`: whose data it holds.
announcements = Table(
    "outgoing_announcements",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("object_kind", Text, nullable=False, default=""),
    Column("object_id", Text, nullable=False, default=""),
    Column("order_id", Text, nullable=False, default=""),
    Column("person_id", Text, nullable=False, default=""),
    Column("inbox_id", BigId),
    Column("body", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("uq_outgoing_announcements_occasion", "shop_id", "name", "occasion", unique=True),
    Index("ix_outgoing_announcements_order", "shop_id", "order_id"),
    Index("ix_outgoing_announcements_person", "shop_id", "person_id"),
    Index("ix_outgoing_announcements_created", "created_at"),
)


def add(
    db: Connection, *, shop_id: int, shop_key: str, events: Sequence[Announced], now: datetime
) -> Sequence[Row[Any]]:
    """Write announcements; gives id, name and object of those whose occasion is new."""
    if not events:
        return []
    rows = [_row(shop_id, shop_key, event, now) for event in {(one.name, one.occasion): one for one in events}.values()]
    statement = insert(db, announcements).on_conflict_do_nothing(index_elements=["shop_id", "name", "occasion"])
    given = statement.returning(announcements.c.id, announcements.c.name)
    return db.execute(given, rows).all()


def _row(shop_id: int, shop_key: str, event: Announced, now: datetime) -> dict[str, Any]:
    body = orjson.dumps(envelope(event, shop_key=shop_key), option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
    return {
        "shop_id": shop_id,
        "key": f"msg_{secrets.token_hex(12)}",
        "name": event.name,
        "occasion": event.occasion,
        "object_kind": event.object_kind,
        "object_id": event.object_id,
        "order_id": event.order_id,
        "person_id": event.person_id,
        "inbox_id": event.inbox_id,
        "body": body.decode(),
        "created_at": now,
    }


def erase_orders(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> None:
    """Delete what was told of these orders, with what was sent and what would have been."""
    if order_ids:
        _delete(db, shop_id, announcements.c.order_id.in_(order_ids))


def erase_persons(db: Connection, *, shop_id: int, member_ids: Collection[str], account_ids: Collection[str]) -> None:
    """Delete what was told of these persons."""
    of_account = and_(announcements.c.object_kind == CUSTOMER, announcements.c.object_id.in_(account_ids))
    _delete(db, shop_id, or_(announcements.c.person_id.in_(member_ids), of_account))


def _delete(db: Connection, shop_id: int, chosen: Any) -> None:
    db.execute(delete(announcements).where(and_(announcements.c.shop_id == shop_id, chosen)))


def forget(db: Connection, *, before: datetime, limit: int) -> int:
    """Delete the oldest announcements of before that time with their logs; gives how many."""
    oldest = select(announcements.c.id).where(announcements.c.created_at < before)
    some = oldest.order_by(announcements.c.created_at).limit(limit).scalar_subquery()
    return db.execute(delete(announcements).where(announcements.c.id.in_(some))).rowcount
