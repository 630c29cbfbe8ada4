"""What EasyPost answers: a Tracker object (docs.easypost.com/docs/trackers), alone or within an event.

`status` and `status_detail` of each line, put into our words in codes.json. Times are UTC, whatever the carrier wrote;
the clock of the place follows from it where the line has one. EasyPost leaves the country out for American places.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from commerce.rules.tracking import NOT_FOUND as NOT_FOUND_YET
from commerce.rules.tracking import Place, Scan, Told
from integrations.carrier_api import AWAY, INVALID, NOT_FOUND, REFUSED, TOO_OFTEN, Asked, Problem
from integrations.carriers import clocks, lines
from integrations.carriers.lines import Meaning
from integrations.carriers.loose import country, dig, first, objects, text

_CODES = lines.codes(Path(__file__).parent / "codes.json")
_ERRORS = {
    "TRACKER.NOT_FOUND": NOT_FOUND,
    "NOT_FOUND": NOT_FOUND,
    "TRACKER.CREATE.ERROR": INVALID,
    "TRACKER.CARRIER.INVALID": INVALID,
    "TRACKER.TRACKING_CODE.INVALID": INVALID,
    "UNAUTHORIZED": REFUSED,
    "FORBIDDEN": REFUSED,
    "APIKEY.INACTIVE": REFUSED,
    "PAYMENT_REQUIRED": REFUSED,
    "RATE_LIMITED": TOO_OFTEN,
    "TIMEOUT": AWAY,
    "INTERNAL_SERVER_ERROR": AWAY,
}
_HOME = frozenset({"USPS", "UPS", "UPSDAP", "FEDEX", "FEDEXDEFAULT", "ONTRAC", "LASERSHIP", "SPEEDEE"})


def read(raw: Any, asked: Asked, *, now: datetime) -> Told | Problem:  # noqa: ARG001 (every reader's signature)
    """Read a tracker. Never raises."""
    for error in objects(raw, "error"):
        return lines.problem(text(error, "code"), text(error, "message"), _ERRORS)
    status = text(raw, "status")
    if not text(raw, "tracking_code") and not status and not objects(raw, "tracking_details"):
        return lines.garbled("EasyPost")
    unknown: list[tuple[str, str]] = []
    details = objects(raw, "tracking_details")
    is_home = text(raw, "carrier").upper() in _HOME
    scans = [scan for detail in details if (scan := _scan(detail, asked, unknown, is_home=is_home))]
    found, _ = meaning(status, text(raw, "status_detail"))
    done, is_blank = lines.settled(scans, asked), not scans and status == "unknown"
    first_day, last_day = clocks.span(_expected(raw, asked))
    return Told(
        number=asked.number,
        carrier="easypost",
        scans=done,
        status=lines.whole(found.status if found else "", done) or (NOT_FOUND_YET if is_blank else ""),
        expected_first=first_day,
        expected_last=last_day,
        service=text(raw, "carrier_detail", "service"),
        signed_by=text(raw, "signed_by"),
        unknown=lines.unknown(unknown),
    )


def meaning(status: str, detail: str) -> tuple[Meaning | None, bool]:
    """What status and detail say, and whether the status is known. A detail that is not known changes nothing."""
    base = _CODES["statuses"].get(status.lower())
    if base is None:
        return None, False
    if status == "return_to_sender" and detail in ("delivered", "returned"):
        return Meaning("returned"), True
    return _CODES.get(status.lower(), {}).get(detail.lower(), base), True


def _scan(detail: dict[str, Any], asked: Asked, unknown: list[tuple[str, str]], *, is_home: bool) -> Scan | None:
    place = _place(dig(detail, "tracking_location"), is_home=is_home)
    clock = clocks.told(text(detail, "datetime"), place, asked)
    if clock is None:
        return None
    status, closer = text(detail, "status"), text(detail, "status_detail")
    code = ":".join(part for part in (status, closer) if part)
    words = first(detail, "message", "description")
    found, sure = meaning(status, closer)
    if not sure:
        unknown.append((code, words))
    found = found or Meaning("")
    return Scan(
        at=clock.at,
        status=found.status,
        sub_status=found.sub_status,
        code=code,
        text=words,
        place=place,
        local=clock.local,
        zone=clock.zone,
        at_destination=found.at_destination,
        guessed=clock.guessed,
    )


def _place(located: Any, *, is_home: bool) -> Place:
    place = Place(
        city=text(located, "city"),
        province=text(located, "state"),
        postcode=text(located, "zip"),
        country=country(located, "country"),
    )
    if is_home and not place.country and place != Place():
        return Place(city=place.city, province=place.province, postcode=place.postcode, country="US")
    return place


def _expected(raw: Any, asked: Asked) -> date | None:
    local = clocks.day(text(raw, "carrier_detail", "est_delivery_date_local"))
    return local or clocks.day_there(text(raw, "est_delivery_date"), asked.zone)
