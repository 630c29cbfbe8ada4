"""Bodies of webhooks about orders, refunds and parcels."""

from datetime import datetime
from typing import Any

from tests.peers.shopify.model_sales import Fulfillment, LineItem, Order, Refund, Scan, Transaction
from tests.peers.shopify.payloads import address, customer, local, money
from tests.peers.shopify.state import State

# What REST calls the states of an order's parcels; none are left out.
FULFILLMENT_WORDS = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}


def both(shop: State, amount: int) -> dict[str, Any]:
    """The same amount in the shop's and in the shopper's currency."""
    told = {"amount": money(amount), "currency_code": shop.currency}
    return {"shop_money": told, "presentment_money": told}


def priced(shop: State, **amounts: int) -> dict[str, Any]:
    """Each amount twice: as text, and as a set under the name with `_set`."""
    texts = {name: money(amount) for name, amount in amounts.items()}
    return texts | {f"{name}_set": both(shop, amount) for name, amount in amounts.items()}


def line(shop: State, source: LineItem) -> dict[str, Any]:
    allocations = [{"amount": money(source.discount), "discount_application_index": 0}] if source.discount else []
    return {
        "id": source.id,
        "admin_graphql_api_id": source.gid,
        "current_quantity": source.current_quantity,
        "fulfillable_quantity": source.unfulfilled_quantity,
        "fulfillment_service": "manual",
        "fulfillment_status": line_status(source),
        "gift_card": False,
        "grams": 0,
        "name": f"{source.title} - {source.variant_title}" if source.variant_title else source.title,
        **priced(shop, price=source.price, total_discount=0),
        "product_exists": True,
        "product_id": source.product_id,
        "properties": [],
        "quantity": source.quantity,
        "requires_shipping": True,
        "sku": source.sku,
        "taxable": True,
        "title": source.title,
        "variant_id": source.variant_id,
        "variant_inventory_management": "shopify",
        "variant_title": source.variant_title or None,
        "vendor": source.vendor,
        "tax_lines": [],
        "duties": [],
        "discount_allocations": [{**each, "amount_set": both(shop, source.discount)} for each in allocations],
    }


def line_status(source: LineItem) -> str | None:
    if not source.fulfilled:
        return None
    return "partial" if source.unfulfilled_quantity else "fulfilled"


def fulfillment(shop: State, source: Fulfillment) -> dict[str, Any]:
    scanned = source.events[-1].status.lower() if source.events else None
    return {
        "id": source.id,
        "order_id": source.order.id,
        "status": source.status.lower(),
        "created_at": local(shop, source.created_at),
        "service": "manual",
        "updated_at": local(shop, source.updated_at),
        "tracking_company": source.company,
        "shipment_status": scanned,
        "location_id": source.location.id,
        "origin_address": None,
        "email": source.order.email,
        "destination": address(source.order.shipping_address),
        "line_items": [{**line(shop, each), "quantity": quantity} for each, quantity in source.lines],
        "tracking_number": source.number,
        "tracking_numbers": [source.number],
        "tracking_url": source.url,
        "tracking_urls": [source.url],
        "receipt": {},
        "name": source.name,
        "admin_graphql_api_id": source.gid,
    }


def scan(shop: State, parcel: Fulfillment, source: Scan) -> dict[str, Any]:
    return {
        "id": source.id,
        "fulfillment_id": parcel.id,
        "status": source.status.lower(),
        "message": source.message,
        "happened_at": local(shop, source.happened_at),
        "city": source.city,
        "province": None,
        "country": source.country,
        "zip": None,
        "address1": None,
        "latitude": None,
        "longitude": None,
        "shop_id": shop.id,
        "created_at": local(shop, source.created_at),
        "updated_at": local(shop, source.created_at),
        "estimated_delivery_at": local(shop, source.estimated_delivery_at),
        "order_id": parcel.order.id,
        "admin_graphql_api_id": source.gid,
    }


def transaction(shop: State, source: Transaction) -> dict[str, Any]:
    return {
        "id": source.id,
        "order_id": source.order.id,
        "kind": source.sort.lower(),
        "gateway": "bogus",
        "status": source.status.lower(),
        "created_at": local(shop, source.created_at),
        "processed_at": local(shop, source.created_at),
        "amount": money(source.amount),
        "currency": shop.currency,
        "admin_graphql_api_id": source.gid,
    }


