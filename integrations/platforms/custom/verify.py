"""Headers and signatures by Standard Webhooks.

Source: standardwebhooks.com, specification 1.0.0: `webhook-id`, `webhook-timestamp` (seconds since 1970, of the
attempt), `webhook-signature` (any number of "v1,<base64>", parted by spaces), HMAC-SHA256 over "id.timestamp.body" with
the secret, which is base64 behind "whsec_".
"""

import base64
import hashlib
import hmac
import re
import secrets as randomness
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.platforms.custom.fields import rfc_3339
from integrations.protocols import Envelope

_PREFIX = "whsec_"
_SECRET_BYTES = 32  # of a new secret; the specification asks for 24 to 64
_SHORTEST_SECRET = 16
_VERSION = "v1"
_SECONDS = re.compile(r"[0-9]{1,20}")
_END_OF_TIME = 253_402_300_799  # the last second that a datetime holds; milliseconds by mistake lie beyond it


def envelope(headers: Mapping[str, str]) -> Envelope:
    """Read the headers, names in lower case. Never raises. Without all three of them nothing is signed."""
    id_, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    signature = headers.get("webhook-signature", "")
    return Envelope(
        topic="",
        signature=signature if id_ and timestamp else "",
        delivery_id=id_ or None,
        signed=f"{id_}.{timestamp}.".encode("utf-8", "surrogatepass"),
        signed_at=_time(timestamp),
    )


def opened(envelope: Envelope, payload: Any) -> Envelope:
    """The envelope with the topic and the time of the event, which stand in the signed body only."""
    told = payload if isinstance(payload, dict) else {}
    topic = told.get("type")
    return Envelope(
        topic=topic.strip() if isinstance(topic, str) else "",
        signature=envelope.signature,
        delivery_id=envelope.delivery_id,
        triggered_at=rfc_3339(told.get("timestamp")),
        signed=envelope.signed,
        signed_at=envelope.signed_at,
    )


def is_genuine(envelope: Envelope, body: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether one of the secrets made one of the signatures. A time that is none makes all of them invalid."""
    if envelope.signed_at is None:
        return False
    given = [signature for part in envelope.signature.split() if (signature := _signature(part))]
    genuine = False
    for secret in secrets:
        key = key_of(secret)
        if key and given:  # everyone can sign with an empty key
            right = hmac.digest(key, envelope.signed + body, hashlib.sha256)
            for signature in given:
                genuine |= hmac.compare_digest(signature, right)
    return genuine


def new_secret() -> str:
    """A secret as senders expect it: "whsec_" and base64."""
    return _PREFIX + base64.b64encode(randomness.token_bytes(_SECRET_BYTES)).decode()


def is_secret(secret: str) -> bool:
    """Whether the text is a secret that is long enough to be one."""
    return len(key_of(secret.encode("utf-8", "replace"))) >= _SHORTEST_SECRET


def key_of(secret: bytes) -> bytes:
    """The key that a secret stands for; empty where it is no base64. Padding and prefix may be left out."""
    encoded = secret.strip().removeprefix(_PREFIX.encode())
    try:
        return base64.b64decode(encoded + b"=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        return b""


def _signature(part: str) -> bytes:
    version, _, encoded = part.partition(",")
    if version != _VERSION:
        return b""
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:
        return b""


def _time(seconds: str) -> datetime | None:
    if not _SECONDS.fullmatch(seconds):
        return None
    return datetime.fromtimestamp(min(int(seconds), _END_OF_TIME), UTC)
