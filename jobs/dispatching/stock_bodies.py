"""Stock and days' figures as they are told to other systems."""

from collections.abc import Collection
from datetime import date

from commerce.database import Connection
from commerce.rules import stock_shapes
from commerce.rules.shapes import Shape
from commerce.tables import figure_lists
from commerce.tables.shops import Shop
from commerce.tables.stock import lists


def stock_by_ids(db: Connection, shop: Shop, ids: Collection[str]) -> dict[str, Shape]:
    """The stock of variants."""
    found = lists.of_variants(db, shop_id=shop.id, ids=sorted(ids))
    return {key: {"id": key, **stock_shapes.stock(row)} for key, row in found.items()}


def figures_by_days(db: Connection, shop: Shop, days: Collection[str]) -> dict[str, Shape]:
    """The figures of whole days, in each currency in which there were orders."""
    found = {}
    for told in days:
        day = date.fromisoformat(told)
        totals = figure_lists.totals(db, shop_id=shop.id, span=(day, day))
        found[told] = {"id": told, "figures": [stock_shapes.day(day, each, code) for code, each in totals.items()]}
    return found
