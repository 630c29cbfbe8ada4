"""What DHL answers: GET /track/shipments of Shipment Tracking - Unified, for all of its divisions.

The five words of `statusCode` (pre-transit, transit, delivered, failure, unknown) are the base, put into our words in
codes.json. Only "transit", "failure" and "delivered" are looked into closer: first by the divisions' own event codes,
where `status` or `statusDetailed` is one (DHL Express: checkpoint codes of the XML services; Parcel Germany:
`standard-event-code`), then, as the last resort, by the words of the line, in English and German. "pre-transit" stays
what it is, whatever is written beside it; "unknown" says nothing of the parcel's state and is listed as unknown.

Times come with an offset, as UTC, or (Express and Parcel Germany) as the clock of the place, without one.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from commerce.rules.tracking import DELIVERED, EXCEPTION, IN_TRANSIT, LABEL_CREATED, Place, Scan, Told
from commerce.rules.zones import zone_of
from integrations.carrier_api import Asked, Problem
from integrations.carriers import clocks, lines
from integrations.carriers.lines import Meaning
from integrations.carriers.loose import country, dig, first, objects, text, tidy

_CODES = lines.codes(Path(__file__).parent / "codes.json")
_RETURNING = r"return(ed|ing)? to (the )?(sender|shipper)|being returned|r(ü|ue)cksendung|zur(ü|ue)ckgesandt"
_WAITING = r"(ready for|awaiting) (pick-?up|collection)|abholbereit|abgeholt werden"
_MISSED = (
    r"not (at )?home|not (present|successful)|unsuccessful|delivery attempt|could not be delivered"
    r"|recipient (was )?not|nicht angetroffen|nicht zugestellt"
)
_ON_THE_VAN = r"out for delivery|with (the )?(delivery )?courier|the delivery vehicle|zustellfahrzeug|in zustellung"
_LAST_STOP = (
    r"(arrived|processed|received|is) (at|in) the (destination|delivery|recipient)"
    r"|delivery (facility|base|depot)|zustellbasis"
)
_TAKEN = r"picked up|has been collected|accepted by dhl|posted by the sender|handed (in|over)|eingeliefert"
_IN_TRANSIT = lines.patterns(
    (r"customs|clearance|\bzoll", "customs", ""),
    (_WAITING, "ready_for_pickup", ""),
    (_MISSED, "attempt_failed", ""),
    (_RETURNING, "returning", ""),
    (_ON_THE_VAN, "out_for_delivery", "@"),
    (r"delay|versp(ä|ae)t", "delayed", ""),
    (_LAST_STOP, "in_transit", "@"),
    (_TAKEN, "picked_up", ""),
)
_FAILURE = lines.patterns(
    (_RETURNING, "returning", ""),
    (r"customs|clearance|\bzoll", "customs", ""),
    (r"refused|verweiger", "exception", "refused"),
    (r"address|adresse", "exception", "address"),
    (r"damage|besch(ä|ae)dig", "exception", "damaged"),
    (r"\blost\b|missing|verloren", "exception", "lost"),
    (_MISSED + r"|not available|attempt|closed|no access", "attempt_failed", ""),
    (r"delay|versp(ä|ae)t|weather", "delayed", ""),
)
_DELIVERED = lines.patterns(
    (r"(delivered|returned) (back )?to (the )?(sender|shipper)|r(ü|ue)cksendung.*zugestellt", "returned", ""),
    (_WAITING, "ready_for_pickup", ""),
)
_CLOSER = {IN_TRANSIT: _IN_TRANSIT, EXCEPTION: _FAILURE, DELIVERED: _DELIVERED}
# Which of the divisions' codes may say more closely what a status code says; others would contradict it.
_FITS = {
    IN_TRANSIT: frozenset({DELIVERED, LABEL_CREATED}),
    EXCEPTION: frozenset({DELIVERED, LABEL_CREATED, "picked_up", "out_for_delivery"}),
}


def read(raw: Any, asked: Asked, *, now: datetime) -> Told | Problem:  # noqa: ARG001 (every reader's signature)
    """Read the whole answer. Never raises; the shipment of that number counts where several come back."""
    shipments, number = objects(raw, "shipments"), tidy(asked.number)
    if not shipments:
        code, words = text(raw, "status"), first(raw, "detail", "title")
        return lines.problem(code, words, {}) if code or words else lines.garbled("DHL")
    same = [shipment for shipment in shipments if tidy(text(shipment, "id")) == number]
    return _told((same or shipments)[0], asked)


def meaning(status_code: str, codes: tuple[str, ...], words: str) -> tuple[Meaning | None, bool]:
    """What a line says, and whether it is known. `codes`: fields that may hold a division's own code."""
    base = _CODES["status"].get(status_code.lower())
    by_code = next((found for code in codes if (found := _CODES["events"].get(code))), None)
    if base is None:
        return by_code, by_code is not None
    if base.status == LABEL_CREATED:
        return base, True
    if by_code is not None and base.status != DELIVERED and by_code.status not in _FITS[base.status]:
        return by_code, True
    return lines.by_words(words, _CLOSER[base.status]) or base, True


