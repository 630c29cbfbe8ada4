"""What the USPS answers: GET /tracking/v3/tracking/{number}?expand=DETAIL, or one element of v3r2's array.

Event codes are those of the USPS's Product Tracking (Publication 199), as far as they are published, put into our words
in codes.json. Some stand for several things, which only the text tells (01 is also "Delivered, To Original Sender"):
these words come before the table. Where the table lacks a code, the USPS's standard texts count, as the last resort.

Times: UTC where `GMTTimestamp` tells it, else the clock of the place (its ZIP or state), also where a "Z" is appended.
"""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

from commerce.rules.tracking import Place, Scan, Told
from integrations.carrier_api import REFUSED, Asked, Problem
from integrations.carriers import clocks, lines
from integrations.carriers.lines import Meaning
from integrations.carriers.loose import country, dig, first, objects, text, tidy

_CODES = lines.codes(Path(__file__).parent / "codes.json")
# "JACKSONVILLE FL DISTRIBUTION CENTER" has its state inside the city.
_CENTER = re.compile(r"(?P<city>.+?) (?P<state>[A-Z]{2})(?: [A-Z ]*)?(?:CENTER|FACILITY|ANNEX|HUB|NDC|P&DC)\b.*")
_COUNTRIES = {
    "UNITED STATES": "US",
    "USA": "US",
    "CANADA": "CA",
    "MEXICO": "MX",
    "UNITED KINGDOM": "GB",
    "GREAT BRITAIN": "GB",
    "GREAT BRITAIN AND NORTHERN IRELAND": "GB",
    "IRELAND": "IE",
    "GERMANY": "DE",
    "FRANCE": "FR",
    "SPAIN": "ES",
    "ITALY": "IT",
    "NETHERLANDS": "NL",
    "BELGIUM": "BE",
    "SWITZERLAND": "CH",
    "AUSTRIA": "AT",
    "SWEDEN": "SE",
    "NORWAY": "NO",
    "DENMARK": "DK",
    "POLAND": "PL",
    "AUSTRALIA": "AU",
    "NEW ZEALAND": "NZ",
    "JAPAN": "JP",
    "CHINA": "CN",
    "HONG KONG": "HK",
    "KOREA, REPUBLIC OF": "KR",
    "SINGAPORE": "SG",
    "INDIA": "IN",
    "ISRAEL": "IL",
    "BRAZIL": "BR",
}
# What only the text tells of codes that stand for several things.
_CLOSER = lines.patterns(
    (r"^delivered.*(original sender|to sender)", "returned", ""),
    (r"^label cancell?ed", "cancelled", "voided"),
    (r"awaiting item|pre-?shipment|label created", "label_created", ""),
    (r"arriving late|delay", "delayed", ""),
    (r"held at post office, at customer request", "in_transit", "hold"),
    (r"customs", "customs", ""),
    (r"arrived at .*origin facility", "in_transit", "origin_facility"),
)
_WORDS = lines.patterns(
    (r"^delivered", "delivered", ""),
    (r"return(ed|ing)? to sender|unclaimed|being returned|undeliverable as addressed.*return", "returning", ""),
    (
        r"\battempt|notice left|no access|receptacle|no secure|no authorized recipient|business closed",
        "attempt_failed",
        "",
    ),
    (r"^(out for delivery|out-for-delivery)", "out_for_delivery", "@"),
    (r"available for (redelivery or )?pickup|ready for pickup|available at po box", "ready_for_pickup", "@"),
    (r"refused|undeliverable|insufficient address|no such number|addressee unknown|vacant|moved", "exception", ""),
    (r"forward expired", "returning", "address"),
    (r"reminder to schedule redelivery", "attempt_failed", "notice_left"),
    (r"redelivery scheduled", "in_transit", "redelivery"),
    (r"(delivery|processing) exception|animal", "exception", ""),
    (r"customs|clearance", "customs", ""),
    (r"delay|rescheduled|arriving late|not updated", "delayed", ""),
    (r"^(accepted|acceptance|picked up|usps picked up|usps in possession)", "picked_up", ""),
    (r"^arriv.*(post office|hub|carrier annex|unit|destination facility)", "in_transit", "destination_facility@"),
    (
        r"arriv|depart|in transit|processed|forwarded|missent|missorted|tendered|dispatch|sorting|moving",
        "in_transit",
        "",
    ),
)
_REGIONAL = re.compile(r"regional|distribution|network|origin|hub", re.IGNORECASE)


def read(raw: Any, asked: Asked, *, now: datetime) -> Told | Problem:  # noqa: ARG001 (every reader's signature)
    """Read the whole answer, or find the asked number's in an array. Never raises."""
    body = _body(raw, tidy(asked.number))
    is_known = bool(first(body, "statusCategory", "status", "mailClass")) and not dig(body, "error")
    return _told(body, asked) if is_known or objects(body, "trackingEvents") else _problem(body)


