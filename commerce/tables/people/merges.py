"""Merges made by hand or followed from the platform, each with its undoing; and who is not the same person."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from commerce.tables.columns import BigId, Moment, metadata

merges = Table(
    "merges",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("primary_id", Text, nullable=False),
    Column("secondary_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("undone_by", Text, nullable=False, default=""),
    Column("undone_at", Moment),
    Index("ix_merges_primary", "shop_id", "primary_id"),
    Index("ix_merges_secondary", "shop_id", "secondary_id"),
)

# Two members (`one` < `other`) that somebody said are different persons.
apart = Table(
    "members_apart",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("one", Text, primary_key=True),
    Column("other", Text, primary_key=True),
    Column("said_by", Text, nullable=False),
    Column("said_at", Moment, nullable=False),
)
