"""Keys of the merchant's own systems, each with what it may do."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from commerce.tables.columns import BigId, Json, Moment, metadata

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("starts_with", Text, nullable=False),  # what tells it from the others when it is shown
    Column("hash", Text, nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Index("ix_api_keys_shop", "shop_id"),
)
