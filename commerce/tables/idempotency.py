"""Answers to calls that carried an Idempotency-Key, stored in the transaction of what the call did."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from commerce.tables.columns import BigId, Json, Moment, metadata

answers = Table(
    "idempotent_answers",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),  # a digest of who called and the key they sent
    Column("fingerprint", Text, nullable=False),  # a digest of method, path and body
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_idempotent_answers_at", "at"),
)
