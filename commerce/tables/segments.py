"""Segments: rules over profiles, and who is in."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from commerce.tables.columns import BigId, Json, Moment, metadata

segments = Table(
    "segments",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("rules", Json, nullable=False),
    Column("uses_time", Boolean, nullable=False),  # who is in changes with the day, without any event
    Column("members_count", Integer, nullable=False, default=0),
    Column("built_at", Moment),  # None: who is in is not worked out yet
    Column("created_at", Moment, nullable=False),
    Column("saved_at", Moment, nullable=False),
)

segment_members = Table(
    "segment_members",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("segment_id", Text, primary_key=True),
    Column("profile_id", Text, primary_key=True),
    Column("entered_at", Moment, nullable=False),
    Index("ix_segment_members_profile", "shop_id", "profile_id"),
)
