"""What was written to people is kept for as long as the merchant says, and erased with whoever it was written to."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select, update

from commerce.tables.notifications.notifications import notifications
from commerce.tables.notifications.subscriptions import WAITING, subscriptions
from commerce.tables.privacy import Subject

_NOTHING: dict[str, Any] = {"subject": "", "html": "", "text": "", "detail": None}


def _theirs(shop_id: int, subject: Subject) -> Any:
    """All that was written to these people, or about their orders."""
    table = notifications.c
    addresses = [*subject.emails, *subject.phones]
    ways = (
        table.member_id.in_(subject.member_ids),
        table.order_id.in_(subject.order_ids),
        table.recipient.in_(addresses),
    )
    return or_(*(and_(table.shop_id == shop_id, way) for way in ways))


def ids_of(db: Connection, *, shop_id: int, subject: Subject) -> list[int]:
    """The messages to these people, which files are named after."""
    return list(db.execute(select(notifications.c.id).where(_theirs(shop_id, subject))).scalars())


def erase_person(db: Connection, *, shop_id: int, subject: Subject) -> None:
    """Delete what was written, or was to be written, to these people, and what they wait for."""
    db.execute(delete(notifications).where(_theirs(shop_id, subject)))
    mine = and_(subscriptions.c.shop_id == shop_id, _of_subscriber(subject))
    db.execute(delete(subscriptions).where(mine))


def _of_subscriber(subject: Subject) -> Any:
    return or_(subscriptions.c.member_id.in_(subject.member_ids), subscriptions.c.recipient.in_(subject.emails))


def erase_orders(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> None:
    """Delete what was written about these orders."""
    if order_ids:
        chosen = and_(notifications.c.shop_id == shop_id, notifications.c.order_id.in_(order_ids))
        db.execute(delete(notifications).where(chosen))


def forget_texts(db: Connection, *, shop_id: int, before: datetime, limit: int) -> int:
    """Blank what messages said that ended before that time; gives how many."""
    table = notifications.c
    old = and_(table.shop_id == shop_id, table.due_at.is_(None), table.created_at < before, table.text != "")
    chosen = select(table.id).where(old).limit(limit).scalar_subquery()
    return db.execute(update(notifications).where(table.id.in_(chosen)).values(_NOTHING)).rowcount


def forget(db: Connection, *, before: datetime, limit: int) -> int:
    """Delete messages that ended, and wishes that were told or ended, before that time; gives how many of the first."""
    table = notifications.c
    old = select(table.id).where(table.created_at < before, table.due_at.is_(None)).limit(limit).scalar_subquery()
    wishes = and_(subscriptions.c.asked_at < before, subscriptions.c.state != WAITING)
    db.execute(delete(subscriptions).where(wishes))
    return db.execute(delete(notifications).where(table.id.in_(old))).rowcount
