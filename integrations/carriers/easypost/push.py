"""EasyPost: an Event, whose `result` is the tracker.

Source: docs.easypost.com/docs/webhooks and the official client libraries' validate_webhook: X-Hmac-Signature is
"hmac-sha256-hex=" and the HMAC-SHA256 of the raw body, with the secret in Unicode's form NFKD. The newer
X-Hmac-Signature-V2 (support.easypost.com) covers X-Timestamp, the method, X-Path and the body in a row; where it is
there it alone counts. How old a signature may be is not asked here: what is told twice changes nothing.

    {"object": "Event", "description": "tracker.updated", "result": {"object": "Tracker", ...}}
"""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

from commerce.rules.events import UnableToRead
from commerce.rules.tracking import Told
from integrations.carriers.easypost.read import read as read_tracker
from integrations.carriers.loose import dig, text
from integrations.carriers.pushes import asked, is_signed, json_of

_PREFIX = "hmac-sha256-hex="
_TRACKER = ("tracker.created", "tracker.updated")


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether the event was signed with the webhook's secret."""
    normal = [_normal(secret) for secret in secrets]
    newer = headers.get("x-hmac-signature-v2", "")
    if not newer:
        return is_signed(headers.get("x-hmac-signature", "").removeprefix(_PREFIX), body, normal)
    before = f"{headers.get('x-timestamp', '')}POST{headers.get('x-path', '')}"
    return is_signed(newer.removeprefix(_PREFIX), before.encode("utf-8", "surrogatepass") + body, normal)


def read(body: bytes, *, now: datetime) -> list[Told]:
    """The tracker of an event about one; nothing for any other event. Raises UnableToRead."""
    event = json_of(body, "EasyPost")
    result = dig(event, "result")
    if text(event, "description") not in _TRACKER and text(result, "object") != "Tracker":
        return []
    number = text(result, "tracking_code")
    if not number:
        raise UnableToRead("EasyPost: `result.tracking_code` is missing")
    told = read_tracker(result, asked(number), now=now)
    return [told] if isinstance(told, Told) else []


def _normal(secret: bytes) -> bytes:
    try:
        return unicodedata.normalize("NFKD", secret.decode()).encode()
    except UnicodeDecodeError:
        return secret
