"""Times and places of a parcel's lines, as people there and here read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from webapp import formats
from webapp.languages import gettext as _
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
    whose = _("your time") if timezone else "UTC"
    return [
        Line(
            row=row,
            there=formats.clock(datetime.fromisoformat(row.local)) if row.local else "",
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
        return f"{formats.clock(at)} {whose}"
    there, here = datetime.fromisoformat(row.local), at.replace(tzinfo=None, microsecond=0)
    if there.replace(tzinfo=None, microsecond=0) == here:
        return ""
    return f"{at:%H:%M} {whose}" if there.date() == here.date() else f"{formats.clock(at)} {whose}"


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
    return "UTC" if zone == "UTC" else _("%(place)s time", place=zone.rpartition("/")[2].replace("_", " "))


def expected(first: date | None, last: date | None) -> str:
    """The estimated day: "24 November", or "24 to 26 November"."""
    if last is None:
        return formats.long_day(first) if first else ""
    if first is None or first == last:
        return formats.long_day(last)
    if first.month == last.month:
        return _("%(number)s to %(last)s", number=first.day, last=formats.long_day(last))
    return _("%(first)s to %(last)s", first=formats.long_day(first), last=formats.long_day(last))
