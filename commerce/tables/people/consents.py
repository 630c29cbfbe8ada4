"""Consent: what a customer allowed or withdrew here, each time with when, how and where; and, apart, who is not
written to whatever they allowed (suppressions).

What a platform tells of consent stands in its account (commerce.tables.customers).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, Table, Text, select

from commerce.tables.columns import BigId, Moment, metadata

consents = Table(
    "consents",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("member_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_consents_member", "shop_id", "member_id", "at"),
)

# `address`: a mail address in lower case, or a phone number in E.164.
suppressions = Table(
    "suppressions",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", Moment, nullable=False),
)


def add(db: Connection, *, shop_id: int, member_id: str, told: Mapping[str, Any]) -> None:
    """Note what a member allowed or withdrew: `told` has the other columns."""
    db.execute(consents.insert().values(dict(told) | {"shop_id": shop_id, "member_id": member_id}))


def of_members(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, list[Row[Any]]]:
    """What these members allowed or withdrew here, oldest first."""
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    if ids:
        query = select(consents).where(consents.c.shop_id == shop_id, consents.c.member_id.in_(ids))
        for row in db.execute(query.order_by(consents.c.at, consents.c.id)):
            found[row.member_id].append(row)
    return found


def suppressions_of(db: Connection, *, shop_id: int, addresses: Collection[str]) -> Sequence[Row[Any]]:
    """Which of these addresses are not written to, with the channel and why."""
    if not addresses:
        return []
    chosen = (suppressions.c.shop_id == shop_id, suppressions.c.address.in_(addresses))
    query = select(suppressions).where(*chosen).order_by(suppressions.c.channel, suppressions.c.address)
    return db.execute(query).all()
