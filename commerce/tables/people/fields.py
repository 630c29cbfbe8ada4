"""Fields of the merchant's own on profiles, each with its declared type."""

from sqlalchemy import Column, ForeignKey, Table, Text

from commerce.tables.columns import BigId, Json, Moment, metadata

fields = Table(
    "custom_fields",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("type", Text, nullable=False),  # text, number, flag, date, choice
    Column("label", Text, nullable=False),
    Column("choices", Json, nullable=False),
    Column("saved_at", Moment, nullable=False),
)
