"""What other systems and the merchant's people put on a customer's timeline: mails sent, tickets, notes, till sales."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, Table, Text, UniqueConstraint, select

from commerce.tables.columns import BigId, Json, Moment, insert, metadata

happenings = Table(
    "happenings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("member_id", Text, nullable=False),
    Column("kind", Text, nullable=False),  # note.added, ticket.opened, … : noun.past
    Column("source", Text, nullable=False),
    Column("source_id", Text),  # their own id of it; the same one twice is told once
    Column("title", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("happened_at", Moment, nullable=False),
    Column("saved_at", Moment, nullable=False),
    UniqueConstraint("shop_id", "source", "source_id"),
    Index("ix_happenings_member", "shop_id", "member_id", "happened_at"),
    Index("ix_happenings_saved", "shop_id", "saved_at"),
)


def add(
    db: Connection, *, shop_id: int, member_id: str, told: Sequence[Mapping[str, Any]], made_by: str, now: datetime
) -> int:
    """Note what happened (the other columns each); gives how many were new: of a source's own id there is one."""
    if not told:
        return 0
    same = {"shop_id": shop_id, "member_id": member_id, "made_by": made_by, "saved_at": now}
    statement = insert(db, happenings).on_conflict_do_nothing(index_elements=["shop_id", "source", "source_id"])
    statement = statement.returning(happenings.c.id)
    return len(db.execute(statement, [dict(one) | same for one in told]).all())


def of_members(
    db: Connection,
    *,
    shop_id: int,
    ids: Collection[str],
    limit: int,
    before: tuple[datetime, int] | None = None,
    kinds: Collection[str] = (),
) -> Sequence[Row[Any]]:
    """What happened to these members, newest first; `before` is the (time, id) to go on behind."""
    query = select(happenings).where(happenings.c.shop_id == shop_id, happenings.c.member_id.in_(ids))
    if kinds:
        query = query.where(happenings.c.kind.in_(kinds))
    if before is not None:
        at, number = before
        earlier = (happenings.c.happened_at < at) | ((happenings.c.happened_at == at) & (happenings.c.id < number))
        query = query.where(earlier)
    return db.execute(query.order_by(happenings.c.happened_at.desc(), happenings.c.id.desc()).limit(limit)).all()
