"""What a row of the clock tables should be by a log: counted per half hour, and the cheapest hours found exactly."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from commerce.rules import tracking
from commerce.rules.polling import Known
from commerce.rules.polling_situations import situation, unmoved
from commerce.rules.refit_replay import Observed

BINS = 48  # half hours of a local day
_FEWEST = 30  # milestones in a row before it says anything
_TOMORROW_H = 9.0  # until the first check of the next day, after midnight
_LONGEST = timedelta(days=4)


@dataclass(slots=True)
class Counts:
    """Of one row: how many shipments were in it during each half hour, and how many milestones came then."""

    there: list[int] = field(default_factory=lambda: [0] * (BINS + 1))
    came: list[int] = field(default_factory=lambda: [0] * (BINS + 1))


def counted(shipments: Iterable[Observed]) -> dict[str, Counts]:
    """Each row's counts, as somebody would make them who sees every scan the moment it is shown."""
    counts: dict[str, Counts] = {}
    for shipment in shipments:
        for known, since, until, milestone in _stretches(shipment):
            zone = ZoneInfo((known.origin_zone or known.zone if unmoved(known) else known.zone) or "UTC")
            _count(counts, known, since.astimezone(zone), until.astimezone(zone), milestone=milestone)
    return counts


def _stretches(shipment: Observed) -> Iterator[tuple[Known, datetime, datetime, bool]]:
    """The times between two scans: what was known, from when until when, and whether a milestone ended it."""
    known, since = shipment.known(), shipment.created_at
    for index, scan in enumerate(shipment.scans):
        until = min(scan.shown_at, since + _LONGEST)
        if until > since:
            yield known, since, until, until == scan.shown_at and scan.status in tracking.MILESTONES
        known, since = shipment.after(known, index, scan.shown_at), scan.shown_at


def _count(counts: dict[str, Counts], known: Known, since: datetime, until: datetime, *, milestone: bool) -> None:
    day = since.date()
    while day <= until.date():
        first = since.hour * 2 + since.minute // 30 if day == since.date() else 0
        last = until.hour * 2 + until.minute // 30 if day == until.date() else BINS - 1
        row = counts.setdefault(situation(known, day, since), Counts())
        for half_hour in range(first, last + 1):
            row.there[half_hour] += 1
        if milestone and day == until.date():
            row.came[last] += 1
        day += timedelta(days=1)


def hours(counts: Mapping[str, Counts], name: str, price: float) -> tuple[float, ...] | None:
    """The hours of the day that cost least for a row at the price of a call; None where too little was seen.

    Exact over half hours: a check at one of their ends finds all that came since the one before and costs a call for
    each shipment that is there or was found.
    """
    row = counts.get(name)
    if row is None or sum(row.came) < _FEWEST:
        return None
    best: list[tuple[float, int]] = [(0.0, 0)] * (BINS + 1)
    for start in range(BINS, -1, -1):
        waited, came = 0.0, 0
        options: list[tuple[float, int]] = []
        for end in range(start + 1, BINS):
            waited += came * 0.5 + row.came[end - 1] * 0.25
            came += row.came[end - 1]
            options.append((price * (row.there[end] + came) + waited + best[end][0], end))
        left = sum(row.came[half] * ((BINS - half) * 0.5 + _TOMORROW_H) for half in range(start, BINS))
        best[start] = min([*options, (left, 0)])
    found, at = [], best[0][1]
    while at:
        found.append(at / 2)
        at = best[at][1]
    return tuple(found)
