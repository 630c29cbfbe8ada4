"""What other systems and the merchant's people put on a customer's timeline: mails sent, tickets, notes, till sales."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint

from commerce.tables.columns import BigId, Json, Moment, metadata

happenings = Table(
    "happenings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("member_id", Text, nullable=False),
    Column("kind", Text, nullable=False),  # note.added, ticket.opened, … : noun.past
    Column("source", Text, nullable=False),
    Column("source_id", Text),  # their own id of it; the same one twice is told once
    Column("title", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("happened_at", Moment, nullable=False),
    Column("saved_at", Moment, nullable=False),
    UniqueConstraint("shop_id", "source", "source_id"),
    Index("ix_happenings_member", "shop_id", "member_id", "happened_at"),
    Index("ix_happenings_saved", "shop_id", "saved_at"),
)
