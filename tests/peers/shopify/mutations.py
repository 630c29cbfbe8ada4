"""Mutations: what an app changes at the shop. Each answers its payload with `userErrors`."""

from datetime import datetime
from typing import Any

from graphql import GraphQLError

from tests.peers.shopify.fields_shop import Table
from tests.peers.shopify.model_goods import InventoryItem, Level, Location, Metafield
from tests.peers.shopify.subscriptions import Subscription

# Where the execution leaves the key of @idempotent(key:).
KEY = "idempotency_key"
WITH_TAGS = {"Product": "edit_product", "Customer": "edit_customer", "Order": "edit_order"}
MOST_METAFIELDS = 25
MISSING = {"inventoryItemId": "INVALID_INVENTORY_ITEM", "locationId": "INVALID_LOCATION"}


def complaint(field: list[str], message: str, code: str | None = None) -> dict[str, Any]:
    """The payload of a mutation that was refused."""
    return {"userErrors": [{"field": field, "message": message, "code": code}]}


def _tags(_: Any, arguments: dict[str, Any], shop: Any, *, add: bool) -> dict[str, Any]:
    thing = shop.find(arguments["id"])
    if thing is None or thing.kind not in WITH_TAGS:
        return complaint(["id"], "invalid id")
    given = [tag.strip() for each in arguments["tags"] for tag in each.split(",") if tag.strip()]
    kept = [tag for tag in thing.tags if add or tag not in given]
    tags = kept + [tag for tag in given if add and tag not in kept]
    if tags != thing.tags:
        getattr(shop, WITH_TAGS[thing.kind])(thing, tags=tags)
    return {"node": thing, "userErrors": []}


def _update(_: Any, arguments: dict[str, Any], shop: Any, *, kind: str) -> dict[str, Any]:
    given = dict(arguments["input"])
    thing = shop.find(given.pop("id", ""))
    if thing is None or thing.kind != kind:
        return complaint(["id"], f"{kind} does not exist")
    names = {"note": "note", "tags": "tags", "email": "email", "phone": "phone"}
    names |= {"firstName": "first_name", "lastName": "last_name", "locale": "locale"} if kind == "Customer" else {}
    unknown = sorted(set(given) - set(names))
    if unknown:
        return complaint([unknown[0]], "The stand-in does not change this field.")
    getattr(shop, WITH_TAGS[kind])(thing, **{names[name]: value for name, value in given.items()})
    return {kind.lower(): thing, "userErrors": []}


def _set_metafields(_: Any, arguments: dict[str, Any], shop: Any) -> dict[str, Any]:
    if len(arguments["metafields"]) > MOST_METAFIELDS:
        return complaint(["metafields"], f"No more than {MOST_METAFIELDS} at once.", "LESS_THAN_OR_EQUAL_TO")
    written = []
    for place, given in enumerate(arguments["metafields"]):
        owner = shop.find(given["ownerId"])
        if owner is None or not hasattr(owner, "metafields"):
            return complaint(["metafields", str(place), "ownerId"], "Owner does not exist.", "INVALID")
        moment = shop.touch(owner)
        key = (given.get("namespace") or "app", given["key"])
        known = owner.metafields.get(key)
        owner.metafields[key] = Metafield(
            id=known.id if known else next(shop.ids),
            namespace=key[0],
            key=key[1],
            type=given.get("type") or "single_line_text_field",
            value=given["value"],
            owner_type=owner.kind.upper(),
            created_at=known.created_at if known else moment,
            updated_at=moment,
        )
        written.append(owner.metafields[key])
    return {"metafields": written, "userErrors": []}


def _scan(_: Any, arguments: dict[str, Any], shop: Any) -> dict[str, Any]:
    given = arguments["fulfillmentEvent"]
    fulfillment = shop.find(given["fulfillmentId"])
    if fulfillment is None or fulfillment.kind != "Fulfillment":
        return complaint(["fulfillmentEvent", "fulfillmentId"], "Fulfillment does not exist.")
    names = {"message": "message", "city": "city", "country": "country"}
    told = {own: given[name] for name, own in names.items() if name in given}
    for name, own in (("happenedAt", "happened_at"), ("estimatedDeliveryAt", "estimated_delivery_at")):
        if given.get(name):
            told[own] = datetime.fromisoformat(given[name])
    return {"fulfillmentEvent": shop.scan(fulfillment, given["status"], **told), "userErrors": []}


def _adjust(_: Any, arguments: dict[str, Any], shop: Any) -> dict[str, Any]:
    return _once(arguments, shop, "changes", lambda level, change: level.available + change["delta"])


def _set_quantities(_: Any, arguments: dict[str, Any], shop: Any) -> dict[str, Any]:
    return _once(arguments, shop, "quantities", lambda _, change: change["quantity"])


