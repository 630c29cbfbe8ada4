"""What a merchant chose for orders' steps: one row for each shop, read into rules' own settings."""

import json
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, select, update

from commerce.rules.order_steps.settings import OrderSettings, settings_of
from commerce.tables.columns import BigId, Json, Moment, metadata, upsert
from commerce.vault import Vault

OVERLAP = timedelta(hours=24)  # for which a secret that was replaced still signs

# `secret_sealed`: what call-outs are signed with: the newest secret, and the one before it until it ends.
settings = Table(
    "order_settings",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("chosen", Json, nullable=False),
    Column("secret_sealed", Text, nullable=False, default="", server_default=""),
    Column("saved_at", Moment, nullable=False),
)


def of_shop(db: Connection, *, shop_id: int, platform: str) -> OrderSettings:
    """What the shop chose; what it left alone is as usual on its platform."""
    chosen = db.execute(select(settings.c.chosen).where(settings.c.shop_id == shop_id)).scalar_one_or_none()
    return settings_of(chosen or {}, platform=platform)


def is_chosen(db: Connection, *, shop_id: int) -> bool:
    """Whether the shop ever chose."""
    return db.execute(select(settings.c.saved_at).where(settings.c.shop_id == shop_id)).first() is not None


def save(db: Connection, *, shop_id: int, chosen: OrderSettings, now: datetime) -> None:
    """Store what the shop chose."""
    row = {"shop_id": shop_id, "chosen": chosen.as_chosen(), "secret_sealed": "", "saved_at": now}
    upsert(db, settings, [row], keep=["secret_sealed"])


def secrets(db: Connection, vault: Vault, *, shop_id: int, now: datetime) -> list[str]:
    """What the shop's call-outs are signed with, the newest first; none where none was made."""
    kept = _kept(db, vault, shop_id)
    if not kept:
        return []
    until = kept.get("until")
    both = until is not None and datetime.fromisoformat(until) > now
    return [kept["secret"], kept["before"]] if both else [kept["secret"]]


def renew(db: Connection, vault: Vault, *, shop_id: int, secret: str, now: datetime) -> None:
    """Another secret from now on; the one before it signs as well for a day. The shop's settings have to be stored."""
    before = _kept(db, vault, shop_id).get("secret")
    told = {"secret": secret} | ({"before": before, "until": (now + OVERLAP).isoformat()} if before else {})
    sealed = vault.seal(json.dumps(told))
    db.execute(update(settings).where(settings.c.shop_id == shop_id).values(secret_sealed=sealed))


def _kept(db: Connection, vault: Vault, shop_id: int) -> dict[str, str]:
    sealed = db.execute(select(settings.c.secret_sealed).where(settings.c.shop_id == shop_id)).scalar_one_or_none()
    return dict(json.loads(vault.open(sealed))) if sealed else {}
