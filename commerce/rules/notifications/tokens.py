"""Words in links of messages by which their reader is known without a sign-in: signed, and naming nobody."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

_SIGNED = 16  # bytes of the signature
_SIZE = 12  # bytes before it: shop and message


def token_of(keys: Sequence[bytes], *, shop_id: int, notification_id: int) -> str:
    """The token of a message, signed with the first key."""
    told = shop_id.to_bytes(5, "big") + notification_id.to_bytes(_SIZE - 5, "big")
    return base64.urlsafe_b64encode(told + _signature(keys[0], told)).decode().rstrip("=")


def read(keys: Sequence[bytes], token: str) -> tuple[int, int] | None:
    """Shop and message of a token; None where none of the keys signed it."""
    if not token.isascii() or len(token) != -(-(_SIZE + _SIGNED) * 8 // 6):
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    told, signature = raw[:_SIZE], raw[_SIZE:]
    if not any(hmac.compare_digest(_signature(key, told), signature) for key in keys):
        return None
    return int.from_bytes(told[:5], "big"), int.from_bytes(told[5:], "big")


def _signature(key: bytes, told: bytes) -> bytes:
    return hmac.new(key, told, hashlib.sha256).digest()[:_SIGNED]
