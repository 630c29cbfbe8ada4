"""Keys of the merchant's own systems, each with what it may do."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, Table, Text, or_, select, update

from commerce.rules.api_keys import EVERYTHING
from commerce.tables import shops
from commerce.tables.columns import BigId, Json, Moment, metadata
from commerce.tables.shops import Shop
from commerce.vault import Vault, digest

USED_EVERY = timedelta(minutes=1)  # a key's last use is written no more often
_SHOWN = 9  # characters of a key that tell it from the others: 36 of its 258 bits

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("starts_with", Text, nullable=False),  # what tells it from the others when it is shown
    Column("hash", Text, nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Index("ix_api_keys_shop", "shop_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key that calls. `id` 0 is the shop's first one, which has no row of its own."""

    id: int
    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it has not expired."""
        return self.expires_at is None or now < self.expires_at


FIRST = Key(id=0, name="first key", scopes=(EVERYTHING,))


def add(
    db: Connection,
    *,
    shop_id: int,
    name: str,
    scopes: Collection[str],
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[int, str]:
    """Make a key; gives its number and the key itself, which is not kept and cannot be shown again."""
    token = f"br_{secrets.token_urlsafe(32)}"
    row = {
        "shop_id": shop_id,
        "name": name,
        "starts_with": token[:_SHOWN],
        "hash": digest(token),
        "scopes": list(scopes),
        "created_at": now,
        "expires_at": expires_at,
    }
    return db.execute(api_keys.insert().values(row).returning(api_keys.c.id)).scalar_one(), token


def of_shop(db: Connection, *, shop_id: int) -> list[Row[Any]]:
    """The shop's keys that were not revoked, newest first; those that expired are among them."""
    query = select(api_keys).where(api_keys.c.shop_id == shop_id, api_keys.c.revoked_at.is_(None))
    return list(db.execute(query.order_by(api_keys.c.id.desc())))


def revoke(db: Connection, *, shop_id: int, key_id: int, now: datetime) -> bool:
    """From now on the key is refused; False where the shop has no such key any more."""
    chosen = (api_keys.c.shop_id == shop_id, api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
    return db.execute(update(api_keys).where(*chosen).values(revoked_at=now)).rowcount == 1


def find(db: Connection, vault: Vault, token: str) -> tuple[Shop, Key] | None:
    """Whose key that is and what it may do; None where nobody has it, or it was revoked. It may have expired."""
    first = shops.by_api_key(db, vault, token)
    if first is not None:
        return first, FIRST
    query = select(api_keys).where(api_keys.c.hash == digest(token), api_keys.c.revoked_at.is_(None))
    row = db.execute(query).one_or_none()
    shop = shops.by_id(db, vault, row.shop_id) if row else None
    if row is None or shop is None:
        return None
    return shop, Key(id=row.id, name=row.name, scopes=tuple(row.scopes), expires_at=row.expires_at)


def note_used(db: Connection, ids: Collection[int], *, now: datetime) -> int:
    """These keys were used; gives for how many it was written: another process may just have done so."""
    is_due = or_(api_keys.c.used_at.is_(None), api_keys.c.used_at <= now - USED_EVERY)
    return db.execute(update(api_keys).where(api_keys.c.id.in_(sorted(ids)), is_due).values(used_at=now)).rowcount
