"""The log of sign-ins: who tried, how, from where, and what came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Row,
    Table,
    Text,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
)

from commerce.tables.columns import BigId, Moment, metadata, storable
from commerce.tables.team.memberships import memberships

attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE")),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE")),
    Column("how", Text, nullable=False),
    Column("is_in", Boolean, nullable=False),
    Column("why", Text, nullable=False, default=""),  # why not
    Column("address", Text, nullable=False, default=""),
    Column("agent", Text, nullable=False, default=""),
    Index("ix_sign_in_attempts_user", "user_id", "id"),
    Index("ix_sign_in_attempts_shop", "shop_id", "id"),
    Index("ix_sign_in_attempts_at", "at"),
)


def note(
    db: Connection,
    *,
    how: str,
    is_in: bool,
    why: str = "",
    user_id: int | None = None,
    shop_id: int | None = None,
    address: str,
    agent: str,
    now: datetime,
) -> None:
    """Note a sign-in, or that it was tried. What was typed in is noted nowhere."""
    row = {"at": now, "user_id": user_id, "shop_id": shop_id, "how": how, "is_in": is_in, "why": why}
    db.execute(attempts.insert().values(**row, address=address, agent=storable(agent, 300)))


def of_user(db: Connection, *, user_id: int, limit: int) -> list[Row[Any]]:
    """A user's own, newest first."""
    query = select(attempts).where(attempts.c.user_id == user_id)
    return list(db.execute(query.order_by(attempts.c.id.desc()).limit(limit)))


def refused(db: Connection, *, user_id: int, why: str, since: datetime) -> int:
    """How often a user was not let in for that reason since then."""
    chosen = (attempts.c.user_id == user_id, attempts.c.why == why, attempts.c.at >= since)
    return db.execute(select(func.count()).where(*chosen)).scalar_one()


def of_shop(db: Connection, *, shop_id: int, limit: int, before: int | None = None) -> list[Row[Any]]:
    """Those of a shop: of its members since they joined, and of who came through its platform; newest first.

    Where else a member came in, and when before, is nothing that the shop is told.
    """
    mine = (memberships.c.shop_id == shop_id, memberships.c.user_id == attempts.c.user_id)
    joined = exists().where(*mine, memberships.c.created_at <= attempts.c.at)
    query = select(attempts).where(or_(attempts.c.shop_id == shop_id, and_(attempts.c.shop_id.is_(None), joined)))
    if before is not None:
        query = query.where(attempts.c.id < before)
    return list(db.execute(query.order_by(attempts.c.id.desc()).limit(limit)))


def forget(db: Connection, *, before: datetime) -> int:
    """Delete what is older."""
    return db.execute(delete(attempts).where(attempts.c.at < before)).rowcount
