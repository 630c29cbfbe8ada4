"""A poller by plain clock tables: a list of local hours for each of a dozen situations.

What one gets by writing down when things happen to parcels, without searching for the best hours: the peer that
commerce/rules/polling.py is measured against, in the same worlds.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from commerce.rules import tracking
from commerce.rules.polling import Known

_ROWS = ("label", "far", "eve", "due", "dest", "ofd", "over", "none", "intl", "attempt", "exception", "ready")
_HOURS = {
    "fast": (
        (17.5, 18.5, 19.5, 20.5, 23.5),
        (10.75, 20.5),
        (10.5, 19.5),
        (8, 8.6, 9.2, 10, 11.5, 14.5, 17, 19.5),
        (8, 8.6, 9.2, 9.8, 10.5, 11.5, 12.5, 13.5, 14.5, 15.5, 16.5, 17.5, 19),
        (11.5, 13, 14, 15, 16, 16.6, 17.2, 17.8, 18.4, 19, 19.7, 20.5, 21.5),
        (8, 9.5, 11.5, 15.5, 20.5),
        (8.5, 11, 14, 18.5),
        (9, 11.5, 17),
        (8.5, 9.2, 10, 11, 13, 16, 19.5),
        (8, 10.5, 14.5, 19),
        (9.5, 11.5, 14, 16, 18, 19.6, 21),
    ),
    "balanced": (
        (18.5, 20, 23.5),
        (20.5,),
        (11,),
        (8.5, 10, 11.5, 14.5, 19),
        (8.5, 9.5, 10.5, 12, 14, 15.5, 16.5, 17.5, 19.5),
        (13, 14.5, 16, 17, 18, 19, 20, 21.5),
        (8.6, 11.5, 16),
        (9, 13),
        (10.5,),
        (8.5, 9.5, 10.5, 12, 16, 19),
        (8.2, 10.5, 19),
        (14.5, 16.5, 20.3),
    ),
    "economy": (
        (19.5, 23),
        (20.5,),
        (11,),
        (9.2, 11, 15),
        (9, 10.5, 12.5, 14.5, 16.5, 18.5, 20.5),
        (14, 16.5, 18.5, 20, 21.5),
        (9.5, 12.5),
        (10,),
        (11.5,),
        (9.2, 11, 14, 19),
        (9, 12.5),
        (15, 20.5),
    ),
}
_GAPS = {"label": 0.5, "ofd": 0.8, "attempt": 0.7, "ready": 1.5, "exception": 2.0}
_DELIVERED_ON_SUNDAYS = frozenset({"ofd", "ready", "exception"})


class ClockTables:
    """The policy at one level; `random` spreads checks over seven minutes."""

    def __init__(self, level: str, seed: int = 3) -> None:
        self._hours = dict(zip(_ROWS, _HOURS[level], strict=True))
        self._random = Random(seed)

    def __call__(self, known: Known, now: datetime) -> datetime | None:
        """When to ask again; None after thirty days without a scan."""
        silent = (now - known.latest) / timedelta(hours=1)
        if silent >= 30 * 24:
            return None
        if silent > 10 * 24:
            return now + timedelta(hours=48)
        zone = ZoneInfo(known.zone if known.moved else known.origin_zone)
        local = now.astimezone(zone).replace(tzinfo=None)
        scanned = known.latest.astimezone(zone).replace(tzinfo=None)
        for ahead, row in self._rows(known, local, scanned, silent):
            midnight = datetime(local.year, local.month, local.day) + timedelta(days=ahead)  # noqa: DTZ001
            if midnight.weekday() == 6 and row not in _DELIVERED_ON_SUNDAYS:
                continue
            for hour in self._list(row, scanned, local, silent):
                moment = midnight + timedelta(hours=hour)
                if moment >= local + timedelta(hours=_GAPS.get(row, 0.6)):
                    aware = moment.replace(tzinfo=zone).astimezone(UTC)
                    return aware + timedelta(hours=self._random.uniform(0, 0.12))
        return now + timedelta(hours=24)

    def _rows(self, known: Known, local: datetime, scanned: datetime, silent: float) -> Iterator[tuple[int, str]]:
        row = _by_status(known, scanned, local, silent)
        for ahead in range(12):
            yield ahead, row or _by_day(known, (local + timedelta(days=ahead)).toordinal())

    def _list(self, row: str, scanned: datetime, local: datetime, silent: float) -> tuple[float, ...]:
        if row == "label" and silent >= 78:
            return self._hours["label"][-2:-1]
        if row == "stale":
            return self._hours["none"][:1]
        if row == "attempt" and scanned.date() == local.date() and local.hour < 17:
            return (18.5, *self._hours["attempt"])
        return self._hours[row]


def _by_status(known: Known, scanned: datetime, local: datetime, silent: float) -> str:
    if known.status == tracking.LABEL_CREATED:
        return "label"
    if known.status == tracking.OUT_FOR_DELIVERY and silent < 40:
        return "ofd" if scanned.date() == local.date() else "attempt"
    if known.status == tracking.ATTEMPT_FAILED and silent < 60:
        return "attempt"
    if known.status == tracking.READY_FOR_PICKUP:
        return "ready"
    if known.status == tracking.EXCEPTION and silent < 96:
        return "exception"
    return "dest" if known.at_destination and silent < 30 else ""


def _by_day(known: Known, day: int) -> str:
    if known.expected_last is None:
        return "intl" if known.international else "none"
    ahead = day - known.expected_last.toordinal()
    return "far" if ahead <= -2 else "eve" if ahead == -1 else "due" if ahead == 0 else "over" if ahead < 6 else "stale"
