"""Shops: who they are, how their deliveries are verified, and with what their systems and pages identify themselves."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Float, Integer, Row, Table, Text, UniqueConstraint, select, update

from commerce.rules.events import PRODUCT
from commerce.rules.freshness import StoreClock
from commerce.rules.money import exponent, is_currency
from commerce.tables import events, versions
from commerce.tables.columns import BigId, Moment, metadata
from commerce.vault import Vault, digest

# ERASED: nothing but the shell is left, in which the shop can be installed again.
ACTIVE, UNINSTALLED, ERASED = "active", "uninstalled", "erased"

shops = Table(
    "shops",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("platform", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("name", Text, nullable=False, default=""),
    Column("state", Text, nullable=False, default=ACTIVE),
    Column("demo", Boolean, nullable=False, default=False),
    Column("currency", Text),
    Column("timezone", Text, nullable=False, default=""),
    Column("locale", Text, nullable=False, default=""),
    Column("email", Text, nullable=False, default=""),
    Column("api_key_hash", Text, nullable=False, unique=True),
    Column("publishable_key", Text, nullable=False, unique=True),
    Column("webhook_secret_sealed", Text, nullable=False, default=""),
    Column("webhook_secret_previous_sealed", Text, nullable=False, default=""),
    Column("people_key_sealed", Text, nullable=False, default="", server_default=""),
    Column("people_built_at", Moment),
    Column("steps_since", Moment),
    Column("clock_at", Moment),
    Column("clock_disorder", Float, nullable=False, default=0.0),
    Column("clock_seen", Integer, nullable=False, default=0),
    Column("pages_version", BigId, nullable=False, default=0),
    Column("last_ping_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("uninstalled_at", Moment),
    UniqueConstraint("platform", "domain"),
)


class UnableToAddShop(ValueError):
    """The shop is there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A shop as the product works with it. Secrets are open here and nowhere else; `repr` leaves them out."""

    id: int
    key: str
    platform: str
    domain: str
    name: str
    state: str
    demo: bool
    currency: str | None
    timezone: str
    publishable_key: str
    secrets: tuple[str, ...]
    clock: StoreClock
    api_key_hash: str = ""
    locale: str = ""
    email: str = field(default="", repr=False)
    pages_version: int = 0
    steps_since: datetime | None = None  # orders' steps run for what happened since then
    unseal: Callable[[str], str] = field(default=str, compare=False)  # opens what is sealed and seldom needed

    def __repr__(self) -> str:
        return f"Shop(id={self.id}, key={self.key!r}, platform={self.platform!r}, domain={self.domain!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShop:
    """What is shown once, when a shop is added."""

    id: int
    shop_key: str
    api_key: str
    publishable_key: str


def add(
    db: Connection,
    vault: Vault,
    *,
    platform: str,
    domain: str,
    now: datetime,
    name: str = "",
    currency: str | None = None,
    webhook_secret: str = "",
    demo: bool = False,
) -> NewShop:
    """Add a shop with new keys. Raises UnableToAddShop where the domain is there already."""
    if by_domain(db, vault, platform=platform, domain=domain):
        raise UnableToAddShop(f"The {platform} shop {domain} is there already. Use another domain, or remove it first.")
    api_key, key = f"br_{secrets.token_urlsafe(32)}", new_key()
    publishable_key = f"pk_{secrets.token_urlsafe(18)}"
    row = {
        "key": key,
        "platform": platform,
        "domain": domain,
        "name": name or domain,
        "currency": currency,
        "demo": demo,
        "api_key_hash": digest(api_key),
        "publishable_key": publishable_key,
        "webhook_secret_sealed": vault.seal(webhook_secret),
        "people_built_at": now,  # there is nobody yet
        "steps_since": now,
        "created_at": now,
    }
    shop_id = db.execute(shops.insert().values(row).returning(shops.c.id)).scalar_one()
    return NewShop(id=shop_id, shop_key=key, api_key=api_key, publishable_key=publishable_key)


def by_key(db: Connection, vault: Vault, key: str) -> Shop | None:
    """The shop of that public key, which may be anything that stood in an address."""
    return None if "\x00" in key else _one(db, vault, shops.c.key == key)


def by_id(db: Connection, vault: Vault, shop_id: int) -> Shop | None:
    """The shop of that number."""
    return _one(db, vault, shops.c.id == shop_id)


def by_domain(db: Connection, vault: Vault, *, platform: str, domain: str) -> Shop | None:
    """The platform's shop of that domain."""
    return None if "\x00" in domain else _one(db, vault, shops.c.platform == platform, shops.c.domain == domain)


