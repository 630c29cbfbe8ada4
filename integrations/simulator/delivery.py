"""Deliveries: bodies as bytes, signed headers, and the disorder in which they arrive."""

import base64
import hashlib
import hmac
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook call, not signed yet. `id` is unique at Shopify; repeats have the same."""

    topic: str
    body: bytes
    id: str
    event_id: str
    triggered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Disorder:
    """How badly deliveries are shuffled: places they move at random, and shares that come twice or much too late."""

    window: int = 0
    repeated: float = 0.0
    late: float = 0.0
    longest: int = 0


ORDERLY = Disorder()
# Shopify promises no order, delivers more than once and up to a day late. WooCommerce delivers one at a time and
# never twice, but two of its runners may interleave.
SHOPIFY_DISORDER = Disorder(window=4, repeated=0.04, late=0.03, longest=60)
WOOCOMMERCE_DISORDER = Disorder(window=2)


def places(first: int, count: int, rng: random.Random, disorder: Disorder) -> list[list[int]]:
    """At which places of the queue each of `count` deliveries stands, the first one being number `first`."""
    found = []
    for number in range(first, first + count):
        late = rng.randint(1, disorder.longest) if rng.random() < disorder.late else 0
        own = [number + rng.randint(0, disorder.window) + late]
        if rng.random() < disorder.repeated:
            own.append(own[0] + rng.randint(1, disorder.longest))
        found.append(own)
    return found


def shopify_headers(delivery: Delivery, domain: str, secret: bytes) -> dict[str, str]:
    """Headers of a classic Shopify webhook."""
    return {
        "User-Agent": "Shopify-Captain-Hook",
        "Content-Type": "application/json",
        "X-Shopify-Topic": delivery.topic,
        "X-Shopify-Hmac-Sha256": _signature(delivery.body, secret),
        "X-Shopify-Shop-Domain": domain,
        "X-Shopify-API-Version": "2026-10",
        "X-Shopify-Webhook-Id": delivery.id,
        "X-Shopify-Event-Id": delivery.event_id,
        "X-Shopify-Triggered-At": delivery.triggered_at.isoformat().replace("+00:00", ".123456789Z"),
    }


def woocommerce_headers(delivery: Delivery, shop_url: str, secret: bytes, webhooks: Sequence[str]) -> dict[str, str]:
    """Headers of a WooCommerce webhook; `webhooks` are the topics that the shop has webhooks for."""
    resource, _, event = delivery.topic.partition(".")
    webhook = str(webhooks.index(delivery.topic) + 1)
    # Webhook and second: WooCommerce's delivery id is not unique.
    seen = f"{webhook} {int(delivery.triggered_at.timestamp())}"
    return {
        "User-Agent": "WooCommerce/10.5.0 Hookshot (WordPress/6.9.1)",
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": f"{shop_url}/",
        "X-WC-Webhook-Topic": delivery.topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": _signature(delivery.body, secret),
        "X-WC-Webhook-ID": webhook,
        "X-WC-Webhook-Delivery-ID": hashlib.sha256(seen.encode()).hexdigest()[:32],
    }


def _signature(body: bytes, secret: bytes) -> str:
    return base64.b64encode(hmac.digest(secret, body, hashlib.sha256)).decode()
