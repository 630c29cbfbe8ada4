"""What Shopify tells: a happening as topics and payloads in the true shapes of Admin API 2026-07."""

from datetime import datetime
from typing import Any

from integrations.simulator.model import CURRENCY, Customer, Happening, Product, Variant
from integrations.simulator.shopify_orders import fulfillment_json, order_json, refund_json
from integrations.simulator.shopify_shapes import customer_json, gid, money, stamp
from integrations.simulator.store import Store

Told = tuple[str, dict[str, Any]]
_ORDER_TOPICS = {
    "order.created": ("orders/create",),
    "order.paid": ("orders/paid", "orders/updated"),
    "order.cancelled": ("orders/cancelled", "orders/updated"),
    "order.fulfilled": ("orders/fulfilled", "orders/updated"),
    "order.refunded": ("orders/updated",),
    "parcel.scanned": ("orders/updated",),
}


def tell(store: Store, happening: Happening, images: str) -> list[Told]:
    """The deliveries of a happening, in the order in which they are triggered. `images`: where pictures begin."""
    noun, _, verb = happening.what.partition(".")
    if noun in {"product", "variant"}:
        return _tell_product(store.products[happening.id], verb, images)
    if noun == "customer":
        topic = "customers/create" if verb == "created" else "customers/update"
        return [(topic, _customer(store.customers[happening.id]))]
    return _tell_order(store, happening)


def _tell_product(product: Product, verb: str, images: str) -> list[Told]:
    if verb == "deleted":
        return [("products/delete", {"id": product.id})]
    # A sale or a new price of one variant is a products/update of the whole product, stock included; the demo app
    # does not subscribe to inventory_levels/update beside it.
    return [("products/create" if verb == "created" else "products/update", product_json(product, images))]


def _tell_order(store: Store, happening: Happening) -> list[Told]:
    order = store.orders[happening.id]
    body = order_json(order)
    told: list[Told] = [(topic, body) for topic in _ORDER_TOPICS.get(happening.what, ())]
    if happening.what == "order.created" and order.paid_at:
        told.append(("orders/paid", body))
    if happening.what == "order.refunded":
        made = next(made for made in order.refunds if made.id == happening.part)
        told.insert(0, ("refunds/create", refund_json(order, made)))
    if happening.what == "order.fulfilled":
        told.insert(0, ("fulfillments/create", fulfillment_json(order, order.parcels[-1])))
    if happening.what == "parcel.scanned":
        parcel = order.parcels[-1]
        scan = {
            "id": parcel.id * 10 + len(parcel.state),
            "fulfillment_id": parcel.id,
            "status": parcel.state,
            "message": None,
            "happened_at": stamp(parcel.updated_at),
            "country": order.buyer.country,
            "created_at": stamp(parcel.updated_at),
            "updated_at": stamp(parcel.updated_at),
            "estimated_delivery_at": None,
            "order_id": order.id,
        }
        told[:0] = [("fulfillment_events/create", scan), ("fulfillments/update", fulfillment_json(order, parcel))]
    customer = store.customers.get(order.customer_id or 0)
    if happening.what == "order.created" and customer is not None:
        told.append(("customers/purchasing_summary", _purchases(store, customer, order.updated_at)))
    return told


def product_json(product: Product, images: str) -> dict[str, Any]:
    """products/create and products/update."""
    picture = _picture(product, images)
    newest = sorted(product.variants, key=lambda variant: variant.updated_at, reverse=True)
    return {
        "admin_graphql_api_id": gid("Product", product.id),
        "body_html": product.description,
        "created_at": stamp(product.created_at),
        "handle": product.handle,
        "id": product.id,
        "product_type": product.kind,
        "published_at": stamp(product.created_at) if product.published else None,
        "template_suffix": None,
        "title": product.title,
        "updated_at": stamp(product.updated_at),
        "vendor": product.brand,
        "status": product.state,
        "published_scope": "web",
        "tags": ", ".join(product.tags),
        "variants": [_variant_json(product, place, one) for place, one in enumerate(product.variants, start=1)],
        "options": _options(product),
        "images": [picture],
        "image": picture,
        "media": [],
        "variant_gids": [
            {"admin_graphql_api_id": gid("ProductVariant", one.id), "updated_at": stamp(one.updated_at)}
            for one in newest
        ],
        "has_variants_that_requires_components": False,
        "category": None,
    }


def _picture(product: Product, images: str) -> dict[str, Any]:
    return {
        "id": product.id + 1,
        "alt": product.title,
        "position": 1,
        "product_id": product.id,
        "created_at": stamp(product.created_at),
        "updated_at": stamp(product.created_at),
        "admin_graphql_api_id": gid("ProductImage", product.id + 1),
        "width": 800,
        "height": 800,
        "src": f"{images}/demo/images/{product.handle}.svg",
        "variant_ids": [],
    }


def _options(product: Product) -> list[dict[str, Any]]:
    names = product.option_names or ["Title"]
    values = [
        list(dict.fromkeys(variant.choices[place] for variant in product.variants))
        if product.option_names
        else ["Default Title"]
        for place in range(len(names))
    ]
    return [
        {"name": name, "id": product.id * 10 + place, "product_id": product.id, "position": place, "values": told}
        for place, (name, told) in enumerate(zip(names, values, strict=True), start=1)
    ]


def _variant_json(product: Product, place: int, variant: Variant) -> dict[str, Any]:
    choices = [*(variant.choices or ["Default Title"]), None, None, None]
    return {
        "admin_graphql_api_id": gid("ProductVariant", variant.id),
        "barcode": None,
        "compare_at_price": money(variant.compare_at) if variant.compare_at is not None else None,
        "created_at": stamp(variant.created_at),
        "id": variant.id,
        "inventory_policy": "deny",
        "position": place,
        "price": money(variant.price),
        "product_id": product.id,
        "sku": variant.sku,
        "taxable": True,
        "title": " / ".join(variant.choices) or "Default Title",
        "updated_at": stamp(variant.updated_at),
        "option1": choices[0],
        "option2": choices[1],
        "option3": choices[2],
        "image_id": None,
        "inventory_item_id": variant.item_id,
        "inventory_quantity": variant.stock,
        "old_inventory_quantity": variant.stock,
    }


def _customer(customer: Customer) -> dict[str, Any]:
    told = customer_json(customer)
    return told | {"addresses": [told["default_address"]]}


def _purchases(store: Store, customer: Customer, at: datetime) -> dict[str, Any]:
    """camelCase and GIDs, as the newer topics have them."""
    bought = [one for one in store.orders.values() if one.customer_id == customer.id and not one.draft]
    return {
        "customerId": gid("Customer", customer.id),
        "numberOfOrders": len(bought),
        "amountSpent": {"amount": money(sum(one.total for one in bought)), "currencyCode": CURRENCY},
        "lastOrderId": gid("Order", bought[-1].id),
        "occurredAt": stamp(at),
    }
