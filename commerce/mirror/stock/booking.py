"""What orders hold of the stock: booked for each, so that whoever works it out again takes nothing twice."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commerce.mirror.stock.settling import keeping_of
from commerce.rules import inventory as rules
from commerce.rules.inventory import NOTHING, Catalogue, Held
from commerce.rules.order_steps.milestones import FULFILLED, SHIPPED
from commerce.rules.order_steps.settings import OrderSettings
from commerce.rules.products import VariantFacts
from commerce.tables import orders, products, variants
from commerce.tables.order_steps import milestones
from commerce.tables.shops import Shop
from commerce.tables.stock import bookings, items, movements

Targets = Mapping[str, Mapping[str, Held]]  # order to item to what it holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """What lines of orders are of: the item of each line, and what is known of the items."""

    targets: Targets
    products: Mapping[str, str]  # item to product
    variants: Mapping[str, VariantFacts]


@dataclass(slots=True, kw_only=True)
class Booked:
    """By how much more each order holds of each item now, and products whose stock has to be worked out again."""

    changes: dict[str, dict[str, Held]] = field(default_factory=lambda: defaultdict(dict))
    products: set[str] = field(default_factory=set)


def of_orders(db: Connection, shop: Shop, stored: Mapping[str, Any]) -> Bought:
    """What these orders, as they are stored, hold."""
    lines = orders.lines_of(db, shop_id=shop.id, ids=stored)
    every = [line for of_order in lines.values() for line in of_order]
    named = variants.by_ids(db, shop_id=shop.id, ids={line.variant_id for line in every if line.variant_id})
    alone = {line.product_id for line in every if line.product_id and not line.variant_id}
    of_products = variants.of_products(db, shop_id=shop.id, ids=alone)
    of_skus = variants.of_skus(
        db, shop_id=shop.id, skus={line.sku for line in every if not line.variant_id and not line.product_id}
    )
    single = [found[0] for found in [*of_products.values(), *of_skus.values()] if len(found) == 1]
    catalogue = Catalogue(
        only={key: found[0].id for key, found in of_products.items() if len(found) == 1},
        skus={key: found[0].id for key, found in of_skus.items() if len(found) == 1},
    )
    known = named | {variant.id: variant for variant in single}
    told = {catalogue.item_of(line): line.product_id for line in every}
    return Bought(
        targets={
            key: rules.of_order(order, [(catalogue.item_of(line), line) for line in lines[key]])
            for key, order in stored.items()
        },
        products={item: known[item].product_id if item in known else product for item, product in told.items()},
        variants=known,
    )


def book(db: Connection, shop: Shop, settings: OrderSettings, bought: Bought, *, why: str, now: datetime) -> Booked:
    """Make these orders hold what they should, whatever they held before.

    What was sent before stock was kept here took nothing from the shelf as it was counted since.
    """
    targets = bought.targets
    wanted = {(order_id, item) for order_id, held in targets.items() for item in held}
    new = bookings.hold(db, shop_id=shop.id, keys=wanted, now=now)
    before = bookings.of_orders(db, shop_id=shop.id, order_ids=targets)
    unknown = {order_id for order_id in targets if all((order_id, item) in new for item in before[order_id])}
    sent_before = _sent_before(db, shop, unknown)
    booked = Booked()
    sums: dict[str, Held] = defaultdict(Held)
    after: dict[bookings.Key, Held] = {}
    for order_id, target in targets.items():
        for item in {*target, *before[order_id]}:
            change = target.get(item, NOTHING) - before[order_id].get(item, NOTHING)
            if change == NOTHING:
                continue
            after[order_id, item] = target.get(item, NOTHING)
            if order_id in sent_before:
                change = Held(reserved=change.reserved, allocated=change.allocated)
            booked.changes[order_id][item] = change
            sums[item] += change
    _add_items(db, shop, settings, bought, set(sums), now)
    found = items.by_ids(db, shop_id=shop.id, ids=sums)
    booked.products = {row.product_id for row in found.values() if row.product_id}
    products.hold(db, shop_id=shop.id, ids=booked.products)  # as whoever settles them does: first products, then items
    items.move(db, shop_id=shop.id, changes=sums, now=now)
    bookings.save(db, shop_id=shop.id, held=after, now=now)
    movements.add(db, shop_id=shop.id, rows=_movements(booked, why), now=now)
    return booked


def release(db: Connection, shop: Shop, order_ids: Collection[str], *, now: datetime) -> set[str]:
    """Orders that are gone hold nothing but what was sent; gives the products whose stock that changes."""
    held = bookings.of_orders(db, shop_id=shop.id, order_ids=order_ids)
    booked = Booked()
    sums: dict[str, Held] = defaultdict(Held)
    for order_id, of_items in held.items():
        for item, one in of_items.items():
            change = Held(reserved=-one.reserved, allocated=-one.allocated)
            if change != NOTHING:
                booked.changes[order_id][item] = change
                sums[item] += change
    bookings.remove(db, shop_id=shop.id, order_ids=list(held))
    found = items.by_ids(db, shop_id=shop.id, ids=sums)
    products.hold(db, shop_id=shop.id, ids={row.product_id for row in found.values()})
    items.move(db, shop_id=shop.id, changes=sums, now=now)
    movements.add(db, shop_id=shop.id, rows=_movements(booked, movements.DELETED), now=now)
    return {row.product_id for row in found.values() if row.product_id}


def _sent_before(db: Connection, shop: Shop, order_ids: Collection[str]) -> set[str]:
    """Those of which an import told that they were sent: nothing of them was booked, and nothing need be."""
    found = milestones.of_orders(db, shop_id=shop.id, order_ids=order_ids)
    return {row.order_id for row in found if row.name in (FULFILLED, SHIPPED) and not row.began}


def _add_items(
    db: Connection, shop: Shop, settings: OrderSettings, bought: Bought, ids: Collection[str], now: datetime
) -> None:
    keeping = keeping_of(shop, settings)
    rows = []
    for item in ids:
        variant = bought.variants.get(item)
        stock = variant.stock if variant is not None else None
        # A figure from which the shop takes off orders by itself counts this one already: it is settled afterwards.
        counts = keeping.here and not keeping.is_net
        rows.append(
            {
                "id": item,
                "product_id": bought.products.get(item, ""),
                "sku": variant.sku if variant is not None else "",
                "on_hand": stock if counts else None,
                "told": stock if counts else None,
                "shown": stock if counts else None,
            }
        )
    items.add(db, shop_id=shop.id, rows=rows, now=now)


def _movements(booked: Booked, why: str) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "item_id": item,
            "why": why,
            "order_id": order_id,
            "on_hand": -change.taken,
            "reserved": change.reserved,
            "allocated": change.allocated,
        }
        for order_id, of_items in booked.changes.items()
        for item, change in sorted(of_items.items())
        if change != NOTHING
    ]
