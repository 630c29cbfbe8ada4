"""How many products, orders and customers are kept of a shop."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from commerce.database import Connection, Database
from commerce.tables import orders, products
from commerce.tables.people import profile_lists

_COUNTS: Mapping[str, Callable[..., int]] = {
    "products": products.count,
    "orders": orders.count,
    "customers": profile_lists.count,
}
# Counting goes through all rows of a shop. Of many, the number of a moment ago is shown: it is as good to look at.
_MANY, _LASTS = 10_000, timedelta(seconds=30)
_MOST = 3_000  # numbers that are remembered
_known: WeakKeyDictionary[Database, dict[tuple[int, str], tuple[datetime, int]]] = WeakKeyDictionary()


def counts(database: Database, db: Connection, *, shop_id: int, now: datetime) -> dict[str, int]:
    """The numbers, by what they are of; those beyond 10,000 may be half a minute old."""
    known = _known.setdefault(database, {})
    found = {}
    for name, count in _COUNTS.items():
        at, number = known.get((shop_id, name), (now - _LASTS, 0))
        if now - at >= _LASTS:
            number = count(db, shop_id=shop_id)
            if number >= _MANY:
                if len(known) >= _MOST:
                    known.clear()
                known[shop_id, name] = now, number
        found[name] = number
    return found
