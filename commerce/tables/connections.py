"""Connections to shops' own APIs: credentials, how long they hold, whether they still do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Row, Table, Text, or_, select, update

from commerce.tables.columns import BigId, Json, Moment, insert, metadata
from commerce.vault import Vault

# CONNECTED: as far as is known, the shop lets us in. LOST: it did not, and the merchant has to act. REMOVED: the
# merchant took the app away.
CONNECTED, LOST, REMOVED = "connected", "lost", "removed"

connections = Table(
    "connections",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("state", Text, nullable=False),
    Column("error", Text, nullable=False, default=""),
    Column("credentials_sealed", Text, nullable=False),
    Column("expires_at", Moment),
    Column("refresh_expires_at", Moment),
    Column("refreshed_at", Moment),
    Column("scopes", Json, nullable=False),
    Column("installed_at", Moment, nullable=False),
    Column("hooks", Json),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What lets us in, by the platform's names. `expires_at`, `refresh_expires_at` None: not limited, or not told."""

    secrets: Mapping[str, str]
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    scopes: Sequence[str] = ()

    def __repr__(self) -> str:
        return f"Credentials(expires_at={self.expires_at}, scopes={list(self.scopes)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopConnection:
    """A shop's connection; `installed_at` is which installation it belongs to. `hooks` as in integrations.shop_api."""

    state: str
    error: str
    credentials: Credentials
    installed_at: datetime
    refreshed_at: datetime | None
    hooks: Mapping[str, Any] | None

    @property
    def identity(self) -> tuple[datetime, datetime | None]:
        """Which credentials these are: those that are stored later have another one."""
        return self.installed_at, self.refreshed_at


def save(db: Connection, vault: Vault, *, shop_id: int, credentials: Credentials, installed_at: datetime) -> bool:
    """Store the credentials of an installation; False where those of a later one are stored."""
    row = _sealed(vault, credentials) | {
        "state": CONNECTED,
        "error": "",
        "installed_at": installed_at,
        "refreshed_at": installed_at,
    }
    statement = insert(db, connections).values(shop_id=shop_id, **row)
    statement = statement.on_conflict_do_update(
        index_elements=["shop_id"], set_=row, where=connections.c.installed_at <= installed_at
    )
    return db.execute(statement.returning(connections.c.shop_id)).first() is not None


def renew(
    db: Connection, vault: Vault, *, shop_id: int, credentials: Credentials, installed_at: datetime, now: datetime
) -> None:
    """Store credentials that were refreshed, where the installation is still the one that they belong to."""
    row = _sealed(vault, credentials) | {"state": CONNECTED, "error": "", "refreshed_at": now}
    db.execute(_of(shop_id, installed_at).values(row))


def lose(
    db: Connection, *, shop_id: int, error: str, installed_at: datetime, refreshed_at: datetime | None = None
) -> bool:
    """The shop refused the credentials of that installation, those that were stored at `refreshed_at` where it is
    given; False where others are stored by now, or none that let us in."""
    chosen = _of(shop_id, installed_at).where(connections.c.state == CONNECTED)
    if refreshed_at is not None:
        chosen = chosen.where(connections.c.refreshed_at == refreshed_at)
    return db.execute(chosen.values(state=LOST, error=error)).rowcount == 1


def remove(db: Connection, *, shop_id: int) -> None:
    """The merchant took the app away: what let us in is of no use any more."""
    values = {"state": REMOVED, "error": "", "credentials_sealed": "", "expires_at": None, "refresh_expires_at": None}
    db.execute(update(connections).where(connections.c.shop_id == shop_id).values(values))


def save_hooks(db: Connection, *, shop_id: int, hooks: Mapping[str, Any]) -> None:
    """Store what is known of our webhooks at the shop."""
    db.execute(update(connections).where(connections.c.shop_id == shop_id).values(hooks=dict(hooks)))


def one(db: Connection, vault: Vault, *, shop_id: int) -> ShopConnection | None:
    """The shop's connection; None where it never had one. Raises UnableToDecrypt."""
    row = db.execute(select(connections).where(connections.c.shop_id == shop_id)).one_or_none()
    return _connection(row, vault) if row else None


def state(db: Connection, *, shop_id: int) -> Row[Any] | None:
    """The shop's connection as it may be shown: without what lets us in. None where it never had one."""
    shown = [column for column in connections.c if column.name != "credentials_sealed"]
    return db.execute(select(*shown).where(connections.c.shop_id == shop_id)).one_or_none()


def connected(db: Connection) -> list[int]:
    """Shops that let us in, as far as is known."""
    return list(db.execute(select(connections.c.shop_id).where(connections.c.state == CONNECTED)).scalars())


def stale(db: Connection, *, refreshed_before: datetime) -> list[int]:
    """Shops whose credentials can expire and were not refreshed since that time."""
    old = or_(connections.c.refreshed_at.is_(None), connections.c.refreshed_at < refreshed_before)
    query = select(connections.c.shop_id).where(connections.c.state == CONNECTED, connections.c.expires_at.is_not(None))
    return list(db.execute(query.where(old)).scalars())


def _of(shop_id: int, installed_at: datetime) -> Any:
    return update(connections).where(connections.c.shop_id == shop_id, connections.c.installed_at == installed_at)


def _sealed(vault: Vault, credentials: Credentials) -> dict[str, Any]:
    return {
        "credentials_sealed": vault.seal(json.dumps(dict(credentials.secrets))) if credentials.secrets else "",
        "expires_at": credentials.expires_at,
        "refresh_expires_at": credentials.refresh_expires_at,
        "scopes": list(credentials.scopes),
    }


def _connection(row: Row[Any], vault: Vault) -> ShopConnection:
    sealed = vault.open(row.credentials_sealed)
    return ShopConnection(
        state=row.state,
        error=row.error,
        credentials=Credentials(
            secrets=json.loads(sealed) if sealed else {},
            expires_at=row.expires_at,
            refresh_expires_at=row.refresh_expires_at,
            scopes=tuple(row.scopes),
        ),
        installed_at=row.installed_at,
        refreshed_at=row.refreshed_at,
        hooks=row.hooks,
    )
