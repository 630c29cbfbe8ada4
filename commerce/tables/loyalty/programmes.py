"""The shop's loyalty programme: its rules, and since when."""

from sqlalchemy import Boolean, Column, ForeignKey, Table

from commerce.tables.columns import BigId, Json, Moment, metadata

programmes = Table(
    "loyalty_programmes",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("rules", Json, nullable=False),
    Column("since", Moment),  # orders placed from then on earn points
    Column("saved_at", Moment, nullable=False),
)
