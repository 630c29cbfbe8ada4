"""Headers and signatures of Shopify's two families of deliveries.

Source: shopify.dev, webhooks/delivery-structure and verify-deliveries, and @shopify/shopify-api 15.0.0, which tells
the families apart by which HMAC header is there: classic `X-Shopify-…`, or "Events" `shopify-…` (since 2026-10).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from integrations.platforms.body import moment
from integrations.protocols import Envelope

_CLASSIC, _EVENTS = "x-shopify-", "shopify-"


def envelope(headers: Mapping[str, str]) -> Envelope:
    """Read the headers, names in lower case. Never raises."""
    prefix = _EVENTS if f"{_EVENTS}hmac-sha256" in headers and f"{_CLASSIC}hmac-sha256" not in headers else _CLASSIC

    def header(name: str) -> str:
        return headers.get(prefix + name, "").strip()

    topic = header("topic")
    if prefix == _EVENTS:
        topic = f"{topic}/{header('action')}"
    return Envelope(
        topic=topic,
        signature=header("hmac-sha256"),
        shop=header("shop-domain").lower(),
        delivery_id=header("webhook-id") or _second_best_id(topic, header("event-id"), header("name")),
        triggered_at=moment(header("triggered-at")),
    )


def _second_best_id(topic: str, event_id: str, name: str) -> str | None:
    """An id for deliveries without Webhook-Id: the Event-Id alone is shared by several topics and subscriptions."""
    return f"{topic}:{event_id}:{name}" if event_id else None


def is_genuine(signature: str, body: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether one of the secrets signed the body: base64 of HMAC-SHA256, compared as bytes in constant time."""
    try:
        given = base64.b64decode(signature, validate=True)
    except ValueError:
        return False
    genuine = False
    for secret in secrets:
        # Without a secret everyone could sign.
        if secret:
            genuine |= hmac.compare_digest(given, hmac.digest(secret, body, hashlib.sha256))
    return genuine
