"""A test event as a back end of one's own would send it: a draft of a product, and that it is gone."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from secrets import token_hex
from typing import Any

from integrations.platforms.custom.verify import key_of
from integrations.trial import Trial

_ID = "backroom-test"


def trial(*, shop: str, secret: bytes, now: datetime, gone: bool = False) -> Trial:  # noqa: ARG001 - the secret says whose
    """The delivery, signed by Standard Webhooks with the shop's secret."""
    told: dict[str, Any] = {"id": _ID}
    if not gone:
        told |= {"title": "Backroom test", "status": "draft", "published": False, "price": "1.00"}
    at = now.isoformat(timespec="microseconds").replace("+00:00", "Z")
    body = json.dumps({"type": f"product.{'deleted' if gone else 'saved'}", "timestamp": at, "data": told}).encode()
    id_, seconds = f"backroom-test-{token_hex(8)}", str(int(now.timestamp()))
    signed = f"{id_}.{seconds}.".encode() + body
    signature = base64.b64encode(hmac.digest(key_of(secret), signed, hashlib.sha256)).decode()
    headers = {
        "content-type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{signature}",
    }
    return Trial(headers=headers, body=body)
