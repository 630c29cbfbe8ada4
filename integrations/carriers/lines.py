"""What the readers of all carriers share: tables of codes as data, and what follows from the lines together."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from re import IGNORECASE, Pattern
from re import compile as compiled

from commerce.rules.tracking import (
    DELIVERED,
    OUT_FOR_DELIVERY,
    RETURNED,
    RETURNING,
    Place,
    Scan,
)
from integrations.carrier_api import AWAY, GARBLED, INVALID, NOT_FOUND, REFUSED, TOO_OFTEN, Asked, Problem


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says in our words. An empty `status` says nothing of the parcel's state, and is meant so."""

    status: str
    sub_status: str = ""
    at_destination: bool = False


Codes = Mapping[str, Meaning]


@cache
def codes(path: Path) -> dict[str, Codes]:
    """The tables of a JSON file: kind -> our status -> sub status -> codes, parted by spaces.

    A sub status ends in "@" where the parcel is at the facility from which it is delivered. The status "-" is that of
    lines which say nothing of the parcel's state.
    """
    return {
        kind: {
            code: Meaning("" if status == "-" else status, sub.removesuffix("@"), sub.endswith("@"))
            for status, subs in table.items()
            for sub, listed in subs.items()
            for code in listed.split()
        }
        for kind, table in json.loads(path.read_text(encoding="utf-8")).items()
    }


Patterns = Sequence[tuple[Pattern[str], Meaning]]


def patterns(*lines: tuple[str, str, str]) -> Patterns:
    """Words to look for in a text, and the status and sub status ("@" as above) they mean. The first one counts."""
    return [
        (compiled(words, IGNORECASE), Meaning(status, sub.removesuffix("@"), sub.endswith("@")))
        for words, status, sub in lines
    ]


def by_words(text: str, lines: Patterns) -> Meaning | None:
    """What a text says, where one of the patterns is in it."""
    return next((meaning for words, meaning in lines if words.search(text)), None)


def settled(scans: Sequence[Scan], asked: Asked) -> tuple[Scan, ...]:
    """The lines, oldest first, with what only their order tells: delivered after it turned back is returned.

    Not where it was delivered in the very postcode that it was sent to: turning back can be revoked.
    """
    ordered = sorted(scans, key=lambda scan: scan.at)
    is_back, done = False, []
    for scan in ordered:
        if scan.status == RETURNING:
            is_back = True
        elif scan.status == OUT_FOR_DELIVERY and _is_there(scan.place, asked):
            is_back = False
        back = is_back and scan.status == DELIVERED and not _is_there(scan.place, asked)
        done.append(replace(scan, status=RETURNED) if back else scan)
    return tuple(done)


def near(place: Place, other: Place) -> bool:
    """Whether both lie in one delivery area: the same city, or postcodes that begin alike."""
    if place.country and other.country and place.country != other.country:
        return False
    one, two = place.postcode.replace(" ", "").upper(), other.postcode.replace(" ", "").upper()
    if len(one) >= 3 and len(two) >= 3:
        return one[:3] == two[:3]
    city = place.city.casefold()
    return bool(city) and city == other.city.casefold() and (place.province or other.province) in (other.province, "")


def destination(asked: Asked, told: Place) -> Place:
    """Where it goes: as the carrier tells it, and what we know in the gaps."""
    if told.country and asked.country and told.country != asked.country:
        return told
    return replace(told, country=told.country or asked.country, postcode=told.postcode or asked.postcode)


def unknown(scans: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Codes that no table has, each once, with the carrier's text."""
    return tuple(dict(reversed(scans)).items())


def problem(code: str, message: str, table: Mapping[str, str]) -> Problem:
    """A refusal in our words: by the carrier's code, else by the status of HTTP that it repeats and by its words, of
    which the words say more where the request was merely bad."""
    by_status = AWAY if code.startswith("5") and len(code) == 3 else _BY_STATUS.get(code, GARBLED)
    kind = table.get(code.upper(), by_status)
    if kind in (INVALID, GARBLED) and code.upper() not in table:
        kind = next((told for words, told in _BY_WORDS if words.search(message)), kind)
    return Problem(kind=kind, message=f"{message or 'It did not say why.'} ({code})" if code else message)


def garbled(carrier: str) -> Problem:
    """An answer of a shape that was never seen."""
    return Problem(kind=GARBLED, message=f"{carrier} answered what cannot be read.")


_BY_STATUS = {
    "400": INVALID,
    "401": REFUSED,
    "403": REFUSED,
    "404": NOT_FOUND,
    "429": TOO_OFTEN,
}
_NOWHERE = r"not (yet )?(be )?(found|available)|no record|no (tracking )?information|not locate|does not exist"
_BY_WORDS = (
    (compiled(_NOWHERE, IGNORECASE), NOT_FOUND),
    (compiled(r"not authorized|unauthorized|forbidden|scope", IGNORECASE), REFUSED),
    (compiled(r"too many requests", IGNORECASE), TOO_OFTEN),
    (compiled(r"invalid|incorrect", IGNORECASE), INVALID),
)


def _is_there(place: Place, asked: Asked) -> bool:
    if not asked.postcode or not place.postcode:
        return False
    one, two = (code.replace(" ", "").upper()[:5] for code in (place.postcode, asked.postcode))
    return one == two and (not asked.country or place.country in ("", asked.country))


def whole(status: str, scans: Sequence[Scan]) -> str:
    """The word for the whole, which is returned where the lines show that it was delivered to its sender."""
    return RETURNED if status == DELIVERED and any(scan.status == RETURNED for scan in scans) else status
