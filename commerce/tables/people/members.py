"""Members: the pieces that persons are made of. An account of a platform, a guest's address, a customer put in by hand.

A member never changes hands: orders, points, consents and events belong to it for good. A merge only says under which
other member it is shown (`root`), so that undoing it is exact.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from commerce.tables.columns import BigId, Json, Moment, metadata

members = Table(
    "members",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("root", Text, nullable=False),
    Column("joined_into", Text, nullable=False, default=""),
    Column("merged_into", Text, nullable=False, default=""),
    Column("told", Json, nullable=False),
    Column("told_at", Moment),
    Column("own", Json, nullable=False),
    Column("attributes", Json, nullable=False),
    Column("orders_stored", Integer, nullable=False, default=0),
    Column("totals", Json, nullable=False),
    Column("first_order_at", Moment),
    Column("last_order_at", Moment),
    Column("points", BigInteger, nullable=False, default=0),
    Column("points_pending", BigInteger, nullable=False, default=0),
    Column("points_earned", BigInteger, nullable=False, default=0),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("shop_id", "key"),
    Index("ix_members_root", "shop_id", "root"),
)
