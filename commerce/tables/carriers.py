"""Carriers of a shop: what lets us in, how they are doing, what they said that nobody understood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    Row,
    Table,
    Text,
    and_,
    delete,
    select,
    true,
    update,
)

from commerce.tables.columns import BigId, Json, Moment, insert, metadata, storable, upsert
from commerce.vault import Vault

accounts = Table(
    "carrier_accounts",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("carrier", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("credentials_sealed", Text, nullable=False),
    Column("push_sealed", Text, nullable=False, default=""),
    Column("is_test", Boolean, nullable=False, default=False),
    Column("is_on", Boolean, nullable=False, default=True),
    Column("stands_in", Boolean, nullable=False, default=False),
    Column("quotas", Json),
    Column("saved_at", Moment, nullable=False),
)

# How a carrier is doing for a shop: the circuit breaker's state among others.
health = Table(
    "carrier_health",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("carrier", Text, primary_key=True),
    Column("failures", Integer, nullable=False, default=0),
    Column("closed_until", Moment),
    Column("error", Text, nullable=False, default=""),
    Column("failed_at", Moment),
    Column("answered_at", Moment),
    Column("pushed_at", Moment),
)

unknown_codes = Table(
    "unknown_carrier_codes",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("carrier", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What lets a shop in at a carrier. `stands_in`: it is also asked for parcels of carriers without an account.
    `quotas`: (calls, seconds) in the place of the usual ones. `push`: what proves that the carrier calls us."""

    carrier: str
    key: str
    credentials: Mapping[str, str] = field(repr=False)
    push: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_test: bool = False
    is_on: bool = True
    stands_in: bool = False
    quotas: tuple[tuple[int, int], ...] = ()


def account_key(carrier: str, credentials: Mapping[str, str], *, is_test: bool) -> str:
    """The same for the same credentials, of whichever shop: those who share an account share its quota."""
    told = orjson.dumps([carrier, is_test, dict(credentials)], option=orjson.OPT_SORT_KEYS)
    return f"{carrier}-{blake2b(told, digest_size=9).hexdigest()}"


def save_account(db: Connection, vault: Vault, *, shop_id: int, account: Account, now: datetime) -> None:
    """Store an account in the place of what was there."""
    row = {
        "shop_id": shop_id,
        "carrier": account.carrier,
        "key": account.key,
        "credentials_sealed": vault.seal(orjson.dumps(dict(account.credentials)).decode()),
        "push_sealed": vault.seal(orjson.dumps(dict(account.push)).decode()) if account.push else "",
        "is_test": account.is_test,
        "is_on": account.is_on,
        "stands_in": account.stands_in,
        "quotas": [list(quota) for quota in account.quotas],
        "saved_at": now,
    }
    upsert(db, accounts, [row])
    reset_health(db, shop_id=shop_id, carrier="" if account.stands_in else account.carrier)


def remove_account(db: Connection, *, shop_id: int, carrier: str) -> None:
    """Forget an account."""
    db.execute(delete(accounts).where(accounts.c.shop_id == shop_id, accounts.c.carrier == carrier))


def of_shop(db: Connection, vault: Vault, *, shop_id: int) -> dict[str, Account]:
    """The shop's accounts, by carrier. Raises UnableToDecrypt."""
    rows = db.execute(select(accounts).where(accounts.c.shop_id == shop_id).order_by(accounts.c.carrier))
    return {row.carrier: _account(vault, row) for row in rows}


def _account(vault: Vault, row: Row[Any]) -> Account:
    return Account(
        carrier=row.carrier,
        key=row.key,
        credentials=orjson.loads(vault.open(row.credentials_sealed) or "{}"),
        push=orjson.loads(vault.open(row.push_sealed) or "{}"),
        is_test=row.is_test,
        is_on=row.is_on,
        stands_in=row.stands_in,
        quotas=tuple((calls, seconds) for calls, seconds in row.quotas or ()),
    )


def health_of(db: Connection, *, shop_id: int) -> dict[str, Row[Any]]:
    """How the shop's carriers are doing."""
    rows = db.execute(select(health).where(health.c.shop_id == shop_id))
    return {row.carrier: row for row in rows}


def note_health(db: Connection, *, shop_id: int, carrier: str, values: Mapping[str, Any]) -> None:
    """Write how a carrier is doing."""
    row = {"shop_id": shop_id, "carrier": carrier, "failures": 0, "error": ""} | dict(values)
    statement = insert(db, health).values(row)
    db.execute(statement.on_conflict_do_update(index_elements=["shop_id", "carrier"], set_=dict(values)))


def reset_health(db: Connection, *, shop_id: int, carrier: str) -> None:
    """Whatever was wrong with it may be right now; of all the shop's carriers where none is named."""
    mine = and_(health.c.shop_id == shop_id, health.c.carrier == carrier if carrier else true())
    db.execute(update(health).where(mine).values(failures=0, closed_until=None, error=""))


def count_unknown(db: Connection, *, shop_id: int, found: Sequence[tuple[str, str, str]], now: datetime) -> None:
    """Count codes (carrier, code, text) that no table has."""
    if not found:
        return
    rows = [
        {"shop_id": shop_id, "carrier": carrier, "code": storable(code, 100), "text": storable(words, 200), "number": 1}
        | {"first_at": now, "last_at": now}
        for carrier, code, words in sorted(found)
    ]
    statement = insert(db, unknown_codes)
    counted = {"number": unknown_codes.c.number + 1, "last_at": now, "text": statement.excluded.text}
    db.execute(statement.on_conflict_do_update(index_elements=["shop_id", "carrier", "code"], set_=counted), rows)


def unknown_of(db: Connection, *, shop_id: int) -> Sequence[Row[Any]]:
    """Codes that nobody understood, the most frequent ones first."""
    query = select(unknown_codes).where(unknown_codes.c.shop_id == shop_id)
    return db.execute(query.order_by(unknown_codes.c.number.desc(), unknown_codes.c.code).limit(100)).all()