def refund(shop: State, source: Refund) -> dict[str, Any]:
    lines = [
        {
            "id": id_,
            "quantity": quantity,
            "line_item_id": each.id,
            "location_id": None,
            "restock_type": "no_restock",
            "subtotal": float(money(each.price * quantity)),
            "total_tax": 0,
            "subtotal_set": both(shop, each.price * quantity),
            "total_tax_set": both(shop, 0),
            "line_item": line(shop, each),
        }
        for id_, each, quantity in source.lines
    ]
    return {
        "id": source.id,
        "order_id": source.order.id,
        "created_at": local(shop, source.created_at),
        "note": source.note,
        "user_id": None,
        "processed_at": local(shop, source.created_at),
        "duties": [],
        "total_duties_set": both(shop, 0),
        "return": None,
        "refund_shipping_lines": [],
        "restock": False,
        "admin_graphql_api_id": source.gid,
        "order_adjustments": [],
        "refund_line_items": lines,
        "transactions": [transaction(shop, each) for each in source.transactions],
    }


def order(shop: State, source: Order) -> dict[str, Any]:
    place = address(source.shipping_address)
    return {
        "id": source.id,
        "admin_graphql_api_id": source.gid,
        **_times(shop, source),
        **_amounts(shop, source),
        "total_shipping_price_set": both(shop, source.shipping),
        "cancel_reason": source.cancel_reason and source.cancel_reason.lower(),
        "confirmed": True,
        "contact_email": source.email,
        "currency": shop.currency,
        "customer_locale": "en",
        "discount_codes": _codes(source),
        "email": source.email,
        "financial_status": source.financial_status.lower(),
        "fulfillment_status": FULFILLMENT_WORDS.get(source.fulfillment_status),
        "name": source.name,
        "note": source.note,
        "note_attributes": [],
        "number": source.number - 1000,
        "order_number": source.number,
        "payment_gateway_names": ["bogus"],
        "phone": source.phone,
        "presentment_currency": shop.currency,
        "source_name": "web",
        "tags": ", ".join(source.tags),
        "tax_lines": [],
        "taxes_included": True,
        "test": False,
        "billing_address": place,
        "customer": customer(shop, source.customer) if source.customer else None,
        "discount_applications": _discounts(source),
        "fulfillments": [fulfillment(shop, each) for each in source.fulfillments],
        "line_items": [line(shop, each) for each in source.lines],
        "refunds": [refund(shop, each) for each in source.refunds],
        "shipping_address": place,
        "shipping_lines": [_parcel(shop, source)],
        "returns": [],
    }


def _times(shop: State, source: Order) -> dict[str, Any]:
    moments: dict[str, datetime | None] = {
        "created_at": source.created_at,
        "updated_at": source.updated_at,
        "processed_at": source.created_at,
        "cancelled_at": source.cancelled_at,
        "closed_at": source.closed_at,
    }
    return {name: local(shop, moment) for name, moment in moments.items()}


def _amounts(shop: State, source: Order) -> dict[str, Any]:
    return priced(
        shop,
        current_subtotal_price=source.subtotal - source.refunded,
        current_total_discounts=source.discount,
        current_total_price=source.total - source.refunded,
        current_total_tax=0,
        subtotal_price=source.subtotal,
        total_discounts=source.discount,
        total_line_items_price=source.goods,
        total_price=source.total,
        total_tax=0,
    )


def _parcel(shop: State, source: Order) -> dict[str, Any]:
    return {"id": source.id, "title": "Parcel", "code": "parcel", **priced(shop, price=source.shipping)}


def _codes(source: Order) -> list[dict[str, Any]]:
    if not source.discount_code:
        return []
    return [{"code": source.discount_code, "amount": money(source.discount), "type": "fixed_amount"}]


def _discounts(source: Order) -> list[dict[str, Any]]:
    if not source.discount_code:
        return []
    told = {"target_type": "line_item", "type": "discount_code", "value_type": "fixed_amount"}
    told |= {"value": money(source.discount), "allocation_method": "across", "target_selection": "all"}
    return [{**told, "code": source.discount_code}]
