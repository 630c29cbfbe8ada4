"""Objects as the REST API shows them, for who is told of them: read in a few queries for all of a batch."""

from collections.abc import Collection
from typing import Any

from commerce.database import Connection
from commerce.rules import shapes
from commerce.rules.events import ORDER, PRODUCT
from commerce.rules.people import keys
from commerce.rules.people.shapes import customer
from commerce.rules.shapes import Shape
from commerce.tables import effects, order_tracking, orders, products, shipments
from commerce.tables.people import members, profile_pages
from commerce.tables.shops import Shop
from integrations.carriers.followed import Followed
from integrations.carriers.shapes import brief, shipment


def orders_by_ids(db: Connection, shop: Shop, ids: Collection[str], *, base_url: str) -> dict[str, Shape]:
    """Orders with their lines and parcels."""
    if not ids:
        return {}
    lines = orders.lines_of(db, shop_id=shop.id, ids=ids)
    parcels = shipments.of_orders(db, shop_id=shop.id, ids=ids)
    followed = Followed(order_tracking.by_orders(db, shop_id=shop.id, order_ids=ids))
    unsure = effects.waiting_objects(db, shop_id=shop.id, kind=effects.REREAD, object_kind=ORDER, ids=ids)

    def told(order_id: str) -> list[tuple[Any, Shape | None]]:
        pairs = [(parcel, followed.of(parcel)) for parcel in parcels.get(order_id, [])]
        return [(parcel, brief(known, base_url=base_url) if known else None) for parcel, known in pairs]

    return {
        key: shapes.order(row, lines=lines.get(key, []), shipments=told(key), reread=key in unsure)
        for key, row in orders.by_ids(db, shop_id=shop.id, ids=ids).items()
    }


def products_by_ids(db: Connection, shop: Shop, ids: Collection[str]) -> dict[str, Shape]:
    """Products with their variants."""
    if not ids:
        return {}
    unsure = effects.waiting_objects(db, shop_id=shop.id, kind=effects.REREAD, object_kind=PRODUCT, ids=ids)
    found = products.by_ids(db, shop_id=shop.id, ids=ids, currency=shop.currency)
    return {key: shapes.product(item, reread=key in unsure) for key, item in found.items()}


def customers_by_ids(db: Connection, shop: Shop, ids: Collection[str]) -> dict[str, Shape]:
    """Customers by the ids of their accounts at the shop."""
    if not ids:
        return {}
    found = members.by_keys(db, shop_id=shop.id, keys=[keys.of_account(one) for one in ids])
    rows = members.by_ids(db, shop_id=shop.id, ids=list(found.values()))
    roots = {key: rows[member].root for key, member in found.items() if member in rows}
    shown = profile_pages.of_roots(db, shop_id=shop.id, roots=set(roots.values()))
    told = {one: shown.get(roots.get(keys.of_account(one), "")) for one in ids}
    return {one: customer(row, currency=shop.currency) for one, row in told.items() if row is not None}


def parcels_by_ids(db: Connection, shop: Shop, ids: Collection[str], *, base_url: str) -> dict[str, Shape]:
    """Parcels that are followed."""
    if not ids:
        return {}
    rows = order_tracking.held(db, [int(one) for one in ids])
    return {str(key): shipment(row, base_url=base_url) for key, row in rows.items() if row.shop_id == shop.id}
