"""What orders count in the daily figures: replaced as a whole, so that nothing is counted twice."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commerce.rules import figures as rules
from commerce.rules.figures import Cell, Numbers
from commerce.rules.notifications.windows import zone_named
from commerce.tables import figures, orders
from commerce.tables.shops import Shop


def count(db: Connection, shop: Shop, stored: Mapping[str, Any], *, now: datetime) -> set[str]:
    """Count these orders as they are stored; gives those that count something else than before.

    The changes of all are added up first: each figure is written once, and the day's whole is one of all orders.
    """
    lines = orders.lines_of(db, shop_id=shop.id, ids=stored)
    zone = zone_named(shop.timezone)
    after = {
        key: rules.counted(order, lines.get(key, ()), platform=shop.platform, zone=zone)
        for key, order in stored.items()
    }
    figures.hold(db, shop_id=shop.id, order_ids=after, now=now)
    return _replace(db, shop, after, now)


def forget(db: Connection, shop: Shop, order_ids: Collection[str], *, now: datetime) -> None:
    """Orders that are gone count nothing."""
    _replace(db, shop, {key: {} for key in order_ids}, now)
    figures.remove(db, shop_id=shop.id, order_ids=order_ids)


def _replace(db: Connection, shop: Shop, after: Mapping[str, dict[Cell, Numbers]], now: datetime) -> set[str]:
    before = figures.of_orders(db, shop_id=shop.id, order_ids=after)
    sums: dict[Cell, Numbers] = defaultdict(Numbers)
    changed: dict[str, list[Any]] = {}
    for key, told in before.items():
        difference = rules.difference(after[key], rules.of_stored(told))
        if difference:
            changed[key] = rules.as_stored(after[key])
        for cell, numbers in difference.items():
            sums[cell] += numbers
    figures.save(db, shop_id=shop.id, counted=changed, now=now)
    figures.add(db, shop_id=shop.id, changes={cell: each for cell, each in sums.items() if each != rules.NONE})
    return set(changed)
