"""Who looked at whom: one row for each profile that was shown, exported or changed, written in batches."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from commerce.tables.columns import BigId, Moment, metadata

accesses = Table(
    "accesses",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("profile_id", Text, nullable=False),
    Column("actor", Text, nullable=False),  # "key 12 (Till)", "operator", "merchant"
    Column("what", Text, nullable=False),  # read, listed, exported, changed, merged
    Column("at", Moment, nullable=False),
    Index("ix_accesses_profile", "shop_id", "profile_id", "at"),
    Index("ix_accesses_at", "shop_id", "at"),
)
