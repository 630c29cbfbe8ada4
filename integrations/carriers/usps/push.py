"""USPS Subscriptions - Tracking 3.2: events of parcels of one's own mailer ids.

Source: developers.usps.com, Subscriptions - Tracking (a subscription has `listenerURL`, filters and a `secret` of 32
characters; notifications bear `X-HMAC`). The page does not say how the HMAC is written: HMAC-SHA256 of the raw body is
taken, in hex or base64. The body holds what the Tracking API answers for a parcel, or single events of it; it is looked
for under the names that the page and the API use:

    {"subscriptionId", "payload" | "trackingInformation" | …: {"trackingNumber", "trackingEvents": [...]}}
    {"trackingNumber", "eventCode", "eventType", "eventTimestamp", "eventCity", …}
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from commerce.rules.events import UnableToRead
from commerce.rules.tracking import Told
from integrations.carriers.loose import first, objects, text
from integrations.carriers.pushes import asked, is_signed, json_of
from integrations.carriers.usps.read import read as read_whole

_INSIDE = ("payload", "data", "trackingInformation", "tracking", "notification", "notifications", "trackingDetails")
_DEEPEST = 3


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether the body was signed with the subscription's secret."""
    return is_signed(headers.get("x-hmac", ""), body, secrets)


def read(body: bytes, *, now: datetime) -> list[Told]:
    """Every parcel of the push. Raises UnableToRead."""
    parcels = list(_parcels(json_of(body, "USPS"), _DEEPEST))
    if not parcels:
        raise UnableToRead("USPS: no `trackingNumber` with events is told")
    read = [read_whole(parcel, asked(text(parcel, "trackingNumber")), now=now) for parcel in parcels]
    return [one for one in read if isinstance(one, Told)]


def _parcels(node: Any, depth: int) -> Iterator[dict[str, Any]]:
    for entry in objects(node):
        number = text(entry, "trackingNumber")
        if number and (objects(entry, "trackingEvents") or first(entry, "statusCategory", "status")):
            yield entry
        elif number and first(entry, "eventCode", "eventType"):
            yield {"trackingNumber": number, "trackingEvents": [entry]}
        elif depth:
            for name in _INSIDE:
                yield from _parcels(entry.get(name), depth - 1)
