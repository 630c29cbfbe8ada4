"""The points ledger, double-entry: each transaction's postings add up to nothing, and none is ever changed."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text, UniqueConstraint

from commerce.tables.columns import BigId, Json, Moment, metadata

# `key` makes a transaction at most once: "earn:order:1042:1", "spend:<idempotency key>".
transactions = Table(
    "points_transactions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),  # earn, mature, reverse, spend, return, expire, adjust
    Column("about", Text, nullable=False),  # the order, review, code … it is about
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("shop_id", "key"),
    Index("ix_points_transactions_about", "shop_id", "about"),
)

# Accounts: "pending" and "available" belong to a member; "issued", "spent", "expired", "adjusted" to the shop.
postings = Table(
    "points_postings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("transaction_id", BigId, nullable=False),
    Column("account", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("points", BigInteger, nullable=False),
    Index("ix_points_postings_transaction", "shop_id", "transaction_id"),
    Index("ix_points_postings_member", "shop_id", "member_id", "id"),
)

# Points that came in together, expire together and are spent soonest first. Of one `source` there is one batch.
batches = Table(
    "points_batches",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("member_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),  # pending, available, ended
    Column("points", BigInteger, nullable=False),
    Column("points_left", BigInteger, nullable=False),
    Column("matures_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("warned_at", Moment),
    UniqueConstraint("shop_id", "source"),
    Index("ix_points_batches_member", "shop_id", "member_id"),
    Index("ix_points_batches_matures", "state", "matures_at"),
    Index("ix_points_batches_expires", "state", "expires_at"),
)
