"""Shopify's payloads of orders, refunds and fulfilments."""

from typing import Any

from integrations.simulator.model import CURRENCY, TAX_PERCENT, Line, Order, Parcel, Refund, taxed
from integrations.simulator.shopify_shapes import address_json, customer_json, gid, money, price_set, stamp


def order_json(order: Order) -> dict[str, Any]:
    """All orders/* topics with a full body."""
    buyer = order.buyer
    return {
        "id": order.id,
        "admin_graphql_api_id": gid("Order", order.id),
        "cancel_reason": "customer" if order.cancelled_at else None,
        "cancelled_at": stamp(order.cancelled_at),
        "closed_at": stamp(order.closed_at),
        "confirmed": True,
        "contact_email": buyer.email,
        "created_at": stamp(order.created_at),
        "customer_locale": "en",
        "discount_codes": _codes(order),
        "email": buyer.email,
        "financial_status": _financial_status(order),
        "fulfillment_status": "fulfilled" if order.parcels else None,
        "name": f"#{order.number}",
        "note": None,
        "number": order.number - 1000,
        "order_number": order.number,
        "payment_gateway_names": ["shopify_payments"],
        "phone": None,
        "processed_at": stamp(order.created_at),
        "source_name": "web",
        "tags": "",
        "test": False,
        "updated_at": stamp(order.updated_at),
        **_amounts(order),
        "billing_address": address_json(buyer),
        "customer": customer_json(buyer) if order.customer_id is not None else None,
        "discount_applications": [{"type": "discount_code", **code} for code in _codes(order)],
        "fulfillments": [fulfillment_json(order, parcel) for parcel in order.parcels],
        "line_items": [_line_json(line, sent=bool(order.parcels)) for line in order.lines],
        "payment_terms": None,
        "refunds": [refund_json(order, made) for made in order.refunds],
        "shipping_address": address_json(buyer),
        "shipping_lines": [_shipping_line(order)],
        "returns": [],
    }


def _amounts(order: Order) -> dict[str, Any]:
    return {
        "subtotal_price": money(order.subtotal),
        "subtotal_price_set": price_set(order.subtotal),
        "tax_lines": [_tax_line(order.tax)],
        "taxes_included": False,
        "total_discounts": money(order.discount),
        "total_discounts_set": price_set(order.discount),
        "total_line_items_price": money(order.subtotal + order.discount),
        "total_price": money(order.total),
        "total_price_set": price_set(order.total),
        "total_shipping_price_set": price_set(order.shipping),
        "total_tax": money(order.tax),
        "total_tax_set": price_set(order.tax),
        "current_total_price": money(order.total - order.refunded),
        "currency": CURRENCY,
        "presentment_currency": CURRENCY,
    }


def refund_json(order: Order, made: Refund) -> dict[str, Any]:
    """refunds/create, and a refund inside its order."""
    lines = {line.id: line for line in order.lines}
    return {
        "id": made.id,
        "order_id": order.id,
        "created_at": stamp(made.created_at),
        "note": made.reason,
        "processed_at": stamp(made.created_at),
        "restock": made.restocked,
        "admin_graphql_api_id": gid("Refund", made.id),
        "order_adjustments": [],
        "duties": [],
        "total_duties_set": price_set(0),
        "refund_line_items": [
            _refund_line(made, place, lines[line], count) for place, (line, count) in enumerate(made.pieces.items())
        ],
        "transactions": [
            {
                "id": made.id + 10**6,
                "order_id": order.id,
                "kind": "refund",
                "gateway": "shopify_payments",
                "status": "success",
                "created_at": stamp(made.created_at),
                "amount": money(made.amount),
                "currency": CURRENCY,
            }
        ],
    }


def fulfillment_json(order: Order, parcel: Parcel) -> dict[str, Any]:
    """fulfillments/create and update, and a fulfilment inside its order."""
    return {
        "id": parcel.id,
        "order_id": order.id,
        "status": "success",
        "created_at": stamp(parcel.created_at),
        "service": "manual",
        "updated_at": stamp(parcel.updated_at),
        "tracking_company": parcel.carrier,
        "shipment_status": parcel.state,
        "location_id": None,
        "email": order.buyer.email,
        "destination": address_json(order.buyer),
        "line_items": [_line_json(line, sent=True) for line in order.lines],
        "tracking_number": parcel.number,
        "tracking_numbers": [parcel.number],
        "tracking_url": parcel.url,
        "tracking_urls": [parcel.url],
        "receipt": {},
        "name": f"#{order.number}.1",
        "admin_graphql_api_id": gid("Fulfillment", parcel.id),
    }


def _financial_status(order: Order) -> str:
    if order.refunded:
        return "refunded" if order.refunded >= order.total else "partially_refunded"
    if order.cancelled_at:
        return "voided"
    return "paid" if order.paid_at else "pending"


def _codes(order: Order) -> list[dict[str, Any]]:
    return [{"code": order.code, "amount": money(order.discount), "type": "percentage"}] if order.code else []


def _tax_line(cents: int) -> dict[str, Any]:
    return {"price": money(cents), "rate": TAX_PERCENT / 100, "title": "VAT", "price_set": price_set(cents)}


def _line_json(line: Line, *, sent: bool) -> dict[str, Any]:
    allocations = [
        {"amount": money(line.discount), "discount_application_index": 0, "amount_set": price_set(line.discount)}
    ]
    return {
        "id": line.id,
        "admin_graphql_api_id": gid("LineItem", line.id),
        "current_quantity": line.quantity,
        "fulfillable_quantity": 0 if sent else line.quantity,
        "fulfillment_service": "manual",
        "fulfillment_status": "fulfilled" if sent else None,
        "gift_card": False,
        "grams": 0,
        "name": f"{line.title} - {line.choice}" if line.choice else line.title,
        "price": money(line.price),
        "price_set": price_set(line.price),
        "product_exists": True,
        "product_id": line.product_id,
        "properties": [],
        "quantity": line.quantity,
        "requires_shipping": True,
        "sku": line.sku,
        "taxable": True,
        "title": line.title,
        "total_discount": "0.00",
        "total_discount_set": price_set(0),
        "variant_id": line.variant_id,
        "variant_inventory_management": "shopify",
        "variant_title": line.choice or None,
        "vendor": None,
        "tax_lines": [_tax_line(taxed(line.total))],
        "duties": [],
        "discount_allocations": allocations if line.discount else [],
    }


def _shipping_line(order: Order) -> dict[str, Any]:
    return {
        "id": order.id + 1,
        "price": money(order.shipping),
        "price_set": price_set(order.shipping),
        "discounted_price": money(order.shipping),
        "source": "shopify",
        "title": "Standard",
        "tax_lines": [_tax_line(taxed(order.shipping))],
        "discount_allocations": [],
    }


def _refund_line(made: Refund, place: int, line: Line, count: int) -> dict[str, Any]:
    net = line.total * count // line.quantity
    return {
        "id": made.id * 10 + place,
        "quantity": count,
        "line_item_id": line.id,
        "location_id": None,
        "restock_type": "return" if made.restocked else "no_restock",
        "subtotal": net / 100,
        "total_tax": taxed(net) / 100,
        "subtotal_set": price_set(net),
        "total_tax_set": price_set(taxed(net)),
        "line_item": _line_json(line, sent=True),
    }
