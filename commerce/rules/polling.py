"""When to ask a carrier about a shipment again: at the hours of the local day at which something may have happened.

What happens to parcels follows the clock of where they are: taken over in the evening, out for delivery between eight
and ten, delivered between nine and eight. Checks at those hours find a milestone sooner than five times as many at even
intervals. docs/explanation/polling.md has the reasons and the figures; `polling_tables` holds the hours.

Every one of our words for parcels has its behaviour:

| status | asked |
|---|---|
| label_created, not_found | in the evening at the sender's, when parcels are taken over; rarely after three days |
| picked_up, in_transit, delayed | by the estimated day: rarely before it, in the morning on it and after it |
| the same at the destination facility | all through the next delivery day, most in the morning |
| customs | as abroad, until the estimated day has come |
| out_for_delivery | from noon to evening that day; the next morning as after a failed attempt |
| attempt_failed | that evening (to be fetched?), then in the morning of the next delivery days |
| ready_for_pickup | in the afternoon and evening |
| exception | morning, noon and evening for four days, then as in transit |
| returning | once a day |
| delivered, returned, cancelled, expired | never |

Whatever it is: every 48 hours after ten days without a scan, never after thirty.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b
from zoneinfo import ZoneInfo

from commerce.rules import tracking
from commerce.rules.polling_tables import Hours, Tables, shipped

SPREAD = timedelta(minutes=7)  # within which the checks of one hour of the table are made
RARELY = timedelta(hours=48)
SILENT, FORGOTTEN = timedelta(days=10), timedelta(days=30)
LEAST = timedelta(minutes=20)  # between two checks of one shipment, whatever the tables say
_SUNDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a shipment. Times are aware; days are those at the destination.

    `key` spreads the checks of many shipments: any text that stays the same. `zone` and `origin_zone` are IANA names
    (empty: unknown, read as UTC). `country` is the destination's (ISO 3166 alpha-2). `service` is "express", "ground",
    "economy" or empty. `fruitless`: how many checks in a row brought nothing new. `pushed`: the carrier tells us
    without being asked.
    """

    key: str
    status: str
    created_at: datetime
    scanned_at: datetime | None = None
    at_destination: bool = False
    moved: bool = False
    expected_first: date | None = None
    expected_last: date | None = None
    zone: str = ""
    origin_zone: str = ""
    country: str = ""
    international: bool = False
    service: str = ""
    checked_at: datetime | None = None
    fruitless: int = 0
    pushed: bool = False

    @property
    def latest(self) -> datetime:
        """When something was last heard of it."""
        return max(self.scanned_at, self.created_at) if self.scanned_at is not None else self.created_at


def next_check(
    known: Known, now: datetime, level: str, *, price: float = 1.0, tables: Tables | None = None
) -> datetime | None:
    """When to ask again (UTC), or None: not any more. The same input gives the same time.

    `price` above 1 asks less, below 1 more: what is saved or spent first is what matters least or most. KeyError for an
    unknown level.
    """
    silent = now - known.latest
    if known.status in tracking.FINAL or silent >= FORGOTTEN:
        return None
    if silent >= SILENT:
        return _utc(now) + RARELY + _spread(known.key, now.date())
    tables = tables or shipped()
    hours = tables.rung(level, price=price, share=_share(known.key)).hours
    here = _zone(known.origin_zone or known.zone if _unmoved(known) else known.zone)
    earliest = _utc(now) + LEAST
    latest = _utc(now) + RARELY
    for day, name in _days(known, now.astimezone(here)):
        after = _utc(now) + timedelta(hours=_GAPS.get(name, _GAP))
        for hour in _row(hours, name):
            moment = _moment(day, hour, here)
            if moment >= after:
                return min(max(moment, earliest), latest) + _spread(known.key, day)
    return latest + _spread(known.key, now.date())


def worth(known: Known, now: datetime) -> float:
    """How much a check is worth now: the chance that a milestone waits to be seen, 0 to 1, to choose among many."""
    if known.status in tracking.FINAL:
        return 0.0
    here = _zone(known.zone)
    local = now.astimezone(here)
    name = next((name for day, name in _days(known, local) if day == local.date()), "")
    per_hour = _WORTH.get(name, 0.01)
    waited = (now - max(known.checked_at or known.latest, known.latest)) / timedelta(hours=1)
    return 1 - float((1 - per_hour) ** max(0.0, min(24.0, waited)))


_WORTH = {"ofd": 0.12, "dest": 0.1, "due": 0.06, "attempt": 0.08, "over": 0.05, "label": 0.04}
_GAP = 0.6  # hours from a check to the next; an hour of the table that comes sooner is left out
_GAPS = {"label": 0.5, "ofd": 0.8, "after": 0.8, "attempt": 0.7, "ready": 1.5, "exception": 2.0}
_NO_REST = frozenset({"ofd", "after", "ready", "ready_late", "exception", "returning"})


def _days(known: Known, local: datetime) -> Iterator[tuple[date, str]]:
    """The days from today on, with the situation on each."""
    for ahead in range(4):
        day = local.date() + timedelta(days=ahead)
        name = _situation(known, day, local)
        if name in _NO_REST or day.weekday() != _SUNDAY:
            yield day, name


def _situation(known: Known, day: date, local: datetime) -> str:
    silent = local - known.latest
    if _unmoved(known):
        return "label" if silent < timedelta(hours=78) else "label_late"
    scanned_on = known.latest.astimezone(local.tzinfo).date()
    if known.status == tracking.OUT_FOR_DELIVERY and silent < timedelta(hours=40):
        return "ofd" if day == scanned_on else "after"
    if known.status == tracking.ATTEMPT_FAILED and silent < timedelta(hours=60):
        return "attempt_same" if day == scanned_on else "attempt"
    if known.status == tracking.READY_FOR_PICKUP:
        return "ready" if silent < timedelta(days=5) else "ready_late"
    if known.status == tracking.RETURNING:
        return "returning"
    if known.status == tracking.EXCEPTION and silent < timedelta(hours=96):
        return "exception"
    if known.at_destination and silent < timedelta(hours=30):
        return "dest"
    return _by_estimate(known, day)


def _by_estimate(known: Known, day: date) -> str:
    if known.expected_last is None or known.expected_first is None:
        return "customs" if known.status == tracking.CUSTOMS else "intl" if known.international else "none"
    if day < known.expected_first:
        if known.status == tracking.CUSTOMS:
            return "customs"
        return "eve" if (known.expected_first - day).days == 1 else "far"
    if day <= known.expected_last:
        return "due"
    return "over" if (day - known.expected_last).days < 6 else "stale"


def _unmoved(known: Known) -> bool:
    return known.status in tracking.UNMOVED and not known.moved


def _row(hours: Hours, name: str) -> tuple[float, ...]:
    return hours.get(name, ())


def _moment(day: date, hour: float, zone: ZoneInfo) -> datetime:
    minutes = round(hour * 60)
    return datetime.combine(day, time(minutes // 60 % 24, minutes % 60), zone).astimezone(UTC)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _spread(key: str, day: date) -> timedelta:
    return SPREAD * _fraction(f"{key}|{day.toordinal()}")


def _share(key: str) -> float:
    return _fraction(f"{key}|rung")


def _fraction(text: str) -> float:
    """A number from 0 to 1 that any text always gives again, evenly spread over texts."""
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest()) / 2**48


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
