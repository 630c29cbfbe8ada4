"""What a carrier told of a parcel, for its shopper: day by day, in their language, and nothing of any person."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from commerce.rules.tracking import DELIVERED, Place, Scan
from webapp.track import moments
from webapp.track.languages import Language

MOST = 30  # lines of a page
_LONGEST = 160
# Carriers write who took a parcel, and where a neighbour lives, into their lines: those of a delivery are left out, and
# of others what looks like a mail address or a telephone number.
_PERSONAL = re.compile(r"\S+@\S+|(?<!\w)(?:\+|00?)[1-9][\d ()/-]{6,}\d")
_LEFT_OUT = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `at` is for programs, `clock` for people; `text` is the carrier's own."""

    at: str
    clock: str
    title: str
    text: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The lines of a day, newest first."""

    heading: str
    lines: Sequence[Line]


def days(lines: Sequence[Scan], language: Language, *, zone: str, today: date, hidden: str) -> list[Day]:
    """The newest lines by their days. `zone` is the destination's; `hidden` words are those of a person."""
    found: dict[date, list[Line]] = {}
    for scan in lines[:MOST]:
        clock, foreign = moments.there(scan.at, local=scan.local, name=scan.zone, otherwise=zone)
        text = _text(scan, hidden)
        title = language.status(scan.status, "line") if scan.status else text
        if not title:
            continue
        time = f"{language.clock(clock.time())} {foreign}".strip()
        line = Line(
            at=scan.at.isoformat(timespec="minutes"),
            clock=language.say("about", time=time) if scan.guessed else time,
            title=title,
            text="" if text.casefold() == title.casefold() else text,
            place=where(scan.place),
        )
        found.setdefault(clock.date(), []).append(line)
    return [Day(heading=language.heading(day, today=today), lines=told) for day, told in found.items()]


def where(place: Place) -> str:
    """A place as its city and country, or as much of that as is known."""
    town = place.city or place.province
    return ", ".join(part for part in (_capitals(town), place.country.upper()) if part)


def _capitals(town: str) -> str:
    """Names that carriers shout, in the usual spelling."""
    return town.title() if town.isupper() and len(town) > 3 else town


def _text(scan: Scan, hidden: str) -> str:
    if scan.status == DELIVERED:
        return ""
    text = _PERSONAL.sub(_LEFT_OUT, " ".join(scan.text.split()))
    if hidden.strip():
        text = re.sub(re.escape(hidden.strip()), _LEFT_OUT, text, flags=re.IGNORECASE)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + _LEFT_OUT
