"""How long a shop keeps what of its customers."""

from sqlalchemy import Column, ForeignKey, Table

from commerce.tables.columns import BigId, Json, Moment, metadata

# `days`: kind to days; a kind that is missing is kept as long as the shop.
retention = Table(
    "retention",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("days", Json, nullable=False),
    Column("saved_at", Moment, nullable=False),
)
