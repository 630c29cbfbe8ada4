"""17TRACK: a number with the events of all carriers that had it.

Source: api.17track.net/doc (v2.4), Webhook: the header `sign` is the SHA-256, in hex, of the raw body, a slash and the
account's key. That is no HMAC, but it is what there is. The body:

    {"event": "TRACKING_UPDATED", "data": {"number", "carrier", "tag", "track_info": {
     "latest_status": {"status", "sub_status"},
     "time_metrics": {"estimated_delivery_date": {"from", "to"}},
     "tracking": {"providers": [{"provider": {"name"}, "service_type", "events": [
       {"time_iso", "time_utc", "time_raw": {"date", "time", "timezone"}, "description", "stage", "sub_status",
        "address": {"country", "state", "city", "postal_code"}}]}]}}}}

TRACKING_STOPPED tells of a number that is not followed any more, and nothing of its parcel.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from commerce.rules.events import UnableToRead
from commerce.rules.tracking import Place, Scan, Told
from integrations.carriers import clocks, lines
from integrations.carriers.loose import country, dig, first, objects, text
from integrations.carriers.pushes import asked, json_of
from integrations.carriers.words import SEVENTEENTRACK_TO_US, by_closest


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether whoever sent it knows the account's key."""
    given = headers.get("sign", "").strip().lower().encode("utf-8", "surrogatepass")
    found = False
    for key in secrets:
        made = hashlib.sha256(body + b"/" + key).hexdigest().encode()
        found |= bool(key) and hmac.compare_digest(given, made)
    return found


def read(body: bytes, *, now: datetime) -> list[Told]:  # noqa: ARG001 (every pusher's signature)
    """The number's events; nothing where it is not followed any more. Raises UnableToRead."""
    event = json_of(body, "17TRACK")
    told = [one for one in objects(event, "data") if text(one, "number")]
    if not told:
        raise UnableToRead("17TRACK: `data.number` is missing")
    return [
        _told(dig(one, "track_info"), text(one, "number")) for one in told if isinstance(one.get("track_info"), dict)
    ]


def _told(told: Any, number: str) -> Told:
    providers = objects(told, "tracking", "providers")
    events = [event for provider in providers for event in objects(provider, "events")]
    unknown: list[tuple[str, str]] = []
    scans = [scan for event in events if (scan := _scan(event, number, unknown))]
    done = lines.settled(scans, asked(number))
    latest = dig(told, "latest_status")
    estimate = dig(told, "time_metrics", "estimated_delivery_date")
    first_day, last_day = clocks.span(clocks.day(text(estimate, "from")), clocks.day(text(estimate, "to")))
    status = by_closest(SEVENTEENTRACK_TO_US, text(latest, "status"), text(latest, "sub_status"))
    return Told(
        number=number,
        carrier="seventeentrack",
        scans=done,
        status=lines.whole(status, done),
        expected_first=first_day,
        expected_last=last_day,
        service=next((name for one in providers if (name := text(one, "service_type"))), ""),
        unknown=lines.unknown(unknown),
    )


def _scan(event: dict[str, Any], number: str, unknown: list[tuple[str, str]]) -> Scan | None:
    address = dig(event, "address")
    place = Place(
        city=text(address, "city"),
        province=text(address, "state"),
        postcode=text(address, "postal_code"),
        country=country(address, "country"),
    )
    clock = _clock(event, place, number)
    if clock is None:
        return None
    stage, closer, words = text(event, "stage"), text(event, "sub_status"), text(event, "description")
    main = closer.partition("_")[0]  # a stage is 17TRACK's milestone, whose words are not all states
    status = by_closest(SEVENTEENTRACK_TO_US, main, closer)
    code = first(event, "sub_status", "stage")
    if not status and code:
        unknown.append((code, words))
    return Scan(
        at=clock.at,
        status=status,
        sub_status="" if not stage or stage == main else stage.lower(),
        code=code,
        text=words,
        place=place,
        local=clock.local,
        zone=clock.zone,
        guessed=clock.guessed,
    )


def _clock(event: dict[str, Any], place: Place, number: str) -> clocks.Clock | None:
    """`time_iso` has the offset; where that could not be told there is the raw clock of the carrier alone."""
    for name in ("time_iso", "time_utc"):
        read = clocks.told(text(event, name), place, asked(number))
        if read is not None:
            return read
    raw = clocks.joined(text(event, "time_raw", "date"), text(event, "time_raw", "time"))
    return clocks.of_place(raw, place, asked(number)) if raw else None