def _once(arguments: dict[str, Any], shop: Any, list_name: str, becomes: Any) -> dict[str, Any]:
    """Change stock; a second call with the same key changes nothing and answers what the first did."""
    key, given = (arguments.get(KEY) or "").strip(), arguments["input"]
    if not key:
        message = "The @idempotent directive is required for this mutation but was not provided."
        raise GraphQLError(message, extensions={"code": "BAD_REQUEST"})
    if key in shop.applied:
        before, answer = shop.applied[key]
        if before != given:
            message = "The idempotency key was used with other input."
            return complaint(["input"], message, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
        return answer
    answer = _change_stock(given, shop, list_name, becomes)
    if not answer["userErrors"]:
        shop.applied[key] = (given, answer)
    return answer


def _change_stock(given: dict[str, Any], shop: Any, list_name: str, becomes: Any) -> dict[str, Any]:
    if given["name"] != "available":
        return complaint(["input", "name"], "The stand-in changes available stock only.", "INVALID_QUANTITY_NAME")
    levels: list[Level] = []
    for place, change in enumerate(given[list_name]):
        level = _level(shop, change)
        path = ["input", list_name, str(place)]
        if isinstance(level, str):
            return complaint([*path, level], "Does not exist.", MISSING[level])
        wanted = change.get("changeFromQuantity")
        if wanted is not None and wanted != level.available:
            message = "The quantity changed meanwhile."
            return complaint([*path, "changeFromQuantity"], message, "CHANGE_FROM_QUANTITY_STALE")
        levels.append(level)
    changes = []
    for level, change in zip(levels, given[list_name], strict=True):
        before = level.available
        shop.set_stock(level.item.variant, becomes(level, change), level.location)
        told = {"name": "available", "delta": level.available - before, "quantityAfterChange": level.available}
        changes.append({**told, "item": level.item, "location": level.location})
    group = {
        "id": f"gid://shopify/InventoryAdjustmentGroup/{next(shop.ids)}",
        "createdAt": shop.clock(),
        "reason": given["reason"],
        "referenceDocumentUri": given.get("referenceDocumentUri"),
        "changes": changes,
    }
    return {"inventoryAdjustmentGroup": group, "userErrors": []}


def _level(shop: Any, change: dict[str, Any]) -> Level | str:
    """The level that a change means, or the name of what does not exist."""
    item, location = shop.find(change["inventoryItemId"]), shop.find(change["locationId"])
    if not isinstance(item, InventoryItem):
        return "inventoryItemId"
    known = [level for level in item.levels if isinstance(location, Location) and level.location is location]
    return known[0] if known else "locationId"


def _subscribe(_: Any, arguments: dict[str, Any], shop: Any) -> dict[str, Any]:
    given, moment = arguments["webhookSubscription"], shop.clock()
    uri = given.get("uri") or given.get("callbackUrl")
    if not uri:
        return complaint(["webhookSubscription", "uri"], "Address can't be blank")
    subscription = Subscription(
        id=next(shop.ids), topic=arguments["topic"], uri=uri, created_at=moment, updated_at=moment
    )
    _describe(subscription, given)
    shop.subscriptions[subscription.id] = subscription
    shop.touch()
    return {"webhookSubscription": subscription, "userErrors": []}


def _describe(subscription: Subscription, given: dict[str, Any]) -> None:
    subscription.uri = given.get("uri") or given.get("callbackUrl") or subscription.uri
    subscription.name = given.get("name", subscription.name)
    subscription.filter = given.get("filter", subscription.filter)
    subscription.include_fields = given.get("includeFields", subscription.include_fields)


def _resubscribe(_: Any, arguments: dict[str, Any], shop: Any) -> dict[str, Any]:
    subscription = shop.find(arguments["id"])
    if not isinstance(subscription, Subscription):
        return complaint(["id"], "Webhook subscription does not exist")
    _describe(subscription, arguments["webhookSubscription"])
    shop.touch(subscription)
    return {"webhookSubscription": subscription, "userErrors": []}


def _unsubscribe(_: Any, arguments: dict[str, Any], shop: Any) -> dict[str, Any]:
    subscription = shop.find(arguments["id"])
    if not isinstance(subscription, Subscription):
        return complaint(["id"], "Webhook subscription does not exist")
    del shop.subscriptions[subscription.id]
    shop.touch()
    return {"deletedWebhookSubscriptionId": subscription.gid, "userErrors": []}


def _create_discount(_: Any, arguments: dict[str, Any], shop: Any) -> dict[str, Any]:
    """A code may be there once, in whatever case; its customers have to exist."""
    name, given = next((name, each) for name, each in arguments.items() if name != KEY)
    missing = next((field for field in ("title", "code", "startsAt") if not given.get(field)), None)
    if missing is not None:
        return complaint([name, missing], f"{missing} can't be blank", "BLANK")
    if given["code"].upper() in shop.discounts:
        return complaint([name, "code"], "Code must be unique. Please try a different code.", "TAKEN")
    for person in (given.get("context") or {}).get("customers", {}).get("add", ()):
        if shop.find(person) is None:
            return complaint([name, "context", "customers", "add"], "Customer does not exist.", "INVALID")
    shop.discounts[given["code"].upper()] = given
    return {"userErrors": []}


MUTATIONS: Table = {
    "discountCodeBasicCreate": _create_discount,
    "discountCodeFreeShippingCreate": _create_discount,
    "bulkOperationRunQuery": lambda _, arguments, shop: shop.exports.run(arguments["query"]),
    "bulkOperationCancel": lambda _, arguments, shop: shop.exports.cancel(arguments["id"]),
    "customerUpdate": lambda source, arguments, shop: _update(source, arguments, shop, kind="Customer"),
    "orderUpdate": lambda source, arguments, shop: _update(source, arguments, shop, kind="Order"),
    "fulfillmentEventCreate": _scan,
    "inventoryAdjustQuantities": _adjust,
    "inventorySetQuantities": _set_quantities,
    "metafieldsSet": _set_metafields,
    "tagsAdd": lambda source, arguments, shop: _tags(source, arguments, shop, add=True),
    "tagsRemove": lambda source, arguments, shop: _tags(source, arguments, shop, add=False),
    "webhookSubscriptionCreate": _subscribe,
    "webhookSubscriptionDelete": _unsubscribe,
    "webhookSubscriptionUpdate": _resubscribe,
}
