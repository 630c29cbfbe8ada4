"""Stock per place, as far as platforms tell it apart from products."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Table, Text, and_, select

from commerce.rules.events import StockLevel
from commerce.tables.columns import BigId, Moment, metadata, upsert

levels = Table(
    "stock_levels",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("inventory_item_id", Text, primary_key=True),
    Column("location_id", Text, primary_key=True),
    Column("available", BigInteger),
    Column("updated_at", Moment, nullable=False),
)


def known(
    db: Connection, *, shop_id: int, item_ids: Collection[str]
) -> dict[tuple[str, str], tuple[int | None, datetime]]:
    """(item, location) to (stock, time) of these items."""
    if not item_ids:
        return {}
    chosen = and_(levels.c.shop_id == shop_id, levels.c.inventory_item_id.in_(item_ids))
    return {
        (row.inventory_item_id, row.location_id): (row.available, row.updated_at)
        for row in db.execute(select(levels).where(chosen))
    }


def save(db: Connection, *, shop_id: int, level: StockLevel) -> None:
    """Store the stock of one item at one place."""
    row = {"inventory_item_id": level.inventory_item_id, "location_id": level.location_id}
    upsert(db, levels, [row | {"shop_id": shop_id, "available": level.available, "updated_at": level.updated_at}])
