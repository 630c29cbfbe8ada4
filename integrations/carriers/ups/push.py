"""UPS Track Alert: one activity of one package, as it happens.

Source: github.com/UPS-API/api-documentation, UPSTrackAlert.yaml, webhook TrackingEvent. The header `credential` holds
what was given at the subscription, as it is. The body:

    {"trackingNumber", "localActivityDate", "localActivityTime", "gmtActivityDate", "gmtActivityTime",
     "activityLocation": {"city", "stateProvince", "postalCode", "country"},
     "activityStatus": {"type", "code", "description", "descriptionCode"},
     "scheduledDeliveryDate", "actualDeliveryDate", "actualDeliveryTime", "deliveryStartTime", "deliveryEndTime"}

Any field may be empty. It knows nothing of what went before: a package that turned back is told as delivered here, and
as returned by the whole history.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from commerce.rules.events import UnableToRead
from commerce.rules.tracking import Told
from integrations.carriers.loose import dig, text
from integrations.carriers.pushes import asked, json_of, same
from integrations.carriers.ups.read import read as read_whole


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]) -> bool:  # noqa: ARG001 (not signed)
    """Whether the credential is the one that was given at the subscription."""
    return same(headers.get("credential", ""), secrets)


def read(body: bytes, *, now: datetime) -> list[Told]:
    """The activity, in the shape of the Tracking API. Raises UnableToRead."""
    event = json_of(body, "UPS")
    number = text(event, "trackingNumber")
    if not number:
        raise UnableToRead("UPS: `trackingNumber` is missing")
    told = read_whole({"trackResponse": {"shipment": [{"package": [_package(event, number)]}]}}, asked(number), now=now)
    return [told] if isinstance(told, Told) else []


def _package(event: Any, number: str) -> dict[str, Any]:
    status, place = dig(event, "activityStatus"), dig(event, "activityLocation")
    said = {
        "type": text(status, "type"),
        "code": text(status, "code"),
        "description": text(status, "description"),
        "statusCode": text(status, "descriptionCode"),
    }
    address = {
        "city": text(place, "city"),
        "stateProvince": text(place, "stateProvince"),
        "postalCode": text(place, "postalCode"),
        "countryCode": text(place, "country"),
    }
    activity = {
        "status": said,
        "location": {"address": address},
        "date": text(event, "localActivityDate"),
        "time": text(event, "localActivityTime"),
        "gmtDate": text(event, "gmtActivityDate"),
        "gmtTime": text(event, "gmtActivityTime"),
    }
    scheduled = {"type": "SDD", "date": text(event, "scheduledDeliveryDate")}
    return {"trackingNumber": number, "activity": [activity], "currentStatus": said, "deliveryDate": [scheduled]}
