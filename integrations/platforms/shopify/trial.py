"""A test event as Shopify would send it: a draft of a product, and that it is gone."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from secrets import token_hex
from typing import Any

from integrations.trial import Trial

_NUMBER = 9_000_000_000_000_001  # what no product of a shop ever reaches


def trial(*, shop: str, secret: bytes, now: datetime, gone: bool = False) -> Trial:
    """The delivery, signed with the app's secret for the shop of that domain."""
    at = now.isoformat(timespec="seconds")
    told: dict[str, Any] = {"id": _NUMBER}
    if not gone:
        variant = {"id": _NUMBER + 1, "product_id": _NUMBER, "title": "Default Title", "price": "1.00", "position": 1}
        told |= {
            "title": "Backroom test",
            "handle": "backroom-test",
            "status": "draft",
            "published_at": None,
            "created_at": at,
            "updated_at": at,
            "variants": [variant],
        }
    body = json.dumps(told).encode()
    signature = base64.b64encode(hmac.digest(secret, body, hashlib.sha256)).decode()
    headers = {
        "content-type": "application/json",
        "x-shopify-topic": "products/delete" if gone else "products/update",
        "x-shopify-hmac-sha256": signature,
        "x-shopify-shop-domain": shop,
        "x-shopify-webhook-id": f"backroom-test-{token_hex(8)}",
        "x-shopify-triggered-at": now.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }
    return Trial(headers=headers, body=body)
