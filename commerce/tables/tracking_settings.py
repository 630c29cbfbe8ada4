"""What a merchant chose for tracking: how closely, when a parcel is a problem, how shoppers' pages look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, select

from commerce.tables.columns import BigId, Json, Moment, metadata, upsert

LEVELS = ("economy", "balanced", "fast")

settings = Table(
    "tracking_settings",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("level", Text, nullable=False),
    Column("chosen", Json, nullable=False),
    Column("tables", Json),
    Column("saved_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingSettings:
    """How parcels are followed.

    `*_days`: days after which one is a problem: without any word of the carrier, without being handed over, without a
    new line, past its estimated day. `from_country`, `from_postcode`: where parcels are handed over. `tells_shop`:
    milestones go back to the store. `completes_orders`: a WooCommerce order is completed once all of it is delivered.
    `sender`: who sends, on labels: fields of an address, and `email`.
    `tables`: clock times of their own, learned from the shop's own lines; None: the usual ones.
    """

    level: str = "balanced"
    no_information_days: int = 2
    not_handed_over_days: int = 3
    stuck_days: int = 5
    overdue_days: int = 2
    from_country: str = ""
    from_postcode: str = ""
    tells_shop: bool = True
    completes_orders: bool = False
    brand: str = ""
    colour: str = ""
    logo_url: str = ""
    help_url: str = ""
    help_text: str = ""
    sender: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Any] | None = field(default=None)


_CHOSEN = tuple(name for name in TrackingSettings.__dataclass_fields__ if name not in ("level", "tables"))


def of_shop(db: Connection, *, shop_id: int) -> TrackingSettings:
    """What the shop chose, or the usual."""
    row = db.execute(select(settings).where(settings.c.shop_id == shop_id)).first()
    if row is None:
        return TrackingSettings()
    chosen = {name: value for name, value in row.chosen.items() if name in _CHOSEN}
    return TrackingSettings(level=row.level, tables=row.tables, **chosen)


def save(db: Connection, *, shop_id: int, chosen: TrackingSettings, now: datetime) -> None:
    """Store what the shop chose."""
    row = {
        "shop_id": shop_id,
        "level": chosen.level,
        "chosen": {name: getattr(chosen, name) for name in _CHOSEN},
        "tables": dict(chosen.tables) if chosen.tables is not None else None,
        "saved_at": now,
    }
    upsert(db, settings, [row])
