"""The audit log: what people changed by hand, in the dashboard. Of systems it is known when their keys were used."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Row, Table, Text, delete, select, update

from commerce.tables.columns import BigId, Json, Moment, metadata, storable

audit = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE")),
    Column("actor", Text, nullable=False),  # an address, or how somebody came in
    Column("route", Text, nullable=False),  # what was done: the name of a route
    Column("subject", Text, nullable=False, default=""),  # to what: what the route's address names
    Column("status", Integer),  # what was answered; none: it is under way, or the process was ended meanwhile
    Column("detail", Json, nullable=False, default=dict),
    Column("address", Text, nullable=False, default=""),
    Index("ix_audit_shop", "shop_id", "id"),
    Index("ix_audit_at", "at"),
)


def begin(
    db: Connection, *, shop_id: int | None, actor: str, route: str, subject: str, address: str, now: datetime
) -> int:
    """Note that somebody is about to change something; gives the entry's id."""
    row = {"at": now, "shop_id": shop_id, "actor": storable(actor, 300), "route": route, "address": address}
    added = audit.insert().values(**row, subject=storable(subject, 300), detail={})
    return int(db.execute(added.returning(audit.c.id)).scalar_one())


def end(db: Connection, entry_id: int, *, status: int, detail: Mapping[str, Any]) -> None:
    """Note what was answered, and what the page says that it changed."""
    db.execute(update(audit).where(audit.c.id == entry_id).values(status=status, detail=dict(detail)))


def page(
    db: Connection, *, shop_id: int | None, limit: int, before: int | None = None, actor: str = "", route: str = ""
) -> list[Row[Any]]:
    """Entries of a shop, newest first; without one, of what was done to all shops."""
    query = select(audit).where(audit.c.shop_id == shop_id)
    for column, wanted in ((audit.c.actor, actor), (audit.c.route, route)):
        if wanted:
            query = query.where(column == wanted)
    if before is not None:
        query = query.where(audit.c.id < before)
    return list(db.execute(query.order_by(audit.c.id.desc()).limit(limit)))


def forget(db: Connection, *, before: datetime) -> int:
    """Delete what is older."""
    return db.execute(delete(audit).where(audit.c.at < before)).rowcount
