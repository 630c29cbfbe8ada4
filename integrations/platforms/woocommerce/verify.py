"""Headers and signatures of WooCommerce's deliveries, and its unsigned ping.

Source: WooCommerce 10.5, includes/class-wc-webhook.php (lines 328-362, 461-466, 612-645).
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

from integrations.protocols import Envelope

_PREFIX = "x-wc-webhook-"
_PING = re.compile(rb"webhook_id=\d{1,20}")
# What wp_specialchars_decode(…, ENT_QUOTES) turns back; nothing else is an entity to it.
_ENTITIES = {"quot": '"', "amp": "&", "lt": "<", "gt": ">"}
_NUMBERED = {34: '"', 38: "&", 39: "'", 60: "<", 62: ">"}
_ENTITY = re.compile(r"&(?:(quot|amp|lt|gt)|#0*(34|38|39|60|62)|#[xX]0*(22|26|27|3[cCeE]));")


def envelope(headers: Mapping[str, str]) -> Envelope:
    """Read the headers, names in lower case. Never raises.

    X-WC-Webhook-Delivery-ID is made of the webhook's number and the second: different deliveries share one.
    """
    return Envelope(
        topic=headers.get(f"{_PREFIX}topic", "").strip(),
        signature=headers.get(f"{_PREFIX}signature", ""),
        batch_id=headers.get(f"{_PREFIX}delivery-id", "").strip(),
    )


def is_genuine(signature: str, body: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether one of the secrets signed the body; the store signs with the secret's HTML entities resolved."""
    try:
        given = base64.b64decode(signature.strip(), validate=True)
    except ValueError:
        return False
    genuine = False
    for secret in secrets:
        for key in {secret, resolved(secret)}:
            if key:  # everyone can sign with an empty key
                genuine |= hmac.compare_digest(given, hmac.digest(key, body, hashlib.sha256))
    return genuine


def is_ping(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether this is the form-encoded `webhook_id=N` that a store sends when a webhook is made."""
    return not any(name.startswith("x-wc-") for name in headers) and _PING.fullmatch(body) is not None


def resolved(secret: bytes) -> bytes:
    """The secret as WordPress reads it: `a&amp;b` is `a&b`."""
    return _ENTITY.sub(_character, secret.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _character(entity: re.Match[str]) -> str:
    name, decimal, hexadecimal = entity.groups()
    return _ENTITIES[name] if name else _NUMBERED[int(decimal) if decimal else int(hexadecimal, 16)]
