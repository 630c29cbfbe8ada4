"""What a merchant chose of messages: one row for each shop, read into rules' own; and sealed, how to reach gateways."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, select

from commerce.rules.notifications.choices import Choices, choices_of
from commerce.tables.columns import BigId, Json, Moment, metadata, upsert
from commerce.tables.shops import Shop
from commerce.vault import Vault

choices = Table(
    "notification_choices",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("chosen", Json, nullable=False),
    Column("sms_sealed", Text, nullable=False, default="", server_default=""),
    Column("slack_sealed", Text, nullable=False, default="", server_default=""),
    Column("bounces_sealed", Text, nullable=False, default="", server_default=""),
    Column("digest_on", Text, nullable=False, default="", server_default=""),
    Column("saved_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What no page shows again: the SMS gateway's access, Slack's URL, and what a mail provider signs bounces with."""

    sms: Mapping[str, str] = field(default_factory=dict, repr=False)
    slack: str = field(default="", repr=False)
    bounces: Mapping[str, str] = field(default_factory=dict, repr=False)


def of_shop(db: Connection, *, shop_id: int, platform: str) -> Choices:
    """What the shop chose; what it left alone is as usual on its platform."""
    chosen = db.execute(select(choices.c.chosen).where(choices.c.shop_id == shop_id)).scalar_one_or_none()
    return choices_of(chosen or {}, platform=platform)


def secrets_of(db: Connection, vault: Vault, *, shop_id: int) -> Secrets:
    """How the shop's gateways are reached."""
    row = db.execute(select(choices).where(choices.c.shop_id == shop_id)).one_or_none()
    if row is None:
        return Secrets()
    return Secrets(
        sms=json.loads(vault.open(row.sms_sealed)) if row.sms_sealed else {},
        slack=vault.open(row.slack_sealed) if row.slack_sealed else "",
        bounces=json.loads(vault.open(row.bounces_sealed)) if row.bounces_sealed else {},
    )


def save(db: Connection, *, shop: Shop, chosen: Choices, now: datetime) -> None:
    """Store what the shop chose; secrets stay as they are."""
    row = {"shop_id": shop.id, "chosen": chosen.as_chosen(), "saved_at": now}
    upsert(db, choices, [row | _NO_SECRETS], keep=[*_NO_SECRETS])


_NO_SECRETS = {"sms_sealed": "", "slack_sealed": "", "bounces_sealed": "", "digest_on": ""}


def save_secrets(db: Connection, vault: Vault, *, shop: Shop, secrets: Secrets, now: datetime) -> None:
    """Store how the shop's gateways are reached; what it chose stays as it is."""
    sealed = {
        "sms_sealed": vault.seal(json.dumps(dict(secrets.sms))) if secrets.sms else "",
        "slack_sealed": vault.seal(secrets.slack) if secrets.slack else "",
        "bounces_sealed": vault.seal(json.dumps(dict(secrets.bounces))) if secrets.bounces else "",
    }
    row = {"shop_id": shop.id, "chosen": {}, "saved_at": now, "digest_on": ""} | sealed
    upsert(db, choices, [row], keep=["chosen", "digest_on"])


def digests(db: Connection) -> dict[int, str]:
    """The day for which each shop got its last digest, as ISO text."""
    return dict(db.execute(select(choices.c.shop_id, choices.c.digest_on)).all())


def note_digest(db: Connection, *, shop_id: int, day: str, now: datetime) -> None:
    """The shop's digest of that day is written."""
    row = {"shop_id": shop_id, "chosen": {}, "saved_at": now} | _NO_SECRETS | {"digest_on": day}
    upsert(db, choices, [row], keep=["chosen", "saved_at", "sms_sealed", "slack_sealed", "bounces_sealed"])
