"""By what a member is known: mail addresses, phone numbers, ids in other systems. Once told, always known."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text

from commerce.tables.columns import BigId, Moment, metadata

identities = Table(
    "identities",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),  # email, phone, or the name of another system
    Column("value", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    Column("is_current", Boolean, nullable=False, default=True),
    Column("seen_at", Moment, nullable=False),
    Index("ix_identities_member", "shop_id", "member_id"),
)
