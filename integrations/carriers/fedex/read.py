"""What FedEx answers: one element of `output.completeTrackResults` of POST /track/v1/trackingnumbers.

The event codes are those of FedEx's API Reference Guide ("Tracking Event Codes"), put into our words in codes.json.
An exception's reason says more than its event: a delivery exception (DE) as nobody was at home is a failed attempt.
FedEx lists the reasons nowhere as a whole; known are those of X12's element 641, which has FedEx's figures (A08 is 08),
and those of recorded answers. For others the words of the reason count, as the last resort, then the event itself.

One number may come back with several results: numbers are used again, and a parcel that is handed over anew counts as
another shipment. The result with the latest scan counts that is not older than the parcel.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from commerce.rules.tracking import CUSTOMS, DELAYED, EXCEPTION, IN_TRANSIT, Place, Scan, Told
from integrations.carrier_api import AWAY, INVALID, NOT_FOUND, REFUSED, TOO_OFTEN, Asked, Problem
from integrations.carriers import clocks, lines
from integrations.carriers.lines import Meaning
from integrations.carriers.loose import country, dig, first, objects, text, tidy

_CODES = lines.codes(Path(__file__).parent / "codes.json")
_ERRORS = {
    "TRACKING.TRACKINGNUMBER.NOTFOUND": NOT_FOUND,
    "TRACKING.DATA.NOTFOUND": NOT_FOUND,
    "TRACKING.REFERENCENUMBER.NOTFOUND": NOT_FOUND,
    "TRACKING.TRACKINGNUMBER.EMPTY": INVALID,
    "TRACKING.TRACKINGNUMBER.INVALID": INVALID,
    "TRACKING.DATA.NOTUNIQUE": INVALID,
    "NOT.AUTHORIZED.ERROR": REFUSED,
    "FORBIDDEN.ERROR": REFUSED,
    "TOO.MANY.REQUESTS": TOO_OFTEN,
    "SYSTEM.UNAVAILABLE": AWAY,
    "SYSTEM.UNAVAILABLE.EXCEPTION": AWAY,
    "SERVICE.UNAVAILABLE.ERROR": AWAY,
    "INTERNAL.SERVER.ERROR": AWAY,
}
# Events whose reason, where there is one, says more than they do.
_REASONED = (EXCEPTION, DELAYED, CUSTOMS)
_REASONS = lines.patterns(
    (r"not available|business (was )?closed|not in\b|no one|unable to obtain signature|attempt", "attempt_failed", ""),
    (r"refused", "exception", "refused"),
    (r"return(ing|ed)? to (the )?(sender|shipper)|being returned", "returning", ""),
    (r"clearance|customs|broker|duties|regulatory", "customs", ""),
    (r"redirected your package|available for pick-?up|held .*pick-?up", "in_transit", "to_pickup_point"),
    (r"address|unable to locate", "exception", "address"),
    (r"damage", "exception", "damaged"),
    (r"weather|natural disaster", "delayed", "weather"),
    (r"delay|late|next business day|future delivery|holiday|mechanical|missort|misrout", "delayed", ""),
)
_FAR_PLACES = ("ORIGIN_FEDEX_FACILITY", "PICKUP_LOCATION", "CUSTOMER")
_ESTIMATES = ("ESTIMATED_DELIVERY", "APPOINTMENT_DELIVERY", "COMMITMENT")
_SLACK = timedelta(days=3)  # between the day an order was marked as sent and the first scan


def read(raw: Any, asked: Asked, *, now: datetime) -> Told | Problem:  # noqa: ARG001 (every reader's signature)
    """Read one element, or find it in a whole answer. Never raises."""
    element = _element(raw, tidy(asked.number))
    results = objects(element, "trackResults")
    known = [result for result in results if objects(result, "scanEvents") or dig(result, "latestStatusDetail")]
    if known:
        return _told(max(known, key=lambda result: _age(result, asked)), asked)
    errors = [error for result in results for error in objects(result, "error")]
    for error in errors + objects(element, "error") + objects(raw, "errors"):
        return lines.problem(text(error, "code"), text(error, "message"), _ERRORS)
    return lines.garbled("FedEx")


def meaning(event: str, derived: str, reason: str, words: str) -> tuple[Meaning | None, bool]:
    """What an event says, and whether the tables say it. None: nobody knows."""
    found = _CODES["events"].get(event.upper())
    if found is None:
        return _CODES["derived"].get(derived.upper()), False
    if found.status not in _REASONED or not (reason or words):
        return found, True
    by_reason = _CODES["exceptions"].get(reason.upper()) if reason else None
    if by_reason is not None:
        return by_reason, True
    by_words = lines.by_words(words, _REASONS)
    if by_words is not None and not (found.status != EXCEPTION and by_words.status in (DELAYED, IN_TRANSIT)):
        return by_words, not reason
    return found, not reason


def _element(raw: Any, number: str) -> Any:
    elements = objects(raw, "output", "completeTrackResults")
    same = [element for element in elements if tidy(text(element, "trackingNumber")) == number]
    return (same or elements or [raw])[0]


def _age(result: dict[str, Any], asked: Asked) -> tuple[bool, datetime, str]:
    times = [clock.at for event in objects(result, "scanEvents") if (clock := _clock(event, asked))]
    latest = max(times, default=datetime.min.replace(tzinfo=UTC))
    is_ours = asked.shipped_on is None or not times or latest.date() >= asked.shipped_on - _SLACK
    return is_ours, latest, text(result, "trackingNumberInfo", "trackingNumberUniqueId")


def _told(result: dict[str, Any], asked: Asked) -> Told:
    there = lines.destination(asked, _destination(result))
    unknown: list[tuple[str, str]] = []
    scans = [scan for event in objects(result, "scanEvents") if (scan := _scan(event, asked, there, unknown))]
    done = lines.settled(scans, asked)
    first_day, last_day = _expected(result)
    return Told(
        number=asked.number,
        carrier="fedex",
        scans=done,
        status=lines.whole(_whole(dig(result, "latestStatusDetail")), done),
        expected_first=first_day,
        expected_last=last_day,
        service=first(dig(result, "serviceDetail"), "description", "type"),
        signed_by=first(dig(result, "deliveryDetails"), "signedByName", "receivedByName"),
        unknown=lines.unknown(unknown),
    )


def _whole(latest: Any) -> str:
    reason = dig(latest, "ancillaryDetails", 0)
    words = first(reason, "actionDescription", "reasonDescription")
    found, _ = meaning(text(latest, "code"), text(latest, "derivedCode"), text(reason, "reason"), words)
    return found.status if found else ""


def _scan(event: dict[str, Any], asked: Asked, there: Place, unknown: list[tuple[str, str]]) -> Scan | None:
    clock, place = _clock(event, asked), place_of(dig(event, "scanLocation"))
    if clock is None:
        return None
    code, reason = text(event, "eventType"), text(event, "exceptionCode")
    words = text(event, "exceptionDescription")
    found, sure = meaning(code, text(event, "derivedStatusCode"), reason, words)
    key = f"{code}:{reason}" if reason else code
    description = text(event, "eventDescription")
    if not sure:
        unknown.append((key, words or description))
    found = found or Meaning("")
    return Scan(
        at=clock.at,
        status=found.status,
        sub_status=found.sub_status,
        code=key,
        text=f"{description}: {words}" if words and description and words != description else words or description,
        place=place,
        local=clock.local,
        zone=clock.zone,
        at_destination=_is_there(found, text(event, "locationType"), place, there),
        guessed=clock.guessed,
    )


def _is_there(found: Meaning, kind: str, place: Place, there: Place) -> bool:
    if found.at_destination or kind == "DESTINATION_FEDEX_FACILITY":
        return True
    return found.sub_status == "local_facility" and kind not in _FAR_PLACES and lines.near(place, there)


def _clock(event: dict[str, Any], asked: Asked) -> clocks.Clock | None:
    """FedEx tells the offset, but for some days of which it knows no time: those are midnight at the place."""
    return clocks.told(text(event, "date"), place_of(dig(event, "scanLocation")), asked)


def place_of(address: Any) -> Place:
    """A place as FedEx writes it."""
    return Place(
        city=text(address, "city"),
        province=text(address, "stateOrProvinceCode"),
        postcode=text(address, "postalCode"),
        country=country(address, "countryCode"),
    )


def _destination(result: dict[str, Any]) -> Place:
    for node in (
        dig(result, "lastUpdatedDestinationAddress"),
        dig(result, "destinationLocation", "locationContactAndAddress", "address"),
        dig(result, "recipientInformation", "address"),
    ):
        place = place_of(node)
        if place != Place():
            return place
    return Place()


def _expected(result: dict[str, Any]) -> tuple[date | None, date | None]:
    """The estimate, else the window around it, else what was promised when it was sent."""
    told = {text(one, "type").upper(): clocks.day(text(one, "dateTime")) for one in objects(result, "dateAndTimes")}
    window = dig(result, "estimatedDeliveryTimeWindow", "window")
    around = clocks.span(clocks.day(text(window, "begins")), clocks.day(text(window, "ends")))
    promised = clocks.day(text(result, "standardTransitTimeWindow", "window", "ends"))
    estimates = [told[name] for name in _ESTIMATES if told.get(name)]
    if told.get(_ESTIMATES[0]) is None and around[0] is not None:
        return around
    return clocks.span(estimates[0] if estimates else promised)
