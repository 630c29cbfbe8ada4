"""Merges made by hand or followed from the platform, each with its undoing; and who is not the same person."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, Table, Text, and_, delete, or_, select, update

from commerce.tables.columns import BigId, Moment, insert, metadata

merges = Table(
    "merges",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("primary_id", Text, nullable=False),
    Column("secondary_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("undone_by", Text, nullable=False, default=""),
    Column("undone_at", Moment),
    Index("ix_merges_primary", "shop_id", "primary_id"),
    Index("ix_merges_secondary", "shop_id", "secondary_id"),
)

# Two members (`one` < `other`) that somebody said are different persons.
apart = Table(
    "members_apart",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("one", Text, primary_key=True),
    Column("other", Text, primary_key=True),
    Column("said_by", Text, nullable=False),
    Column("said_at", Moment, nullable=False),
)


def apart_from(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, set[str]]:
    """Of whom each of these members is known to be somebody else."""
    found: dict[str, set[str]] = defaultdict(set)
    if ids:
        chosen = and_(apart.c.shop_id == shop_id, or_(apart.c.one.in_(ids), apart.c.other.in_(ids)))
        for row in db.execute(select(apart.c.one, apart.c.other).where(chosen)):
            found[row.one].add(row.other)
            found[row.other].add(row.one)
    return found


def keep_apart(
    db: Connection, *, shop_id: int, pairs: Collection[tuple[str, str]], said_by: str, now: datetime
) -> None:
    """Note that these are different persons."""
    rows = [
        {"shop_id": shop_id, "one": min(pair), "other": max(pair), "said_by": said_by, "said_at": now}
        for pair in sorted(pairs)
        if pair[0] != pair[1]
    ]
    if rows:
        db.execute(insert(db, apart).on_conflict_do_nothing(index_elements=["shop_id", "one", "other"]), rows)


def together(db: Connection, *, shop_id: int, one: Collection[str], other: Collection[str]) -> None:
    """Nobody of the one is any more said to be somebody else than anybody of the other."""
    pairs = or_(
        and_(apart.c.one.in_(one), apart.c.other.in_(other)), and_(apart.c.one.in_(other), apart.c.other.in_(one))
    )
    db.execute(delete(apart).where(apart.c.shop_id == shop_id, pairs))


def add(
    db: Connection,
    *,
    shop_id: int,
    merge_id: str,
    primary_id: str,
    secondary_id: str,
    reason: str,
    made_by: str,
    now: datetime,
) -> None:
    """Note a merge."""
    row = {"id": merge_id, "primary_id": primary_id, "secondary_id": secondary_id, "reason": reason}
    db.execute(merges.insert().values(row | {"shop_id": shop_id, "made_by": made_by, "made_at": now}))


def one(db: Connection, *, shop_id: int, merge_id: str) -> Row[Any] | None:
    """A merge, undone or not."""
    query = select(merges).where(merges.c.shop_id == shop_id, merges.c.id == merge_id)
    return db.execute(query).one_or_none()


def of_members(db: Connection, *, shop_id: int, ids: Collection[str]) -> Sequence[Row[Any]]:
    """The merges that these members took part in, newest first."""
    part = or_(merges.c.primary_id.in_(ids), merges.c.secondary_id.in_(ids))
    return db.execute(select(merges).where(merges.c.shop_id == shop_id, part).order_by(merges.c.made_at.desc())).all()


def mark_undone(db: Connection, *, shop_id: int, merge_id: str, undone_by: str, now: datetime) -> bool:
    """Note that a merge was undone; False where it was before."""
    chosen = (merges.c.shop_id == shop_id, merges.c.id == merge_id, merges.c.undone_at.is_(None))
    return db.execute(update(merges).where(*chosen).values(undone_by=undone_by, undone_at=now)).rowcount == 1
