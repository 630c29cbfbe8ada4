"""Single objects by their ids, whole: what a first answer does not hold is fetched behind it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from commerce.rules.events import CATEGORY, CUSTOMER, ORDER, PRODUCT, SHIPMENT, Deleted, Reading
from integrations.errors import Permanent, Transient
from integrations.platforms.shopify.admin import Admin
from integrations.platforms.shopify.documents import (
    COLLECTIONS,
    CUSTOMERS,
    FULFILLMENTS,
    LINES,
    ORDERS,
    PIECES,
    PLACEMENTS,
    PRODUCTS,
    VARIANTS,
)
from integrations.platforms.shopify.shapes import number
from integrations.platforms.shopify.told import gid, readings
from integrations.shop_api import Page

Node = dict[str, Any]

# Per kind: the document, and how many objects it may cost at once (1,000 points).
_DOCUMENTS = {PRODUCT: (PRODUCTS, 3), CATEGORY: (COLLECTIONS, 100), ORDER: (ORDERS, 4), CUSTOMER: (CUSTOMERS, 40)}
# Connections that may be longer than what comes with the object.
_LONGER = {"variants": VARIANTS, "collections": PLACEMENTS, "lineItems": LINES}


def at_once(kind: str) -> int:
    """How many objects of that kind one call reads."""
    return _DOCUMENTS[kind][1] if kind in _DOCUMENTS else 50


def read(admin: Admin, kind: str, ids: Sequence[str], currency: str | None) -> Page:
    """These objects as they are now; a Deleted for each that is not there. Raises Permanent for unknown kinds."""
    read_at = datetime.now(UTC)
    if kind == SHIPMENT:
        return _orders_of(admin, ids, currency)
    if kind not in _DOCUMENTS:
        raise Permanent(f"Objects of the kind {kind} cannot be read from Shopify's API.")
    document, size = _DOCUMENTS[kind]
    told: list[Reading] = []
    for start in range(0, len(ids), size):
        told += _read(admin, kind, document, ids[start : start + size], currency, read_at)
    return Page(readings=tuple(told), read_at=read_at)


def _read(
    admin: Admin, kind: str, document: str, ids: Sequence[str], currency: str | None, read_at: datetime
) -> Iterable[Reading]:
    answered = admin.ask(document, {"ids": [gid(kind, object_id) for object_id in ids]})
    told = answered.data.get("nodes")
    if not isinstance(told, list) or len(told) != len(ids):
        # One entry for each id, null for what is not there: anything else says of none that it is gone.
        raise Transient(f"Shopify answered for {len(told or ())} of {len(ids)} objects.")
    found: dict[str, Node] = {number(node["id"]): dict(node) for node in told if node}
    gone = [object_id for object_id in ids if object_id not in found]
    if gone and answered.errors:
        # What an app may not see is null as well: that is no reason to delete anything.
        raise Permanent(f"Shopify did not tell some objects: {answered.errors[0]}")
    for node in found.values():
        complete(admin, node)
    yield from readings(kind, found.values(), currency=currency, read_at=read_at)
    for object_id in gone:
        deleted = Deleted(kind=kind, id=object_id, at=read_at, final=True)
        yield Reading(kind=kind, object_id=object_id, changes=(deleted,))


def complete(admin: Admin, node: Node) -> None:
    """Fetch what an object's connections have beyond their first page."""
    for name, document in _LONGER.items():
        connection = node.get(name)
        if not connection:
            continue
        every, info = list(connection.get("nodes") or []), connection.get("pageInfo") or {}
        while info.get("hasNextPage"):
            answered = admin.ask(document, {"id": node["id"], "after": info["endCursor"]})
            further = (answered.data.get("node") or {}).get("connection") or {}
            every += further.get("nodes") or []
            info = further.get("pageInfo") or {}
        node[name] = {"nodes": every}
    add_pieces(admin, node)


def add_pieces(admin: Admin, node: Node) -> None:
    """Fetch what was sent and came back of an order of which something did: connections in lists, which neither bulk
    operations nor a query for several orders may ask for."""
    if not node.get("refunds"):
        return
    answered = admin.ask(PIECES, {"id": node["id"]})
    told = answered.data.get("node") or {}
    for name in ("refunds", "fulfillments"):
        found = {one["id"]: one for one in told.get(name) or []}
        node[name] = [{**one, **found.get(one["id"], {})} for one in node.get(name) or []]


def _orders_of(admin: Admin, ids: Sequence[str], currency: str | None) -> Page:
    """Parcels are told with their orders."""
    answered = admin.ask(FULFILLMENTS, {"ids": [f"gid://shopify/Fulfillment/{one}" for one in ids]})
    orders = [number(node["order"]["id"]) for node in answered.data.get("nodes") or [] if node and node.get("order")]
    return read(admin, ORDER, list(dict.fromkeys(orders)), currency)
