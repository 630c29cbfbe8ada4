"""Where a query begins: one thing by its id, lists with search and order, counts."""

from collections.abc import Callable, Iterable
from typing import Any

from tests.peers.shopify.connections import Listing
from tests.peers.shopify.fields_shop import Table, counted
from tests.peers.shopify.mutations import MUTATIONS
from tests.peers.shopify.search_syntax import matcher
from tests.peers.shopify.state import Deletion, State

# What a sort key sorts by; all others sort by id.
SORTED_BY = {
    "COMPLETED_AT": "completed_at",
    "CREATED_AT": "created_at",
    "NAME": "name",
    "ORDER_NUMBER": "number",
    "PROCESSED_AT": "created_at",
    "TITLE": "title",
    "UPDATED_AT": "updated_at",
    "VENDOR": "vendor",
}


def _one(kind: str) -> Callable[[Any, dict[str, Any], State], Any]:
    def find(_: Any, arguments: dict[str, Any], shop: State) -> Any:
        found = shop.find(arguments["id"])
        return found if found is not None and found.kind == kind else None

    return find


def found(things: Iterable[Any], query: str | None) -> list[Any]:
    test = matcher(query)
    return [thing for thing in list(things) if test is None or test(thing)]


def _many(kind: str) -> Callable[[Any, dict[str, Any], State], Listing]:
    def listing(_: Any, arguments: dict[str, Any], shop: State) -> Listing:
        query, attribute = arguments.get("query"), SORTED_BY.get(arguments.get("sortKey") or "ID", "id")
        reverse = bool(arguments.get("reverse"))

        def make() -> Listing:
            keyed = sorted(
                ((getattr(thing, attribute) or shop.created_at, thing.id, thing) for thing in things()),
                key=lambda each: each[:2],
            )
            return Listing([each[2] for each in keyed], [each[:2] for each in keyed], reverse=reverse)

        def things() -> list[Any]:
            return found(shop.held(kind).values(), query)

        # Operations go on by themselves, unseen by the shop's revision.
        if kind == "BulkOperation":
            return make()
        return shop.listings.get((kind, query, attribute, reverse), shop.revision, make)

    return listing


def _count(kind: str) -> Callable[[Any, dict[str, Any], State], dict[str, Any]]:
    def count(_: Any, arguments: dict[str, Any], shop: State) -> dict[str, Any]:
        number, limit = len(found(shop.held(kind).values(), arguments.get("query"))), arguments.get("limit")
        if limit is not None and number > limit:
            return {"count": limit, "precision": "AT_LEAST"}
        return counted(number)

    return count


def _deletions(_: Any, arguments: dict[str, Any], shop: State) -> Listing:
    wanted = arguments.get("subjectTypes")
    gone: list[Deletion] = [
        each for each in found(shop.deletions, arguments.get("query")) if not wanted or each.subject_type in wanted
    ]
    keys = [(each.occurred_at, each.subject_id) for each in gone]
    return Listing(gone, keys, reverse=bool(arguments.get("reverse")))


def _nodes(_: Any, arguments: dict[str, Any], shop: State) -> list[Any]:
    return [shop.find(id_) for id_ in arguments["ids"]]


def _installation(_: Any, __: dict[str, Any], shop: State) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/AppInstallation/{shop.id}",
        "launchUrl": f"https://{shop.domain}/admin/apps/backroom",
        "accessScopes": [{"handle": scope, "description": scope} for scope in shop.scopes],
        "app": {"id": "gid://shopify/App/1", "title": "Backroom", "handle": "backroom", "embedded": True},
    }


GETTERS: dict[str, Table] = {
    "Mutation": MUTATIONS,
    "QueryRoot": {
        "shop": lambda _, __, shop: shop,
        "currentAppInstallation": _installation,
        "node": lambda _, arguments, shop: shop.find(arguments["id"]),
        "nodes": _nodes,
        "deletionEvents": _deletions,
        "location": lambda _, arguments, shop: (
            shop.find(arguments["id"]) if arguments.get("id") else next(iter(shop.locations.values()), None)
        ),
        "product": _one("Product"),
        "products": _many("Product"),
        "productsCount": _count("Product"),
        "productVariant": _one("ProductVariant"),
        "productVariants": _many("ProductVariant"),
        "productVariantsCount": _count("ProductVariant"),
        "collection": _one("Collection"),
        "collections": _many("Collection"),
        "collectionsCount": _count("Collection"),
        "customer": _one("Customer"),
        "customers": _many("Customer"),
        "customersCount": _count("Customer"),
        "order": _one("Order"),
        "orders": _many("Order"),
        "ordersCount": _count("Order"),
        "fulfillment": _one("Fulfillment"),
        "inventoryItem": _one("InventoryItem"),
        "inventoryItems": _many("InventoryItem"),
        "inventoryLevel": _one("InventoryLevel"),
        "locations": _many("Location"),
        "bulkOperation": _one("BulkOperation"),
        "bulkOperations": _many("BulkOperation"),
        "webhookSubscriptions": _many("WebhookSubscription"),
    },
}
