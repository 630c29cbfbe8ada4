"""What a merchant put aside on the home page: one row for each kind of thing, and how bad it was then."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Table, Text, and_, delete, select, update

from commerce.rules.attention import Dismissed
from commerce.tables.columns import BigId, Moment, metadata, upsert

# `kind`: of commerce.rules.attention, or GUIDE. `number`: how many there were.
dismissals = Table(
    "dismissals",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
)

GUIDE = "guide"  # the set-up guide, folded up


def of_shop(db: Connection, *, shop_id: int) -> dict[str, Dismissed]:
    """What is put aside, by kind."""
    rows = db.execute(select(dismissals).where(dismissals.c.shop_id == shop_id))
    return {row.kind: Dismissed(number=row.number, at=row.at) for row in rows}


def add(db: Connection, *, shop_id: int, kind: str, number: int, now: datetime) -> None:
    """Put a kind of thing aside, of which there are so many now."""
    upsert(db, dismissals, [{"shop_id": shop_id, "kind": kind, "number": number, "at": now}])


def remove(db: Connection, *, shop_id: int, kinds: Collection[str]) -> None:
    """Put these aside no more."""
    if kinds:
        db.execute(delete(dismissals).where(dismissals.c.shop_id == shop_id, dismissals.c.kind.in_(kinds)))


def lower(db: Connection, *, shop_id: int, numbers: dict[str, int]) -> None:
    """Fewer are left of these: more than that is worse from now on."""
    for kind, number in sorted(numbers.items()):
        chosen = and_(dismissals.c.shop_id == shop_id, dismissals.c.kind == kind, dismissals.c.number > number)
        db.execute(update(dismissals).where(chosen).values(number=number))
