"""What an order's hold on stock depends on, and when it was placed: read in one statement, for every batch needs it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from commerce.tables.orders import lines, orders

_OF_ORDER = ("id", "placed_at", "status", "financial_status", "fulfillment_status")
_OF_LINE = ("position", "variant_id", "product_id", "sku", "quantity", "fulfilled", "cancelled", "returned")


def of_orders(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, Sequence[Row[Any]]]:
    """A row for each line of these orders with what is asked of its order; of one without lines, a row without."""
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    if ids:
        of_order = and_(lines.c.shop_id == orders.c.shop_id, lines.c.order_id == orders.c.id)
        columns = [*(orders.c[name] for name in _OF_ORDER), *(lines.c[name] for name in _OF_LINE)]
        query = select(*columns).select_from(orders.outerjoin(lines, of_order))
        for row in db.execute(query.where(orders.c.shop_id == shop_id, orders.c.id.in_(ids))):
            found[row.id].append(row)
    return dict(found)
