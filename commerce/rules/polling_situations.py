"""Which row of the clock tables a shipment is asked by on a day: what is known of it, as one word.

| row | when |
|---|---|
| label_day, label_evening | the day of the label, made before or after four in the afternoon |
| label_next, label_later, label_saturday, label_old | the delivery day after, later, on Saturdays, after 78 hours |
| far, eve, due, over, stale | two days or more before the estimated day, one before, on it, after it, six days after |
| none, intl | without an estimated day; from abroad without one, or in customs |
| none_express, none_economy | the same where the carrier's service is known |
| dest | seen at the facility from which it is delivered, in the last 30 hours |
| ofd, attempt_day, attempt | out for delivery that day; a failed attempt that day, or either the days after |
| ready, ready_old, exception, returning | as the status says |

far, eve, due, over, none and intl are split further: `_today` where it was scanned this very day and so is elsewhere,
`_saturday`, when many do not deliver (due, over, none), and `_quiet` where it was not scanned since the day before
yesterday.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from commerce.rules import tracking

_SATURDAY, _SUNDAY = 5, 6
# Days without deliveries where it is not Sunday: 4 is Friday.
_FRIDAY = ("AF", "BD", "BH", "DZ", "EG", "IQ", "IR", "JO", "KW", "LY", "MV", "OM", "PS", "QA", "SA", "SD", "SY", "YE")
_REST_DAYS = dict.fromkeys(_FRIDAY, 4) | {"IL": _SATURDAY}
_UNHEARD_OF = 6  # checks after which a number that the carrier does not know is probably a wrong one
_NEVER_REST = frozenset({"ofd", "ready", "ready_old", "exception"})


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
        """When something was last heard of it, UTC."""
        heard = max(self.scanned_at, self.created_at) if self.scanned_at is not None else self.created_at
        return heard.astimezone(UTC)


def unmoved(known: Known) -> bool:
    """Whether the carrier does not have it yet."""
    return known.status in tracking.UNMOVED and not known.moved


def rests_on(known: Known, day: date, name: str) -> bool:
    """Whether nothing is to be expected of it on that day of the week."""
    return name not in _NEVER_REST and day.weekday() == rest_day(known)


def rest_day(known: Known) -> int:
    """The weekday without deliveries, 0 is Monday."""
    return _REST_DAYS.get(known.country, _SUNDAY)


def situation(known: Known, day: date, local: datetime) -> str:
    """The row for checks on `day`, at or after the local time `local`."""
    if unmoved(known):
        return _waiting(known, day, local)
    silent = (local - known.latest) / timedelta(hours=1)
    scanned_on = known.latest.astimezone(local.tzinfo).date()
    if known.status == tracking.OUT_FOR_DELIVERY and silent < 40:
        return "ofd" if day == scanned_on else "attempt"
    if known.status == tracking.ATTEMPT_FAILED and silent < 60:
        return "attempt_day" if day == scanned_on else "attempt"
    if known.status == tracking.READY_FOR_PICKUP:
        return "ready" if silent < 120 else "ready_old"
    if known.status == tracking.RETURNING:
        return "returning"
    if known.status == tracking.EXCEPTION and silent < 96:
        return "exception"
    if known.at_destination and silent < 30 and known.status in _STANDING:
        return "dest"
    return _travelling(known, day, scanned_on)


_STANDING = frozenset({tracking.IN_TRANSIT, tracking.PICKED_UP, tracking.DELAYED})


def _waiting(known: Known, day: date, local: datetime) -> str:
    unheard_of = known.status == tracking.NOT_FOUND and known.fruitless >= _UNHEARD_OF
    if unheard_of or local - known.latest >= timedelta(hours=78):
        return "label_old"
    made = known.latest.astimezone(local.tzinfo)
    if day == made.date():
        return "label_evening" if made.hour >= 16 else "label_day"
    if day.weekday() == _SATURDAY:
        return "label_saturday"
    days = [made.date() + timedelta(days=ahead) for ahead in range(1, (day - made.date()).days + 1)]
    return "label_next" if sum(day.weekday() != rest_day(known) for day in days) <= 1 else "label_later"


def _travelling(known: Known, day: date, scanned_on: date) -> str:
    name = _by_estimate(known, day)
    if name == "stale":
        return name
    if day == scanned_on:
        return f"{name}_today"
    if name == "none" and known.service in _OF_SERVICE:
        return f"none_{known.service}"
    if day.weekday() == _SATURDAY and name in _SATURDAYS:
        return f"{name}_saturday"
    return f"{name}_quiet" if (day - scanned_on).days > 1 else name


_OF_SERVICE = frozenset({"express", "economy"})
_SATURDAYS = frozenset({"due", "over", "none"})


def _by_estimate(known: Known, day: date) -> str:
    first, last = known.expected_first, known.expected_last
    if first is None or last is None:
        return "intl" if known.international or known.status == tracking.CUSTOMS else "none"
    if day < first:
        if known.status == tracking.CUSTOMS:
            return "intl"
        return "eve" if (first - day).days == 1 else "far"
    if day <= last:
        return "due"
    return "over" if (day - last).days < 6 else "stale"
