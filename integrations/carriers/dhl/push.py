"""DHL Shipment Tracking - Unified, Push: shipments in the shape of the tracking API.

Source: developer.dhl.com, Shipment Tracking - Unified - Push 1.2.5: a subscription names a header and a token
(`hook.authentication`: {"type": "ApiKeyAuthentication", "header", "token"}), which every call bears. The header is ours
to choose: TOKEN_HEADER. The body is {"shipments": [...]} or one shipment; divisions fill it differently.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from commerce.rules.events import UnableToRead
from commerce.rules.tracking import Told
from integrations.carriers.dhl.read import read as read_whole
from integrations.carriers.loose import dig, objects, text
from integrations.carriers.pushes import asked, json_of, same

TOKEN_HEADER = "X-Backroom-Token"  # noqa: S105 (a header's name)


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]) -> bool:  # noqa: ARG001 (not signed)
    """Whether the token is the one that was given at the subscription."""
    return same(headers.get(TOKEN_HEADER.lower(), ""), secrets)


def read(body: bytes, *, now: datetime) -> list[Told]:
    """Every shipment of the push. Raises UnableToRead."""
    told = json_of(body, "DHL")
    whole = told if dig(told, "shipments") is not None else {"shipments": told}
    shipments = [one for one in objects(whole, "shipments") if text(one, "id")]
    if not shipments:
        raise UnableToRead("DHL: no shipment with an `id` is told")
    read = [read_whole({"shipments": [one]}, asked(text(one, "id")), now=now) for one in shipments]
    return [one for one in read if isinstance(one, Told)]
