"""Times and places of a parcel's lines, as people there and here read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from webapp.search.rule_form import zone_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the timeline. `there` and `zone`: the time on the clock of the place, empty where nobody knows it;
    `here`: on the merchant's, without the day where it is the same, empty where both clocks show the same.
    `is_unknown`: nobody understood the carrier's code."""

    row: Any
    there: str
    zone: str
    here: str
    place: str
    is_unknown: bool


def lines_of(rows: Iterable[Any], *, timezone: str, unknown: set[str]) -> list[Line]:
    """A parcel's lines, newest first, for a merchant whose clock shows that zone."""
    whose = "your time" if timezone else "UTC"
    return [
        Line(
            row=row,
            there=_clock(datetime.fromisoformat(row.local)) if row.local else "",
            zone=zone_name(row.zone),
            here=_beside(row, row.at.astimezone(zone_of(timezone)), whose),
            place=place_of(row),
            is_unknown=row.code in unknown,
        )
        for row in rows
    ]


def _beside(row: Any, at: datetime, whose: str) -> str:
    """A line's time on the merchant's clock, as it stands beside the time there."""
    if not row.local:
        return f"{_clock(at)} {whose}"
    there, here = datetime.fromisoformat(row.local), at.replace(tzinfo=None, microsecond=0)
    if there.replace(tzinfo=None, microsecond=0) == here:
        return ""
    return f"{at:%H:%M} {whose}" if there.date() == here.date() else f"{_clock(at)} {whose}"


def route(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """The places that a parcel came through, in order, each with the day on which it was first seen there."""
    found: list[tuple[str, str]] = []
    for line in sorted(lines, key=lambda line: line.row.at):
        if line.place and (not found or found[-1][0] != line.place):
            found.append((line.place, (line.there or line.here).partition(",")[0]))
    return found


def place_of(row: Any) -> str:
    """Where a line was made: city, province, country, as far as they are told."""
    return ", ".join(part for part in (row.city, row.province, row.country) if part)


def zone_name(zone: str) -> str:
    """A zone as people call it: "New York time" for America/New_York, "UTC+02:00" for an offset."""
    if not zone:
        return ""
    if zone[0] in "+-":
        return f"UTC{zone}"
    return "UTC" if zone == "UTC" else f"{zone.rpartition('/')[2].replace('_', ' ')} time"


def _clock(at: datetime) -> str:
    return f"{at:%a %-d %b, %H:%M}"


def expected(first: date | None, last: date | None) -> str:
    """The estimated day: "24 November", or "24 to 26 November"."""
    if last is None:
        return f"{first:%-d %B}" if first else ""
    if first is None or first == last:
        return f"{last:%-d %B}"
    return f"{first:%-d} to {last:%-d %B}" if first.month == last.month else f"{first:%-d %B} to {last:%-d %B}"