def meaning(code: str, words: str) -> tuple[Meaning | None, bool]:
    """What an event says, and whether code or text are known. None: nobody knows."""
    code = code.upper().zfill(2) if code.isdigit() else code.upper()
    by_code = _CODES["events"].get(code)
    closer = lines.by_words(words, _CLOSER)
    if closer is not None and (by_code is None or by_code.status != "delivered" or closer.status == "returned"):
        return closer, True
    if by_code is not None:
        if code == "07" and _REGIONAL.search(words):
            return Meaning("in_transit", "arrived"), True
        return by_code, True
    return lines.by_words(words, _WORDS), False


def _body(raw: Any, number: str) -> Any:
    if not isinstance(raw, list):
        return raw
    for entry in objects(raw):
        if tidy(text(entry, "trackingNumber")) == number:
            return entry
    return raw[0] if raw else None


def _problem(body: Any) -> Problem:
    if isinstance(dig(body, "error"), str):
        return Problem(kind=REFUSED, message=first(body, "error_description", "error"))
    for error in objects(body, "error"):
        details = objects(error, "errors")
        words = " ".join([text(error, "message"), *(first(detail, "detail", "title") for detail in details)]).strip()
        code = text(error, "code") or next((first(detail, "status", "code") for detail in details), "")
        return lines.problem(code, words, {})
    return lines.garbled("The USPS")


def _told(body: Any, asked: Asked) -> Told:
    there = lines.destination(asked, _destination(body))
    unknown: list[tuple[str, str]] = []
    events = objects(body, "trackingEvents")
    scans = [scan for event in events if (scan := scan_of(event, asked, there, unknown))]
    done = lines.settled(scans, asked)
    first_day, last_day = _expected(body)
    return Told(
        number=asked.number,
        carrier="usps",
        scans=done,
        status=lines.whole(_whole(body), done),
        expected_first=first_day,
        expected_last=last_day,
        service=re.sub(r"<[^>]*>|&[#\w]+;", "", text(body, "mailClass")),
        signed_by=next((name for event in events if (name := text(event, "name"))), ""),
        unknown=lines.unknown(unknown),
    )


def _whole(body: Any) -> str:
    """By the text of the whole, where it says more than its category."""
    found, _ = meaning("", text(body, "status"))
    by_category = _CODES["categories"].get(text(body, "statusCategory").lower().replace(" ", "-"))
    found = found or by_category
    return found.status if found else ""


def scan_of(event: dict[str, Any], asked: Asked, there: Place, unknown: list[tuple[str, str]]) -> Scan | None:
    """One event, with its code put under `unknown` where neither table nor text know it."""
    place = _place(event)
    clock = _clock(event, place, asked)
    if clock is None:
        return None
    code, words = text(event, "eventCode"), text(event, "eventType")
    found, sure = meaning(code, words)
    if not sure:
        unknown.append((code, words))
    found = found or Meaning("")
    is_arrival = found.sub_status == "destination_facility" or words.lower().startswith("arrived")
    return Scan(
        at=clock.at,
        status=found.status,
        sub_status=found.sub_status,
        code=code,
        text=words,
        place=place,
        local=clock.local,
        zone=clock.zone,
        at_destination=found.at_destination or (is_arrival and lines.near(place, there)),
        guessed=clock.guessed,
    )


def _clock(event: dict[str, Any], place: Place, asked: Asked) -> clocks.Clock | None:
    local = clocks.written(text(event, "eventTimestamp"))
    local = local.replace(tzinfo=None) if local else None
    at = clocks.written(text(event, "GMTTimestamp"))
    if at is not None:
        return clocks.of_both(at, local, place)
    if local is None:
        return None
    moment = clocks.with_offset(local, text(event, "GMTOffset"))
    return clocks.of_offset(moment, place) if moment.tzinfo else clocks.of_place(local, place, asked)


def _place(event: dict[str, Any]) -> Place:
    city, province, postcode = text(event, "eventCity"), text(event, "eventState"), text(event, "eventZIP")
    center = None if province else _CENTER.fullmatch(city.upper())
    named = text(event, "eventCountry").upper()
    is_home = not named and bool(city or province or postcode)
    return Place(
        city=city,
        province=center["state"] if center else province,
        postcode=postcode,
        country="US" if is_home else country(event, "eventCountry") or _COUNTRIES.get(named, ""),
    )


def _destination(body: Any) -> Place:
    zip_, city, state = (text(body, name) for name in ("destinationZIP", "destinationCity", "destinationState"))
    abroad = country(body, "destinationCountryCode")
    return Place(city=city, province=state, postcode=zip_, country=abroad or ("US" if zip_ or state else ""))


def _expected(body: Any) -> tuple[date | None, date | None]:
    """The estimate in its several names; a guaranteed day is an estimate too."""
    told = dig(body, "deliveryDateExpectation")
    days = [first(told, name) for name in ("expectedDeliveryDate", "predictedDeliveryDate", "guaranteedDeliveryDate")]
    days += [first(body, name) for name in ("expectedDeliveryDate", "predictedDeliveryDate", "guaranteedDeliveryDate")]
    day = next((day for written in days if (day := clocks.day(written))), None)
    return clocks.span(day, clocks.day(text(told, "endOfDay")))
