"""Stock per place, as far as platforms tell it apart from products."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Table, Text, and_, delete, select, tuple_

from commerce.rules.events import StockCounted, StockLevel
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


def replace(db: Connection, *, shop_id: int, told: Sequence[StockCounted]) -> dict[str, int]:
    """Store the stock of these items at all places, but for what was told later; gives the items that differ now, and
    their stock at all places together.
    """
    stored = known(db, shop_id=shop_id, item_ids=[one.inventory_item_id for one in told])
    of_item: dict[str, dict[str, tuple[int | None, datetime]]] = defaultdict(dict)
    for (item, place), level in stored.items():
        of_item[item][place] = level
    rows, gone = [], []
    for one in told:
        item, places = one.inventory_item_id, dict(one.places)
        mine = of_item[item]
        for place, number in places.items():
            before = mine.get(place)
            if before is None or (before[1] <= one.told_at and before[0] != number):
                rows.append((item, place, number, one.told_at))
        gone += [(item, place) for place, (_, at) in mine.items() if place not in places and at <= one.told_at]
    names = ("inventory_item_id", "location_id", "available", "updated_at")
    upsert(db, levels, [dict(zip(names, row, strict=True)) | {"shop_id": shop_id} for row in rows])
    if gone:
        chosen = tuple_(levels.c.inventory_item_id, levels.c.location_id).in_(gone)
        db.execute(delete(levels).where(levels.c.shop_id == shop_id, chosen))
    differing = {row[0] for row in rows} | {item for item, _ in gone}
    totals = dict.fromkeys(differing, 0)
    for (item, _), (available, _at) in known(db, shop_id=shop_id, item_ids=differing).items():
        totals[item] += available or 0
    return totals
