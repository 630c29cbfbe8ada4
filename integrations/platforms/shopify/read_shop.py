"""The shop itself, its stock, and requests under privacy law."""

from commerce.rules.events import SHOP, PrivacyRequest, Reading, ShopFacts, StockLevel, Uninstalled, ignored
from integrations.platforms.body import Body
from integrations.protocols import Delivered

INVENTORY = "inventory"
_REQUESTS = {
    "customers/data_request": ("customer_data", "orders_requested"),
    "customers/redact": ("customer_erasure", "orders_to_redact"),
    "shop/redact": ("shop_erasure", ""),
}


def read_stock_level(delivered: Delivered) -> Reading:
    """inventory_levels/update, connect and disconnect; the last names no number and no time."""
    body = Body.of(delivered.topic, delivered.payload)
    level = StockLevel(
        inventory_item_id=body.id("inventory_item_id"),
        location_id=body.id("location_id"),
        available=None if delivered.topic == "inventory_levels/disconnect" else body.number("available"),
        updated_at=body.time("updated_at") or delivered.triggered_at or delivered.received_at,
    )
    return Reading(kind=INVENTORY, object_id=level.inventory_item_id, changes=(level,))


def read_shop(delivered: Delivered) -> Reading:
    """shop/update."""
    body = Body.of(delivered.topic, delivered.payload)
    facts = ShopFacts(
        told_at=body.time("updated_at") or delivered.triggered_at or delivered.received_at,
        name=body.text("name"),
        currency=body.text("currency").upper(),
        timezone=body.text("iana_timezone"),
        locale=body.text("primary_locale"),
        email=body.text("email"),
    )
    return Reading(kind=SHOP, object_id=body.id_or_empty("id"), changes=(facts,))


def read_uninstalled(delivered: Delivered) -> Reading:
    """app/uninstalled: its body is the shop's, but all that counts is that it came."""
    return Reading(kind=SHOP, changes=(Uninstalled(at=delivered.triggered_at),))


def read_scopes(delivered: Delivered) -> Reading:
    """app/scopes_update."""
    scopes = ", ".join(Body.of(delivered.topic, delivered.payload).texts("current"))
    return ignored(f"The app may now: {scopes}." if scopes else "The app's permissions changed.", kind=SHOP)


def read_privacy_request(delivered: Delivered) -> Reading:
    """customers/data_request, customers/redact and shop/redact. Sometimes the customer has only an email."""
    body = Body.of(delivered.topic, delivered.payload)
    kind, orders = _REQUESTS[delivered.topic]
    who = body.part("customer")
    request = PrivacyRequest(
        kind=kind,
        customer_id=who.id_or_empty("id") if who is not None else "",
        email=who.text("email") if who is not None else "",
        phone=who.text("phone") if who is not None else "",
        order_ids=body.ids(orders),
    )
    return Reading(kind=SHOP, object_id=request.customer_id, changes=(request,))
