"""When to ask a carrier about a shipment again: at the hours of the local day at which something may have happened.

What happens to parcels follows the clock of where they are: taken over in the evening, out for delivery between eight
and ten, delivered between nine and eight. Checks at those hours find a milestone sooner than five times as many at even
intervals. docs/explanation/polling.md has the reasons and the figures; `polling_tables` holds the hours.

Every one of our words for parcels has its behaviour:

| status | asked |
|---|---|
| label_created, not_found | in the evening at the sender's, when parcels are taken over; less after three days |
| picked_up, in_transit, delayed | by the estimated day: rarely before it, in the morning on it and after it |
| the same at the destination facility | all through the next delivery day, most in the morning |
| customs | as one from abroad without an estimated day, until that day has come |
| out_for_delivery | from noon to evening that day; on the next as after a failed attempt |
| attempt_failed | that evening (to be fetched?), then all through the next delivery days |
| ready_for_pickup | at opening hours, once a day after five days |
| exception | in the morning for four days, then as in transit |
| returning | once a day |
| delivered, returned, cancelled, expired | never |

Whatever it is: every 48 hours after ten days without a scan, never after thirty.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b
from zoneinfo import ZoneInfo

from commerce.rules.polling_situations import Known, rests_on, situation, unmoved
from commerce.rules.polling_tables import Tables, shipped
from commerce.rules.tracking import FINAL

__all__ = ["FORGOTTEN", "GAP", "QUIET", "RARELY", "SILENT", "SPREAD", "Known", "next_check", "worth"]

SPREAD = timedelta(minutes=7)  # within which the checks of one hour of the table are made
GAP = timedelta(minutes=30)  # at least, from a check to the next
QUIET = timedelta(hours=12)  # since the last push or check of one that is pushed, at least
RARELY = timedelta(hours=48)  # at most, from a check to the next
SILENT, FORGOTTEN = timedelta(days=10), timedelta(days=30)
_HOUR = timedelta(hours=1)


def next_check(
    known: Known, now: datetime, level: str, *, price: float = 1.0, tables: Tables | None = None
) -> datetime | None:
    """When to ask again (UTC), or None: not any more. The same input gives the same time.

    `price` above 1 asks less, below 1 more: what is saved or spent first is what matters least or most. KeyError for an
    unknown level.
    """
    now = now.astimezone(UTC)
    silent = now - known.latest
    if known.status in FINAL or silent >= FORGOTTEN:
        return None
    if silent >= SILENT:
        return now + RARELY + _spread(known.key, now.date())
    here = _clock(known)
    tables = tables or shipped()
    hours = tables.rung(level, price=price, share=_fraction(f"{known.key}|rung")).hours
    earliest = now + (QUIET if known.pushed else GAP)
    for day, name in _days(known, now.astimezone(here)):
        row = (_safety_net(known.key),) if known.pushed else hours.get(name, ())
        for hour in row:
            moment = _moment(day, hour, here)
            if moment >= earliest:
                return min(moment, now + RARELY) + _spread(known.key, day)
    return now + RARELY + _spread(known.key, now.date())


def worth(known: Known, now: datetime, *, tables: Tables | None = None) -> float:
    """How much a check is worth now, to choose among many: the chance, 0 to 1, that a milestone waits to be seen."""
    if known.status in FINAL or now - known.latest >= FORGOTTEN:
        return 0.0
    chances = (tables or shipped()).chances
    here, now = _clock(known), now.astimezone(UTC)
    since = max(known.checked_at or known.latest, known.latest, now - timedelta(hours=24)).astimezone(UTC)
    nothing = 1.0
    while since < now:
        until = min(since.replace(minute=0, second=0, microsecond=0) + _HOUR, now)
        local = since.astimezone(here)
        name = situation(known, local.date(), local)
        hourly = chances.get(name) or chances.get(name.partition("_")[0], _UNLIKELY)
        nothing *= 1 - hourly[local.hour] * ((until - since) / _HOUR)
        since = until
    return 1 - nothing


_UNLIKELY = (0.001,) * 24


def _days(known: Known, local: datetime) -> Iterator[tuple[date, str]]:
    """The days from today on that may bring something, with the situation on each."""
    for ahead in range(4):
        day = local.date() + timedelta(days=ahead)
        name = situation(known, day, local)
        if not rests_on(known, day, name):
            yield day, name


def _clock(known: Known) -> ZoneInfo:
    """The clock of where the next thing happens to it: the sender's before it is taken over, else the destination's."""
    return _zone(known.origin_zone or known.zone if unmoved(known) else known.zone)


def _safety_net(key: str) -> float:
    """When one that is pushed is asked about, once a day: after the day's deliveries, not all at once."""
    return 20 + 1.5 * _fraction(f"{key}|net")


@lru_cache(maxsize=16384)
def _moment(day: date, hour: float, zone: ZoneInfo) -> datetime:
    minutes = min(round(hour * 60), 24 * 60 - 1)
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).astimezone(UTC)


def _spread(key: str, day: date) -> timedelta:
    return SPREAD * _fraction(f"{key}|{day.toordinal()}")


def _fraction(text: str) -> float:
    """A number from 0 to 1 that a text always gives again, evenly spread over texts."""
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest()) / 2**48


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