def _told(shipment: dict[str, Any], asked: Asked) -> Told:
    there = _place(dig(shipment, "destination"))
    whole = dig(shipment, "status")
    unknown: list[tuple[str, str]] = []
    events = objects(shipment, "events") or objects(shipment, "status")
    scans = [scan for event in events if (scan := _scan(event, asked, there, unknown))]
    found, _ = _meaning_of(whole)
    done = lines.settled(scans, asked)
    first_day, last_day = _expected(shipment, asked, there)
    return Told(
        number=asked.number,
        carrier="dhl",
        scans=done,
        status=lines.whole(found.status if found else "", done),
        expected_first=first_day,
        expected_last=last_day,
        service=first(dig(shipment, "details", "product"), "productName") or text(shipment, "service"),
        signed_by=_signed_by(shipment),
        unknown=lines.unknown(unknown),
    )


def _meaning_of(event: Any) -> tuple[Meaning | None, bool]:
    words = " ".join(text(event, name) for name in ("status", "description", "remark"))
    codes = (text(event, "statusDetailed"), text(event, "status"), text(event, "eventCode"))
    return meaning(text(event, "statusCode"), codes, words)


def _scan(event: dict[str, Any], asked: Asked, there: Place, unknown: list[tuple[str, str]]) -> Scan | None:
    place = _place(dig(event, "location"))
    clock = clocks.told(text(event, "timestamp"), place, asked)
    if clock is None:
        return None
    found, sure = _meaning_of(event)
    status, words = text(event, "status"), text(event, "description")
    detail = status if len(status) <= 3 else ""
    code = ":".join(part for part in (text(event, "statusCode"), text(event, "statusDetailed") or detail) if part)
    if not sure:
        unknown.append((code, words or status))
    found = found or Meaning("")
    is_arrival = found.status == IN_TRANSIT and "arriv" in f"{status} {words}".lower()
    return Scan(
        at=clock.at,
        status=found.status,
        sub_status=found.sub_status,
        code=code,
        text=words or status,
        place=place,
        local=clock.local,
        zone=clock.zone,
        at_destination=found.at_destination or (is_arrival and lines.near(place, lines.destination(asked, there))),
        guessed=clock.guessed,
    )


def _place(located: Any) -> Place:
    address = dig(located, "address")
    return Place(
        city=text(address, "addressLocality"),
        postcode=text(address, "postalCode"),
        country=country(address, "countryCode"),
    )


def _expected(shipment: dict[str, Any], asked: Asked, there: Place) -> tuple[date | None, date | None]:
    """The estimate, and the frame around it. UTC becomes the day at the destination."""
    zone = asked.zone or (zone_of(there.country, there.postcode) if there.country else "")
    frame = dig(shipment, "estimatedDeliveryTimeFrame")
    around = clocks.span(
        clocks.day_there(text(frame, "estimatedFrom"), zone),
        clocks.day_there(text(frame, "estimatedThrough"), zone, is_end=True),
    )
    estimate = clocks.day_there(text(shipment, "estimatedTimeOfDelivery"), zone)
    return around if around[0] is not None else clocks.span(estimate)


def _signed_by(shipment: dict[str, Any]) -> str:
    signed = dig(shipment, "details", "proofOfDelivery", "signed")
    return text(signed, "name") or f"{text(signed, 'givenName')} {text(signed, 'familyName')}".strip()
