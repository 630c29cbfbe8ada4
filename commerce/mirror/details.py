"""Details that are told beside an object, many at a time: each kind is compared and written in a few statements."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commerce.rules.customers import CustomerDetails
from commerce.rules.events import CATEGORY, CUSTOMER, PRODUCT, Named, Placed, StockCounted, Tracked
from commerce.rules.freshness import Version
from commerce.tables import categories, customer_details, inventory, placements, variants, versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """How one kind of details is written: the kind of object, and what writes them and gives the ids of the objects
    that differ now.
    """

    kind: str
    write: Callable[[Connection, int, Sequence[Any], datetime], set[str]]


def _place(db: Connection, shop_id: int, told: Sequence[Placed], now: datetime) -> set[str]:
    return placements.place(db, shop_id=shop_id, told=told, now=now)


def _detail(db: Connection, shop_id: int, told: Sequence[CustomerDetails], now: datetime) -> set[str]:
    return customer_details.save(db, shop_id=shop_id, told=told, now=now)


def _count(db: Connection, shop_id: int, told: Sequence[StockCounted], _now: datetime) -> set[str]:
    """Stock at all places; a variant's is their sum. Gives the products of variants whose stock differs."""
    newest = {one.inventory_item_id: one for one in sorted(told, key=lambda one: one.told_at)}
    differing = inventory.replace(db, shop_id=shop_id, told=list(newest.values()))
    of_items = variants.of_items(db, shop_id=shop_id, item_ids=differing)
    changed = set()
    for one in newest.values():
        variant = of_items.get(one.inventory_item_id)
        if variant is None:
            continue
        stock = differing[one.inventory_item_id]  # places that were told later count as they were told
        if variant.stock is None or variant.stock == stock:
            continue
        if variant.updated_at is not None and variant.updated_at > one.told_at:
            continue  # its product told a newer stock already
        available = stock > 0 or variant.sells_without_stock
        variants.set_stock(db, shop_id=shop_id, variant_id=variant.id, stock=stock, available=available)
        changed.add(variant.product_id)
    return changed


def _track(db: Connection, shop_id: int, told: Sequence[Tracked], _now: datetime) -> set[str]:
    return variants.set_tracked(db, shop_id=shop_id, items=dict(item for one in told for item in one.items))


def _name(db: Connection, shop_id: int, told: Sequence[Named], now: datetime) -> set[str]:
    """Categories that products name: new ones are added, renamed ones get their name in all products."""
    refs = {one.category.id: one.category for one in told}
    new, renamed = categories.name(db, shop_id=shop_id, refs=list(refs.values()))
    versions.save(db, shop_id=shop_id, changed={(CATEGORY, key): Version() for key in new}, now=now)
    return placements.rename_categories(db, shop_id=shop_id, names=renamed, now=now)


DETAILS: dict[type, Detail] = {
    Named: Detail(kind=PRODUCT, write=_name),
    Placed: Detail(kind=PRODUCT, write=_place),
    CustomerDetails: Detail(kind=CUSTOMER, write=_detail),
    Tracked: Detail(kind=PRODUCT, write=_track),
    StockCounted: Detail(kind=PRODUCT, write=_count),
}
