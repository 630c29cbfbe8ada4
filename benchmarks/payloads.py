"""Signed Shopify deliveries of our own making: orders of 7.5 kB, and products whose titles change."""

import base64
import hashlib
import hmac
import json
import random
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

SECRET = "benchmark-webhook-secret"
DOMAIN = "benchmark.myshopify.com"
ORDER_BYTES = 7500

_ORDER_ID = 4_000_000_000_000
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_BRANDS = ("Nordlicht", "Talwerk", "Aster & Sohn", "Brise", "Kieselbach", "Ostwind", "Lindgrün", "Moorhof")
_THINGS = ("lamp", "kettle", "blanket", "chair", "backpack", "notebook", "jacket", "bottle", "shelf", "clock")
_KINDS = ("folding", "woollen", "oak", "enamel", "light", "sturdy", "quiet", "small", "striped", "waxed")
_COLORS = ("red", "blue", "green", "black", "white", "sand", "grey")


def order_template() -> tuple[bytes, bytes]:
    """The two halves of an order's body around its id; together with the id they are 7.5 kB."""
    order = _order()
    marked = json.dumps(order | {"id": 1.5}).encode()
    missing = ORDER_BYTES - len(marked) - len(str(_ORDER_ID)) - len('"note": ""') + len('"note": null')
    order["note"] = ("Please ring twice. " * 500)[: max(0, missing)]
    before, _, after = json.dumps({"id": 1.5} | order).encode().partition(b"1.5")
    return before, after


def order_body(template: tuple[bytes, bytes], number: int) -> bytes:
    """The body of the order with that number."""
    return b"%b%d%b" % (template[0], _ORDER_ID + number, template[1])


def product_body(number: int, *, title: str | None = None, version: int = 0) -> bytes:
    """A product; a later version has a later `updated_at`. `title` replaces the one it has by nature."""
    rng = random.Random(number)
    kind, thing, brand = rng.choice(_KINDS), rng.choice(_THINGS), rng.choice(_BRANDS)
    name = f"{brand} {kind} {thing} {number}"
    colors = rng.sample(_COLORS, 3)
    product = {
        "id": number,
        "title": title or name,
        "handle": f"product-{number}",
        "body_html": f"<p>A {kind} {thing} by {brand}. Made to be used every day and to be repaired.</p>" * 4,
        "vendor": brand,
        "product_type": thing,
        "tags": f"{kind}, {thing}",
        "status": "active",
        "published_at": _BEGIN.isoformat(),
        "created_at": _BEGIN.isoformat(),
        "updated_at": (_BEGIN + timedelta(days=30, seconds=version)).isoformat(),
        "options": [{"id": number * 10, "name": "Color", "position": 1, "values": colors}],
        "variants": [_variant(number, place, color, rng) for place, color in enumerate(colors, start=1)],
        "images": [],
    }
    return json.dumps(product).encode()


def signed(body: bytes, topic: str, secret: str = SECRET) -> dict[str, str]:
    """The headers of a delivery with an id of its own."""
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": DOMAIN,
        "X-Shopify-Hmac-Sha256": signature,
        "X-Shopify-Webhook-Id": str(uuid.uuid4()),
        "X-Shopify-Event-Id": str(uuid.uuid4()),
        "X-Shopify-API-Version": "2026-07",
        "X-Shopify-Triggered-At": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }


def _variant(number: int, place: int, color: str, rng: random.Random) -> dict[str, Any]:
    return {
        "id": number * 10 + place,
        "product_id": number,
        "title": color,
        "option1": color,
        "sku": f"SKU-{number}-{place}",
        "price": f"{rng.randint(5, 200)}.90",
        "inventory_item_id": number * 10 + place,
        "inventory_quantity": rng.randint(0, 40),
        "inventory_policy": "deny",
        "position": place,
    }


def _order() -> dict[str, Any]:
    address = {
        "first_name": "Ada",
        "last_name": "Beispiel",
        "address1": "Ringstraße 12",
        "city": "Wien",
        "zip": "1010",
        "country": "Austria",
        "country_code": "AT",
    }
    buyer: Mapping[str, Any] = {"id": 77, "email": "ada@shop.example", "first_name": "Ada", "last_name": "Beispiel"}
    return {
        "name": "#1001",
        "currency": "EUR",
        "total_price": "149.70",
        "subtotal_price": "149.70",
        "total_tax": "24.95",
        "total_discounts": "0.00",
        "financial_status": "paid",
        "fulfillment_status": None,
        "email": "ada@shop.example",
        "created_at": _BEGIN.isoformat(),
        "processed_at": _BEGIN.isoformat(),
        "updated_at": _BEGIN.isoformat(),
        "customer": dict(buyer, updated_at=_BEGIN.isoformat(), default_address=address),
        "billing_address": address,
        "shipping_address": address,
        "line_items": [_line(place) for place in range(1, 4)],
        "refunds": [],
        "fulfillments": [],
        "note": None,
    }


def _line(place: int) -> dict[str, Any]:
    price = {"amount": "49.90", "currency_code": "EUR"}
    return {
        "id": 9_000 + place,
        "product_id": place,
        "variant_id": place * 10 + 1,
        "sku": f"SKU-{place}-1",
        "title": f"Oak shelf {place}",
        "quantity": 1,
        "price": "49.90",
        "price_set": {"shop_money": price, "presentment_money": price},
        "total_discount": "0.00",
        "discount_allocations": [],
        "tax_lines": [{"title": "VAT", "price": "8.32", "rate": 0.2}],
        "properties": [{"name": "engraving", "value": "none"}],
    }
