"""A test event as WooCommerce would send it: a draft of a product, and that it is gone."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from integrations.platforms.woocommerce.verify import resolved
from integrations.trial import Trial

_NUMBER = 900_000_000_001  # what no post of a store ever reaches


def trial(*, shop: str, secret: bytes, now: datetime, gone: bool = False) -> Trial:
    """The delivery, signed with the webhook's secret for the store at that address."""
    # A deletion does not say when it was, and may have to be asked for: one put into the bin does. Seconds are whole.
    at = now + timedelta(seconds=1) if gone else now
    told: dict[str, Any] = {
        "id": _NUMBER,
        "name": "Backroom test",
        "slug": "backroom-test",
        "type": "simple",
        "status": "trash" if gone else "draft",
        "catalog_visibility": "hidden",
        "price": "1.00",
        "regular_price": "1.00",
        "stock_status": "instock",
        "short_description": token_hex(8),
        "date_created_gmt": f"{now:%Y-%m-%dT%H:%M:%S}",
        "date_modified_gmt": f"{at:%Y-%m-%dT%H:%M:%S}",
    }
    body = json.dumps(told).encode()
    headers = {
        "content-type": "application/json",
        "x-wc-webhook-source": f"{shop}/",
        "x-wc-webhook-topic": "product.updated",
        "x-wc-webhook-resource": "product",
        "x-wc-webhook-event": "updated",
        "x-wc-webhook-signature": base64.b64encode(hmac.digest(resolved(secret), body, hashlib.sha256)).decode(),
        "x-wc-webhook-id": "0",
        "x-wc-webhook-delivery-id": token_hex(16),
    }
    return Trial(headers=headers, body=body)
