"""What UPS answers: GET /api/track/v1/details/{number} of its Tracking API.

The codes are UPS's own lists (github.com/UPS-API/api-documentation, Tracking.yaml: "Appendix"), put into our words in
codes.json. What a code means depends on the type of the activity: "OT" is out for delivery among movements (type I) and
a question about customs among exceptions (type X). Where the code is in no list, UPS's own three figures for its text
(`statusCode`) count; then the type, as far as it means one thing only (D, M, MV, P, O …); then, as the last resort, the
words of its text. What none of them tells stays without a status and is listed as unknown.

Times: UTC where UPS tells it (`gmtDate`, `gmtTime`), which it forgets at times, else the clock of the place.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from commerce.rules.tracking import CANCELLED, DELIVERED, LABEL_CREATED, READY_FOR_PICKUP, RETURNED, Place, Scan, Told
from integrations.carrier_api import INVALID, NOT_FOUND, REFUSED, TOO_OFTEN, Asked, Problem
from integrations.carriers import clocks, lines
from integrations.carriers.lines import Meaning
from integrations.carriers.loose import country, dig, first, objects, text, tidy

_CODES = lines.codes(Path(__file__).parent / "codes.json")
# Which lists are asked for a type, in this order: movements and exceptions name each other's codes now and then.
_LISTS = {"I": ("I",), "X": ("X", "X other"), "D": ("D",), "M": ("M",), "P": ("I",)}
# Types that mean one thing, and what UPS's figures for the text may say more closely.
_CLOSER = {"D": (DELIVERED, RETURNED, READY_FOR_PICKUP), "M": (CANCELLED,), "RS": (RETURNED,)}
_ARRIVALS = frozenset({"I:AR", "I:UA", "I:HU", "I:LC", "I:LM", "X:F0", "X:GD", "I:GD", "I:F0"})
_ERRORS = {
    "TW0001": NOT_FOUND,  # a warning: tracking information not found
    "151018": NOT_FOUND,
    "151019": NOT_FOUND,
    "151044": NOT_FOUND,
    "TV1002": INVALID,  # invalid inquiry number
    "TV1001": INVALID,
    "250002": REFUSED,
    "250003": REFUSED,
    "UJ0001": REFUSED,  # invalid token
    "10429": TOO_OFTEN,
}
_WORDS = lines.patterns(
    (r"return(ed|ing)? to (the )?(sender|shipper)", "returning", ""),
    (r"clearance|customs", "customs", ""),
    (r"deliver(y|ed)? attempt|attempted delivery|(customer|receiver) was not (available|home)", "attempt_failed", ""),
    (r"^delivered to .*access point", "ready_for_pickup", "access_point"),
    (r"access point.*(pick-?up|collection)|ready for (customer )?pick-?up", "ready_for_pickup", ""),
    (r"^out for delivery", "out_for_delivery", "@"),
    (r"loaded on delivery vehicle|preparing for delivery", "in_transit", "@"),
    (r"^delivered\b(?! to )", "delivered", ""),
    (r"delay", "delayed", ""),
    (r"^(origin scan|we have your package|pick-?up scan|picked up|drop-?off)", "picked_up", ""),
    (r"^destination scan", "in_transit", "@"),
    (r"^(arriv|depart|processing at|on the way|in transit|export scan|import scan|warehouse scan)", "in_transit", ""),
    (r"label|billing information|shipment ready", "label_created", ""),
)


def read(raw: Any, asked: Asked, *, now: datetime) -> Told | Problem:  # noqa: ARG001 (every reader's signature)
    """Read the whole answer. Never raises; the asked package counts where the answer holds several."""
    shipments = objects(raw, "trackResponse", "shipment")
    package = _package(shipments, tidy(asked.number))
    if package is not None:
        return _told(package, asked)
    errors = objects(raw, "response", "errors") or objects(raw, "errors")
    for error in errors + [warning for shipment in shipments for warning in objects(shipment, "warnings")]:
        return lines.problem(text(error, "code"), text(error, "message"), _ERRORS)
    return lines.garbled("UPS")


def meaning(type_: str, code: str, status: str, words: str) -> tuple[Meaning | None, bool]:
    """What an activity says, and whether UPS's lists say it. None: nobody knows."""
    code = code.zfill(2) if code.isdigit() else code
    for name in _LISTS.get(type_, ()):
        if code and code in _CODES[name]:
            return _CODES[name][code], True
    by_status = _CODES["status"].get(status.zfill(3)) if status.isdigit() else None
    by_type = _CODES["types"].get(type_)
    if by_type is not None:
        is_closer = by_status is not None and by_status.status in _CLOSER.get(type_, ())
        return (by_status if is_closer else by_type), True
    if by_status is not None:
        return by_status, True
    other = _CODES["X"].get(code) if type_ == "I" else _CODES["I"].get(code) if type_ == "X" else None
    return lines.by_words(words, _WORDS) or other, False


