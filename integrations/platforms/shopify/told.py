"""What nodes of the Admin API say: objects through the readers of deliveries, and the details that deliveries lack."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from commerce.rules.customers import Consent, CustomerDetails, Purchases
from commerce.rules.events import (
    CATEGORY,
    CUSTOMER,
    ORDER,
    PRODUCT,
    Change,
    Placed,
    Reading,
    StockCounted,
    Tracked,
    UnableToRead,
)
from commerce.rules.products import CategoryRef
from integrations.platforms.body import Body, moment
from integrations.platforms.shopify import read_customers, read_orders, read_products, shapes
from integrations.platforms.shopify.read_shop import INVENTORY
from integrations.platforms.shopify.shapes import Node, nodes, number
from integrations.protocols import Delivered

_TYPES = {PRODUCT: "Product", CATEGORY: "Collection", ORDER: "Order", CUSTOMER: "Customer"}

_log = structlog.get_logger(__name__)


def gid(kind: str, object_id: str) -> str:
    """The global id of an object. Raises KeyError for kinds that Shopify's API does not read."""
    return f"gid://shopify/{_TYPES[kind]}/{object_id}"


def readings(kind: str, found: Iterable[Node], *, currency: str | None, read_at: datetime) -> list[Reading]:
    """What these nodes say; one that cannot be understood is left out, and named in the log."""
    told = []
    for node in found:
        try:
            told.append(_READERS[kind](node, currency, read_at))
        except UnableToRead as error:
            _log.warning("shopify.unreadable", kind=kind, id=node.get("id"), error=str(error))
    return told


def placed(node: Node, read_at: datetime) -> Placed:
    """In which collections a product stands."""
    refs = [
        CategoryRef(id=number(one["id"]), name=one.get("title") or "", handle=one.get("handle") or "")
        for one in nodes(node.get("collections"))
    ]
    refs.sort(key=lambda ref: (len(ref.id), ref.id))
    return Placed(product_id=number(node["id"]), categories=tuple(refs), told_at=read_at)


def _product(node: Node, currency: str | None, read_at: datetime) -> Reading:
    reading = read_products.read_product(_as_delivered("products/update", shapes.product(node), currency, read_at))
    items = [variant.get("inventoryItem") or {} for variant in nodes(node.get("variants"))]
    tracked = Tracked(items=tuple((number(item["id"]), bool(item.get("tracked"))) for item in items if item.get("id")))
    return _with(reading, placed(node, read_at), tracked)


def _collection(node: Node, currency: str | None, read_at: datetime) -> Reading:
    return read_products.read_collection(
        _as_delivered("collections/update", shapes.collection(node), currency, read_at)
    )


def _order(node: Node, currency: str | None, read_at: datetime) -> Reading:
    return read_orders.read_order(_as_delivered("orders/updated", shapes.order(node), currency, read_at))


def _customer(node: Node, currency: str | None, read_at: datetime) -> Reading:
    reading = read_customers.read_customer(_as_delivered("customers/update", shapes.customer(node), currency, read_at))
    body = Body.of("Customer", node)
    spent = body.part("amountSpent")
    told = spent.text("currencyCode").upper() if spent else ""
    details = CustomerDetails(
        customer_id=reading.object_id,
        tags=body.tags(),
        consents=tuple(_consents(node, reading.object_id)),
        purchases=Purchases(
            customer_id=reading.object_id,
            orders_count=body.number("numberOfOrders") or 0,
            total_spent=(spent.money("amount", told) if spent else None) or 0,
            currency=told,
            occurred_at=read_at,
        ),
        told_at=read_at,
    )
    return _with(reading, details)


def _consents(node: Node, customer_id: str) -> Iterable[Consent]:
    """Consents in the words of webhooks."""
    email, phone = node.get("defaultEmailAddress"), node.get("defaultPhoneNumber") or {}
    told: dict[str, Mapping[str, Any] | None] = {
        "email": {"state": email.get("marketingState"), "updatedAt": email.get("marketingUpdatedAt")}
        if email
        else None,
        "sms": phone.get("smsMarketingConsent"),
        "whatsapp": phone.get("whatsAppMarketingConsent"),
    }
    for channel, consent in told.items():
        if consent and consent.get("state"):
            state, at = str(consent["state"]).lower(), moment(consent.get("updatedAt"))
            yield Consent(customer_id=customer_id, channel=channel, state=state, updated_at=at)


def _stock(node: Node, _currency: str | None, read_at: datetime) -> Reading:
    """Stock of an item at all its locations."""
    item = number(node["id"])
    places = []
    for level in nodes(node.get("inventoryLevels")):
        quantity = next((one.get("quantity") for one in level.get("quantities") or []), None)
        if quantity is not None and level.get("location"):
            places.append((number(level["location"]["id"]), int(quantity)))
    counted = StockCounted(inventory_item_id=item, places=tuple(sorted(places)), told_at=read_at)
    tracked = Tracked(items=((item, bool(node.get("tracked"))),))
    return Reading(kind=INVENTORY, object_id=item, changes=(counted, tracked))


def _as_delivered(topic: str, payload: object, currency: str | None, read_at: datetime) -> Delivered:
    return Delivered(topic=topic, payload=payload, received_at=read_at, currency=currency)


def _with(reading: Reading, *details: Change) -> Reading:
    return replace(reading, changes=(*reading.changes, *details))


_READERS: dict[str, Callable[[Node, str | None, datetime], Reading]] = {
    PRODUCT: _product,
    CATEGORY: _collection,
    ORDER: _order,
    CUSTOMER: _customer,
    INVENTORY: _stock,
}