def by_api_key(db: Connection, vault: Vault, api_key: str) -> Shop | None:
    """The shop whose systems hold that key."""
    return _one(db, vault, shops.c.api_key_hash == digest(api_key))


def all_shops(db: Connection, vault: Vault) -> list[Shop]:
    """Every shop that was not erased, oldest first."""
    there = select(shops).where(shops.c.state != ERASED).order_by(shops.c.id)
    return [_shop(row, vault) for row in db.execute(there)]


def by_ids(db: Connection, vault: Vault, ids: Iterable[int]) -> list[Shop]:
    """Those of these shops that were not erased, oldest first."""
    there = select(shops).where(shops.c.id.in_(sorted(set(ids))), shops.c.state != ERASED).order_by(shops.c.id)
    return [_shop(row, vault) for row in db.execute(there)]


def learn(db: Connection, shop_id: int, **values: Any) -> None:
    """Store what a shop told about itself."""
    db.execute(update(shops).where(shops.c.id == shop_id).values(**values))


def learn_currency(db: Connection, shop: Shop, currency: str, *, corrects: bool = False) -> Shop:
    """Store the shop's currency when it is first heard of, or (`corrects`) when the shop itself says another one.

    Prices that came in before were read with two decimals. Where the currency has others, the deliveries that told
    them are read again. Customers are worked out anew (jobs.people) where it was another one before.
    """
    if not is_currency(currency) or currency == shop.currency or (shop.currency is not None and not corrects):
        return shop
    learn(db, shop.id, currency=currency)
    if shop.currency is not None:  # what all customers spent was counted in the other one
        learn(db, shop.id, people_built_at=None)
    bump_pages(db, shop.id)
    if exponent(currency) != exponent(shop.currency):
        versions.forget_digests(db, shop_id=shop.id, kind=PRODUCT)
        events.replay(db, shop_id=shop.id, filters=events.Filters(kind=PRODUCT))
    return replace(shop, currency=currency)


def bump_pages(db: Connection, shop_id: int) -> None:
    """Something that all of the shop's pages and searches depend on changed: nothing made before is served any more."""
    db.execute(update(shops).where(shops.c.id == shop_id).values(pages_version=shops.c.pages_version + 1))


def pages_version(db: Connection, shop_id: int) -> int:
    """Which version of the shop's pages is the present one."""
    return db.execute(select(shops.c.pages_version).where(shops.c.id == shop_id)).scalar_one_or_none() or 0


def save_clock(db: Connection, shop_id: int, clock: StoreClock) -> None:
    """Store how far the store's own time has come."""
    learn(db, shop_id, clock_at=clock.latest, clock_disorder=clock.disorder, clock_seen=clock.seen)


def new_key() -> str:
    """A public key for a shop, which stands in its addresses."""
    return secrets.token_hex(8)


def new_secret() -> str:
    """A secret for a shop's webhooks: letters and digits only, which no shop's system changes on the way."""
    return secrets.token_hex(24)


def new_api_key(db: Connection, shop_id: int) -> str:
    """Replace the shop's API key; the old one is refused from now on. The new one is shown this once."""
    api_key = f"br_{secrets.token_urlsafe(32)}"
    learn(db, shop_id, api_key_hash=digest(api_key))
    return api_key


def _one(db: Connection, vault: Vault, *conditions: Any) -> Shop | None:
    row = db.execute(select(shops).where(*conditions)).one_or_none()
    return _shop(row, vault) if row else None


def _shop(row: Row[Any], vault: Vault) -> Shop:
    sealed = (row.webhook_secret_sealed, row.webhook_secret_previous_sealed)
    return Shop(
        id=row.id,
        key=row.key,
        platform=row.platform,
        domain=row.domain,
        name=row.name,
        state=row.state,
        demo=row.demo,
        currency=row.currency,
        timezone=row.timezone,
        publishable_key=row.publishable_key,
        secrets=tuple(vault.open(secret) for secret in sealed if secret),
        clock=StoreClock(latest=row.clock_at, disorder=row.clock_disorder, seen=row.clock_seen),
        api_key_hash=row.api_key_hash,
        locale=row.locale,
        email=row.email,
        pages_version=row.pages_version,
        steps_since=row.steps_since,
        unseal=vault.open,
    )
