"""What is stored, as JSON for other programs: ids as text, money in minor units, times RFC 3339 in UTC."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from commerce.rules.documents import Product
from commerce.rules.products import VariantFacts

Shape = dict[str, Any]


def money(amount: int | None, currency: str | None) -> Shape | None:
    """Minor units with their currency; None where the amount is not known."""
    return None if amount is None else {"amount": amount, "currency": currency}


def moment(at: datetime | None) -> str | None:
    """A time as RFC 3339 in UTC, with "Z"."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def product(item: Product, *, reread: bool = False) -> Shape:
    """A product with its variants. `reread`: the platform has to be asked again to be sure of it."""
    return {
        "id": item.id,
        "handle": item.handle,
        "title": item.title,
        "description": item.description,
        "sku": item.sku,
        "brand": item.brand,
        "product_type": item.product_type,
        "categories": list(item.categories),
        "tags": list(item.tags),
        "status": item.status,
        "platform_status": item.platform_status,
        "published": item.published,
        "price": money(item.price, item.currency),
        "compare_at_price": money(item.compare_at_price, item.currency),
        "available": item.available,
        "stock": item.stock,
        "images": [image.url for image in item.images],
        "options": [{"name": option.name, "values": list(option.values)} for option in item.options],
        "variants": [_variant(variant, item.currency) for variant in item.variants],
        "attributes": {name: list(values) for name, values in item.attributes},
        "url": item.url,
        "created_at": moment(item.created_at),
        "updated_at": moment(item.updated_at),
        "reread": reread,
    }


def _variant(item: VariantFacts, currency: str | None) -> Shape:
    return {
        "id": item.id,
        "sku": item.sku,
        "title": item.title,
        "barcode": item.barcode,
        "options": dict(item.options),
        "price": money(item.price, currency),
        "compare_at_price": money(item.compare_at_price, currency),
        "stock": item.stock,
        "available": item.available,
        "published": item.published,
        "image": item.image or None,
        "updated_at": moment(item.updated_at),
    }


def hit(item: Product, title_html: str) -> Shape:
    """A product in a list of search results."""
    return {
        "id": item.id,
        "handle": item.handle,
        "title": item.title,
        "title_html": title_html,
        "price": money(item.price, item.currency),
        "available": item.available,
        "image": item.images[0].url if item.images else None,
        "url": item.url,
    }


def order(
    row: Any, *, lines: Sequence[Any], shipments: Sequence[tuple[Any, Shape | None]], reread: bool = False
) -> Shape:
    """A row of orders with its rows of lines and of shipments, each of these with what is known of it by following it.

    `customer_id` is null for guests.
    """
    amounts = ("total", "subtotal", "tax", "shipping", "discount", "refunded")
    return {
        "id": row.id,
        "number": row.number,
        "status": row.status,
        "platform_status": row.platform_status,
        "financial_status": row.financial_status,
        "fulfillment_status": row.fulfillment_status,
        "currency": row.currency,
        **{name: money(getattr(row, name), row.currency) for name in amounts},
        "customer_id": row.customer_id or None,
        "email": row.email,
        "phone": row.phone,
        "note": row.note,
        "tags": list(row.tags),
        "lines": [_line(line, row.currency) for line in lines],
        "shipments": [_shipment(shipment) | {"tracking": tracking} for shipment, tracking in shipments],
        "refunds": [_refund(refund, row.currency) for refund in row.refunds],
        "billing_address": dict(row.billing),
        "delivery_address": dict(row.delivery),
        "placed_at": moment(row.placed_at),
        "paid_at": moment(row.paid_at),
        "updated_at": moment(row.updated_at),
        "reread": reread,
    }


def _line(row: Any, currency: str) -> Shape:
    return {
        "id": row.id,
        "product_id": row.product_id or None,
        "variant_id": row.variant_id or None,
        "sku": row.sku,
        "title": row.title,
        "quantity": row.quantity,
        "price": money(row.price, currency),
        "total": money(row.total, currency),
    }


def _shipment(row: Any) -> Shape:
    return {
        "id": row.id,
        "carrier": row.carrier,
        "tracking_number": row.tracking_number,
        "tracking_url": row.tracking_url,
        "status": row.status,
        "platform_status": row.platform_status,
        "shipped_at": moment(row.shipped_at),
    }


def _refund(stored: Mapping[str, Any], currency: str) -> Shape:
    at = stored["created_at"]
    return {
        "id": stored["id"],
        "amount": money(stored["amount"], currency),
        "reason": stored["reason"],
        "created_at": moment(datetime.fromisoformat(at)) if at else None,
    }


def event(row: Any) -> Shape:
    """A row of the inbox, without its body and headers."""
    return {
        "id": str(row.id),
        "topic": row.topic,
        "kind": row.kind or None,
        "object_id": row.object_id or None,
        "state": row.state,
        "attempts": row.attempts,
        "repeats": row.repeats,
        "origin": row.origin,
        "triggered_at": moment(row.triggered_at),
        "received_at": moment(row.received_at),
        "applied_at": moment(row.applied_at),
        "note": row.note,
        "error": row.error or None,
    }


def effect(row: Any) -> Shape:
    """A row of effects; `event_id` is the delivery that asked for it."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "object_kind": row.object_kind,
        "object_id": row.object_id,
        "event_id": None if row.inbox_id is None else str(row.inbox_id),
        "state": row.state,
        "attempts": row.attempts,
        "origin": row.origin,
        "reason": row.reason,
        "error": row.error or None,
        "created_at": moment(row.created_at),
        "due_at": moment(max(row.due_at, row.created_at)),
        "finished_at": moment(row.finished_at),
    }
