"""Installing and removing the app: a shop is one row however often it comes and goes."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Row, Table, Text, delete, func, select, update

from commerce.tables import connections, effects, shops, syncs
from commerce.tables.columns import BigId, Moment, metadata
from commerce.tables.connections import Credentials
from commerce.tables.shops import NewShop, Shop
from commerce.vault import Vault, digest

LASTS = timedelta(hours=1)  # an attempt to install

attempts = Table(
    "install_attempts",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("used", Boolean, nullable=False, default=False),
    Column("shop_id", BigId),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What came of an installation: the shop, and its new keys where it was not here before."""

    shop: Shop
    new: NewShop | None
    current: bool


def begin(db: Connection, *, platform: str, domain: str, now: datetime) -> str:
    """Note that somebody begins to install the app at this shop; gives the token that has to come back."""
    token = secrets.token_urlsafe(32)
    row = {"token_hash": digest(token), "platform": platform, "domain": domain, "started_at": now, "used": False}
    db.execute(attempts.insert().values(row))
    return token


def attempt(db: Connection, token: str, *, platform: str, now: datetime) -> Row[Any] | None:
    """The attempt of that token, used or not, while it lasts."""
    chosen = (attempts.c.token_hash == digest(token), attempts.c.platform == platform)
    query = select(attempts).where(*chosen, attempts.c.started_at > now - LASTS)
    return db.execute(query).one_or_none()


def use(db: Connection, token: str, *, platform: str, now: datetime) -> str | None:
    """Use the token up; gives the shop's domain that it was given for. None where it is unknown, used or too old."""
    chosen = (attempts.c.token_hash == digest(token), attempts.c.platform == platform)
    fresh = (attempts.c.used.is_(False), attempts.c.started_at > now - LASTS)
    statement = update(attempts).where(*chosen, *fresh).values(used=True).returning(attempts.c.domain)
    return db.execute(statement).scalar_one_or_none()


def fulfil(db: Connection, token: str, *, shop_id: int) -> None:
    """The attempt led to this shop."""
    db.execute(update(attempts).where(attempts.c.token_hash == digest(token)).values(used=True, shop_id=shop_id))


def forget(db: Connection, *, before: datetime) -> None:
    """Delete attempts of before that time."""
    db.execute(delete(attempts).where(attempts.c.started_at < before))


def install(
    db: Connection,
    vault: Vault,
    *,
    platform: str,
    domain: str,
    credentials: Credentials,
    at: datetime,
    now: datetime,
    name: str = "",
    webhook_secret: str = "",
) -> Installed:
    """The shop let us in at that time, by the platform's clock: add it, or bring it back.

    An installation that is older than the one that is stored changes nothing (`current` False).
    """
    _one_at_a_time(db, platform, domain)
    shop, new = shops.by_domain(db, vault, platform=platform, domain=domain), None
    if shop is None:
        new = shops.add(db, vault, platform=platform, domain=domain, now=now, name=name, webhook_secret=webhook_secret)
        shop = shops.by_id(db, vault, new.id)
    assert shop is not None
    current = connections.save(db, vault, shop_id=shop.id, credentials=credentials, installed_at=at)
    if current:
        again = {"steps_since": now} if shop.state != shops.ACTIVE else {}
        shops.learn(db, shop.id, state=shops.ACTIVE, uninstalled_at=None, **again)
        effects.wake_all(db, shop_id=shop.id, kinds=(effects.REREAD, effects.CALL))  # they waited for this
        syncs.wake_all(db, shop_id=shop.id)
        shop = shops.by_id(db, vault, shop.id)
        assert shop is not None
    return Installed(shop=shop, new=new, current=current)


def _one_at_a_time(db: Connection, platform: str, domain: str) -> None:
    """Until this transaction ends, nobody else installs at this shop: admins open an app more than once at a time."""
    if db.dialect.name == "postgresql":  # SQLite has one writer anyway
        db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{platform} {domain}", 0))))


def uninstall(db: Connection, *, shop_id: int, at: datetime) -> bool:
    """The app was removed at that time, by the platform's clock; False where it was installed again since."""
    query = select(connections.connections.c.installed_at).where(connections.connections.c.shop_id == shop_id)
    installed_at = db.execute(query).scalar_one_or_none()
    if installed_at is not None and at <= installed_at:
        return False
    connections.remove(db, shop_id=shop_id)
    shops.learn(db, shop_id, state=shops.UNINSTALLED, uninstalled_at=at)
    return True
