"""Calls back to Shopify: parcels' events, stock, tags, metafields, notes, discount codes."""

from collections.abc import Callable, Mapping
from typing import Any

from commerce.rules import calls
from integrations.carriers.words import to_shopify
from integrations.errors import Permanent
from integrations.platforms.shopify import discounts
from integrations.platforms.shopify.admin import Admin, refused_input
from integrations.platforms.shopify.documents import (
    ADD_TAGS,
    ADJUST_STOCK,
    PARCEL_EVENT,
    REMOVE_TAGS,
    SET_META,
    SET_NOTE,
    SET_STOCK,
)
from integrations.platforms.shopify.told import gid

Detail = Mapping[str, Any]


def carry_out(admin: Admin, call: str, detail: Detail, key: str) -> str:
    """Make a call; gives what happened. Raises Permanent where Shopify refuses it, or there is no such call."""
    line = _CALLS.get(call)
    if line is None and call != calls.CREATE_DISCOUNT:
        raise Permanent(f"Shopify has no call {call}.")
    try:
        if line is None:
            return discounts.create(admin, detail)
        document, variables, done = line
        asked = variables(detail, key)
    except KeyError as error:
        raise Permanent(f"The call {call} lacks {error}.") from None
    except (ValueError, TypeError):
        raise Permanent(f"The call {call} has a number that is none.") from None
    answered = admin.ask(document, asked)
    refused = refused_input(answered.data.get("done"))
    if refused:
        raise Permanent(f"Shopify refused it: {refused}")
    if answered.data.get("done") is None:
        raise Permanent("Shopify did not do it and did not say why.")
    return done


def _parcel_event(detail: Detail, _key: str) -> dict[str, Any]:
    status = to_shopify(detail["status"])
    if status is None:
        raise Permanent(f"Shopify has no word for a parcel that is {detail['status']}.")
    event = {
        "fulfillmentId": f"gid://shopify/Fulfillment/{detail['shipment_id']}",
        "status": status,
        "happenedAt": detail["happened_at"],
        "estimatedDeliveryAt": detail.get("estimated_delivery_at"),
        "message": detail.get("message"),
    }
    return {"event": {name: value for name, value in event.items() if value is not None}}


def _place(detail: Detail) -> dict[str, str]:
    return {
        "inventoryItemId": f"gid://shopify/InventoryItem/{detail['inventory_item_id']}",
        "locationId": f"gid://shopify/Location/{detail['location_id']}",
    }


def _adjust_stock(detail: Detail, key: str) -> dict[str, Any]:
    change = _place(detail) | {"delta": int(detail["delta"]), "changeFromQuantity": detail.get("from")}
    reason = detail.get("reason", "correction")
    return {"input": {"name": "available", "reason": reason, "changes": [change]}, "key": key}


def _set_stock(detail: Detail, key: str) -> dict[str, Any]:
    quantity = _place(detail) | {"quantity": int(detail["stock"]), "changeFromQuantity": detail.get("from")}
    reason = detail.get("reason", "correction")
    return {"input": {"name": "available", "reason": reason, "quantities": [quantity]}, "key": key}


def _tags(detail: Detail, _key: str) -> dict[str, Any]:
    return {"id": gid(detail["kind"], detail["id"]), "tags": list(detail["tags"])}


def _meta(detail: Detail, _key: str) -> dict[str, Any]:
    owner = gid(detail["kind"], detail["id"])
    names = ("namespace", "key", "value", "type")
    return {"metafields": [{"ownerId": owner} | {name: detail[name] for name in names if name in detail}]}


def _note(detail: Detail, _key: str) -> dict[str, Any]:
    return {"input": {"id": gid("order", detail["order_id"]), "note": detail["note"]}}


# Call to its document, how its variables are made, and what to say once it is done.
_CALLS: dict[str, tuple[str, Callable[[Detail, str], dict[str, Any]], str]] = {
    calls.PARCEL_EVENT: (PARCEL_EVENT, _parcel_event, "Shopify knows the parcel's new state."),
    calls.ADJUST_STOCK: (ADJUST_STOCK, _adjust_stock, "Shopify changed the stock."),
    calls.SET_STOCK: (SET_STOCK, _set_stock, "Shopify set the stock."),
    calls.ADD_TAGS: (ADD_TAGS, _tags, "Shopify added the tags."),
    calls.REMOVE_TAGS: (REMOVE_TAGS, _tags, "Shopify took the tags away."),
    calls.SET_META: (SET_META, _meta, "Shopify stored the metafield."),
    calls.SET_NOTE: (SET_NOTE, _note, "Shopify stored the order's note."),
}