def place_of(address: Any) -> Place:
    """A place as UPS writes it."""
    return Place(
        city=text(address, "city"),
        province=first(address, "stateProvince", "stateProvinceCode"),
        postcode=text(address, "postalCode"),
        country=country(address, "countryCode") or country(address, "country"),
    )


def _package(shipments: list[dict[str, Any]], number: str) -> dict[str, Any] | None:
    packages = [package for shipment in shipments for package in objects(shipment, "package")]
    for package in packages:
        others = [text(other, "number") for other in objects(package, "alternateTrackingNumber")]
        if number in (tidy(name) for name in (text(package, "trackingNumber"), *others) if name):
            return package
    return packages[0] if packages else None


def _told(package: dict[str, Any], asked: Asked) -> Told:
    there = lines.destination(asked, _destination(package))
    unknown: list[tuple[str, str]] = []
    scans = [scan for entry in objects(package, "activity") if (scan := _scan(entry, asked, there, unknown))]
    done = lines.settled(scans, asked)
    first_day, last_day = clocks.span(_scheduled(package))
    return Told(
        number=asked.number,
        carrier="ups",
        scans=done,
        status=lines.whole(_whole(package, is_moving=bool(scans)), done),
        expected_first=first_day,
        expected_last=last_day,
        service=text(package, "service", "description"),
        signed_by=text(package, "deliveryInformation", "receivedBy"),
        unknown=lines.unknown(unknown),
    )


def _whole(package: dict[str, Any], *, is_moving: bool) -> str:
    """The status of the whole. A package without any activity is one of which UPS knows the label."""
    said = dig(package, "currentStatus")
    found, sure = meaning(*_words_of(said)[:3], _words_of(said)[3])
    if found is not None and found.status and (sure or is_moving):
        return found.status
    return "" if is_moving else LABEL_CREATED


def _words_of(status: Any) -> tuple[str, str, str, str]:
    return text(status, "type"), text(status, "code"), text(status, "statusCode"), text(status, "description")


def _scan(activity: dict[str, Any], asked: Asked, there: Place, unknown: list[tuple[str, str]]) -> Scan | None:
    type_, code, status, words = _words_of(dig(activity, "status"))
    place = place_of(dig(activity, "location", "address"))
    clock = _clock(activity, place, asked)
    if clock is None:
        return None
    found, sure = meaning(type_, code, status, words)
    key = f"{type_}:{code}"
    if not sure:
        unknown.append((key, words))
    found = found or Meaning("")
    return Scan(
        at=clock.at,
        status=found.status,
        sub_status=found.sub_status,
        code=key,
        text=words,
        place=place,
        local=clock.local,
        zone=clock.zone,
        at_destination=found.at_destination or (key in _ARRIVALS and lines.near(place, there)),
        guessed=clock.guessed,
    )


def _clock(activity: Mapping[str, Any], place: Place, asked: Asked) -> clocks.Clock | None:
    local = clocks.joined(text(activity, "date"), text(activity, "time"))
    there = clocks.joined(text(activity, "gmtDate"), text(activity, "gmtTime")) if text(activity, "gmtTime") else None
    if there is not None:
        return clocks.of_both(there.replace(tzinfo=UTC), local, place)
    if local is None:
        return None
    moment = clocks.with_offset(local, text(activity, "gmtOffset"))
    return clocks.of_offset(moment, place) if moment.tzinfo else clocks.of_place(local, place, asked)


def _destination(package: dict[str, Any]) -> Place:
    for address in objects(package, "packageAddress"):
        if text(address, "type").upper() == "DESTINATION":
            return place_of(dig(address, "address"))
    return Place()


def _scheduled(package: dict[str, Any]) -> date | None:
    """The day that UPS plans: a rescheduled one (RDD) before the first one (SDD); DEL is when it was delivered."""
    days = {text(entry, "type").upper(): clocks.day(text(entry, "date")) for entry in objects(package, "deliveryDate")}
    return days.get("RDD") or days.get("SDD")
