"""Addresses that are not written to, whatever anybody allowed: bounces, complaints, wishes."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, literal, select, tuple_

from commerce.tables.columns import upsert
from commerce.tables.people.consents import suppressions


def page(
    db: Connection, *, shop_id: int, channel: str = "", limit: int, after: tuple[str, str] | None = None
) -> Sequence[Row[Any]]:
    """Suppressed addresses by channel and address; `after` is the (channel, address) to go on behind."""
    query = select(suppressions).where(suppressions.c.shop_id == shop_id)
    if channel:
        query = query.where(suppressions.c.channel == channel)
    place = (suppressions.c.channel, suppressions.c.address)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(literal(after[0]), literal(after[1])))
    return db.execute(query.order_by(*place).limit(limit)).all()


def save(db: Connection, *, shop_id: int, told: Mapping[str, Any]) -> None:
    """Suppress an address, or say anew why: `told` has the other columns."""
    upsert(db, suppressions, [dict(told) | {"shop_id": shop_id}])


def remove(db: Connection, *, shop_id: int, channel: str, address: str) -> bool:
    """The address may be written to again, as far as its customer allows; False where it was not suppressed."""
    chosen = (suppressions.c.shop_id == shop_id, suppressions.c.channel == channel, suppressions.c.address == address)
    return db.execute(delete(suppressions).where(*chosen)).rowcount == 1
