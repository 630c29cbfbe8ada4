"""AfterShip: a tracking with all its checkpoints, whenever it changed.

Source: aftership.com/docs/tracking, Webhook Signature (header `aftership-hmac-sha256`: base64 of the HMAC-SHA256 of the
raw body with the account's webhook secret) and Webhook Specifications:

    {"event": "tracking_update", "msg": {"tracking_number", "slug", "tag", "subtag", "signed_by",
     "expected_delivery", "latest_estimated_delivery": {"datetime", "datetime_min", "datetime_max"},
     "checkpoints": [{"checkpoint_time", "tag", "subtag", "message", "city", "state", "zip", "country_iso3", …}]}}

Checkpoint times are those of the carrier: with an offset where it tells one, else the clock of the place.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from commerce.rules.events import UnableToRead
from commerce.rules.tracking import Place, Scan, Told
from integrations.carriers import clocks, lines
from integrations.carriers.loose import country, dig, first, objects, text
from integrations.carriers.pushes import asked, is_signed, json_of
from integrations.carriers.words import AFTERSHIP_TO_US, by_closest

_ISO3 = {
    "AUS": "AU",
    "AUT": "AT",
    "BEL": "BE",
    "BRA": "BR",
    "CAN": "CA",
    "CHE": "CH",
    "CHN": "CN",
    "DEU": "DE",
    "DNK": "DK",
    "ESP": "ES",
    "FRA": "FR",
    "GBR": "GB",
    "HKG": "HK",
    "IND": "IN",
    "IRL": "IE",
    "ITA": "IT",
    "JPN": "JP",
    "MEX": "MX",
    "NLD": "NL",
    "NOR": "NO",
    "NZL": "NZ",
    "POL": "PL",
    "PRT": "PT",
    "SGP": "SG",
    "SWE": "SE",
    "USA": "US",
}
_ESTIMATES = ("latest_estimated_delivery", "courier_estimated_delivery_date", "aftership_estimated_delivery_date")


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether the body was signed with the account's webhook secret."""
    return is_signed(headers.get("aftership-hmac-sha256", ""), body, secrets)


def read(body: bytes, *, now: datetime) -> list[Told]:  # noqa: ARG001 (every pusher's signature)
    """The tracking; nothing for events that tell none. Raises UnableToRead."""
    event = json_of(body, "AfterShip")
    told = dig(event, "msg") or dig(event, "data")
    if not isinstance(told, dict):
        raise UnableToRead("AfterShip: `msg` is missing")
    number = text(told, "tracking_number")
    return [_told(told, number)] if number else []


def _told(told: dict[str, Any], number: str) -> Told:
    unknown: list[tuple[str, str]] = []
    scans = [scan for point in objects(told, "checkpoints") if (scan := _scan(point, number, unknown))]
    done = lines.settled(scans, asked(number))
    first_day, last_day = _expected(told)
    return Told(
        number=number,
        carrier="aftership",
        scans=done,
        status=lines.whole(by_closest(AFTERSHIP_TO_US, text(told, "tag"), text(told, "subtag")), done),
        expected_first=first_day,
        expected_last=last_day,
        service=first(told, "shipment_type", "courier_service"),
        signed_by=text(told, "signed_by"),
        unknown=lines.unknown(unknown),
    )


def _scan(point: dict[str, Any], number: str, unknown: list[tuple[str, str]]) -> Scan | None:
    place = Place(
        city=text(point, "city"),
        province=text(point, "state"),
        postcode=first(point, "zip", "postal_code"),
        country=_ISO3.get(text(point, "country_iso3").upper(), country(point, "country_iso2")),
    )
    clock = clocks.told(text(point, "checkpoint_time"), place, asked(number))
    if clock is None:
        return None
    tag, subtag, words = text(point, "tag"), text(point, "subtag"), first(point, "message", "subtag_message")
    status = by_closest(AFTERSHIP_TO_US, tag, subtag)
    code = subtag or tag
    if not status:
        unknown.append((code, words))
    return Scan(
        at=clock.at,
        status=status,
        code=code,
        text=words,
        place=place,
        local=clock.local,
        zone=clock.zone,
        guessed=clock.guessed,
    )


def _expected(told: dict[str, Any]) -> tuple[date | None, date | None]:
    for name in _ESTIMATES:
        estimate = dig(told, name)
        days = [
            clocks.day(first(estimate, f"datetime{end}", f"estimated_delivery_date{end}")) for end in ("_min", "_max")
        ]
        around = clocks.span(*days)
        if around[0] is not None:
            return around
        day = clocks.day(first(estimate, "datetime", "estimated_delivery_date"))
        if day is not None:
            return day, day
    return clocks.span(clocks.day(text(told, "expected_delivery")))
