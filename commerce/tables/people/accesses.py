"""Who looked at whom: one row for each profile that was shown, exported or changed, written in batches."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, Table, Text, and_, delete, func, or_, select

from commerce.tables.columns import BigId, Moment, metadata

accesses = Table(
    "accesses",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("profile_id", Text, nullable=False),
    Column("actor", Text, nullable=False),  # "key 12 (Till)", "operator", "merchant"
    Column("what", Text, nullable=False),  # read, listed, exported, changed, merged
    Column("at", Moment, nullable=False),
    Index("ix_accesses_profile", "shop_id", "profile_id", "at"),
    Index("ix_accesses_at", "shop_id", "at"),
)


def add(db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note accesses: every row has shop_id, profile_id, actor, what, at."""
    if rows:
        db.execute(accesses.insert(), list(rows))


def page(
    db: Connection,
    *,
    shop_id: int,
    profile_ids: Collection[str] = (),
    actor: str = "",
    limit: int,
    before: tuple[datetime, int] | None = None,
) -> Sequence[Row[Any]]:
    """Accesses, newest first: to these profiles (a person's members, as they may have been looked at before they were
    merged), by this actor, or all. `before` is the (at, id) to go on behind.
    """
    chosen = [accesses.c.shop_id == shop_id]
    if profile_ids:
        chosen.append(accesses.c.profile_id.in_(profile_ids))
    if actor:
        chosen.append(accesses.c.actor == actor)
    if before is not None:
        at, number = before
        chosen.append(or_(accesses.c.at < at, and_(accesses.c.at == at, accesses.c.id < number)))
    query = select(accesses).where(*chosen)
    return db.execute(query.order_by(accesses.c.at.desc(), accesses.c.id.desc()).limit(limit)).all()


def count(db: Connection, *, shop_id: int, profile_ids: Collection[str]) -> int:
    """How often these profiles were looked at, as far as it is kept."""
    chosen = (accesses.c.shop_id == shop_id, accesses.c.profile_id.in_(profile_ids))
    return db.execute(select(func.count()).where(*chosen)).scalar_one()


def forget(db: Connection, *, shop_id: int, before: datetime, limit: int) -> int:
    """Delete the shop's oldest accesses of before that time; gives how many."""
    oldest = select(accesses.c.id).where(accesses.c.shop_id == shop_id, accesses.c.at < before)
    chosen = oldest.order_by(accesses.c.at).limit(limit).scalar_subquery()
    return db.execute(delete(accesses).where(accesses.c.id.in_(chosen))).rowcount
