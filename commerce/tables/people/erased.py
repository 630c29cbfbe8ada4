"""Who was erased: keyed digests only, so that a late delivery does not make them again without anybody's doing."""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from commerce.tables.columns import BigId, Moment, metadata

erased = Table(
    "erased_people",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("person", Text, nullable=False),  # one word for all digests of one person, so that all are lifted together
    Column("erased_at", Moment, nullable=False),
    Column("kept_out", Integer, nullable=False, default=0),  # tellings that would have made them again
    Column("last_at", Moment),
    Column("lifted_at", Moment),
)
