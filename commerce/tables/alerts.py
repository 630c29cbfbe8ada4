"""Alerts: what a merchant has to know of, one for each kind and thing, until it is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Row, Table, Text, and_, delete, func, select

from commerce.tables.columns import BigId, Moment, metadata, upsert

# `about`: which one of several things of that kind. `words`: a sentence that says what to do.
alerts = Table(
    "alerts",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("about", Text, primary_key=True),
    Column("words", Text, nullable=False),
    Column("at", Moment, nullable=False),
)


def raise_one(db: Connection, *, shop_id: int, kind: str, about: str, words: str, now: datetime) -> None:
    """Write an alert in the place of the one before of that kind about the same thing."""
    upsert(db, alerts, [{"shop_id": shop_id, "kind": kind, "about": about, "words": words, "at": now}])


def end(db: Connection, *, shop_id: int, kind: str, about: str) -> None:
    """It is over."""
    chosen = and_(alerts.c.shop_id == shop_id, alerts.c.kind == kind, alerts.c.about == about)
    db.execute(delete(alerts).where(chosen))


def newest(db: Connection, *, shop_id: int, limit: int) -> Sequence[Row[Any]]:
    """The shop's alerts that are not over, newest first."""
    chosen = select(alerts).where(alerts.c.shop_id == shop_id)
    return db.execute(chosen.order_by(alerts.c.at.desc(), alerts.c.kind, alerts.c.about).limit(limit)).all()


def counted(db: Connection, *, shop_id: int) -> dict[str, tuple[int, datetime]]:
    """How many of the shop's alerts are not over, and when the newest came, by kind."""
    newest_at = func.max(alerts.c.at, type_=Moment())
    query = select(alerts.c.kind, func.count(), newest_at).where(alerts.c.shop_id == shop_id)
    return {kind: (number, at) for kind, number, at in db.execute(query.group_by(alerts.c.kind))}


def of_kind(db: Connection, *, shop_id: int, kind: str, limit: int) -> Sequence[Row[Any]]:
    """The shop's alerts of that kind that are not over, oldest first."""
    chosen = select(alerts).where(alerts.c.shop_id == shop_id, alerts.c.kind == kind)
    return db.execute(chosen.order_by(alerts.c.at, alerts.c.about).limit(limit)).all()


def stands(db: Connection, *, shop_id: int, kind: str, about: str) -> bool:
    """Whether the merchant knows of it already."""
    chosen = and_(alerts.c.shop_id == shop_id, alerts.c.kind == kind, alerts.c.about == about)
    return db.execute(select(alerts.c.at).where(chosen)).first() is not None
