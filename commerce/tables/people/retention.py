"""How long a shop keeps what of its customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Table, select

from commerce.tables.columns import BigId, Json, Moment, metadata, upsert

# `days`: kind to days; a kind that is missing is kept as long as the shop.
retention = Table(
    "retention",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("days", Json, nullable=False),
    Column("saved_at", Moment, nullable=False),
)

# Kinds. CONSENTS: those that a later one replaced; the present ones stay as long as the customer, as proof.
# GUESTS: persons without an account, since their last order or other sign of life. ACCOUNTS: persons who have one, or
# were put in here. Deliveries are kept as long as KEEP_DAYS says.
HAPPENINGS, ACCESSES, CONSENTS, GUESTS, ACCOUNTS = "happenings", "accesses", "consents", "guests", "accounts"
DEFAULTS: Mapping[str, int | None] = {HAPPENINGS: 1095, ACCESSES: 400, CONSENTS: 1825, GUESTS: None, ACCOUNTS: None}
SHORTEST, LONGEST = 30, 36500  # days
_KEEP_OUT = "keep_out"


class UnableToKeep(ValueError):
    """What was asked for makes no sense: `field` names what is wrong, `text` says what it has to be."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}")
        self.field, self.text = field, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Days by kind, None for as long as the shop. `keep_out`: persons whose time is over are not made again."""

    days: Mapping[str, int | None]
    keep_out: bool = False


def of(db: Connection, *, shop_id: int) -> Kept:
    """What the shop chose, or the defaults."""
    told: Any = db.execute(select(retention.c.days).where(retention.c.shop_id == shop_id)).scalar_one_or_none()
    if told is None:
        return Kept(days=DEFAULTS)
    return Kept(days={kind: told.get(kind) for kind in DEFAULTS}, keep_out=bool(told.get(_KEEP_OUT)))


def save(db: Connection, *, shop_id: int, kept: Kept, now: datetime) -> None:
    """Store what the shop chose. Raises UnableToKeep for a kind that there is not, and days out of range."""
    for kind, days in kept.days.items():
        if kind not in DEFAULTS:
            raise UnableToKeep(kind, f"is none of {', '.join(DEFAULTS)}")
        if days is not None and not SHORTEST <= days <= LONGEST:
            raise UnableToKeep(kind, f"must be from {SHORTEST} to {LONGEST} days, or nothing for ever")
    told = {kind: days for kind, days in kept.days.items() if days is not None} | {_KEEP_OUT: int(kept.keep_out)}
    upsert(db, retention, [{"shop_id": shop_id, "days": told, "saved_at": now}])
