"""What a merchant chose for orders' steps: one row for each shop, read into rules' own settings."""

from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, select

from commerce.rules.order_steps.settings import OrderSettings, settings_of
from commerce.tables.columns import BigId, Json, Moment, metadata, upsert

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


def save(db: Connection, *, shop_id: int, chosen: OrderSettings, now: datetime) -> None:
    """Store what the shop chose."""
    row = {"shop_id": shop_id, "chosen": chosen.as_chosen(), "secret_sealed": "", "saved_at": now}
    upsert(db, settings, [row], keep=["secret_sealed"])
