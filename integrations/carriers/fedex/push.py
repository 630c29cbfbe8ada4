"""FedEx Advanced Integrated Visibility: results of the Track API, pushed.

Source: developer.fedex.com, Advanced Integrated Visibility, "Business Rules" (the signature) and TestWebhookOutputVO
(the body). The header `fdx-signature` is HMAC-SHA256 of the raw body with the project's security token; the page says
base64 in one sentence and hex in another, so both are taken. The body is the Track API's:

    {"transactionId", "outputMetaData": [{"timestamp", "attempt"}], "output": {"completeTrackResults": [...]}}

Events may come out of order and with fields masked.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from commerce.rules.events import UnableToRead
from commerce.rules.tracking import Told
from integrations.carriers.fedex.read import read as read_element
from integrations.carriers.loose import objects, text
from integrations.carriers.pushes import asked, is_signed, json_of


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether the body was signed with the security token."""
    return is_signed(headers.get("fdx-signature", ""), body, secrets)


def read(body: bytes, *, now: datetime) -> list[Told]:
    """Every parcel of the push; those that FedEx tells an error about are left out. Raises UnableToRead."""
    told = json_of(body, "FedEx")
    elements = objects(told, "output", "completeTrackResults") or objects(told, "completeTrackResults")
    if not elements:
        raise UnableToRead("FedEx: `output.completeTrackResults` is missing")
    read = [read_element(element, asked(text(element, "trackingNumber")), now=now) for element in elements]
    return [one for one in read if isinstance(one, Told) and one.number]
