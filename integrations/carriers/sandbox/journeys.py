"""Journeys as real parcels make them: taken over in the evening, sorted at night, delivered by day, now and then late,
missed, held up or sent back. The same number always makes the same journey.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from commerce.rules.tracking import (
    ATTEMPT_FAILED,
    DELIVERED,
    EXCEPTION,
    IN_TRANSIT,
    LABEL_CREATED,
    OUT_FOR_DELIVERY,
    PICKED_UP,
    READY_FOR_PICKUP,
    RETURNED,
    RETURNING,
    Place,
    Scan,
)

_SUNDAY = 6
# Of a hundred parcels so many end in another way than at the first try, at the estimated day.
_NEVER_HANDED_OVER, _MISSED, _FETCHED, _HELD_UP, _SENT_BACK, _LOST = 2, 6, 3, 5, 2, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """All scans that a parcel will ever have, and the day for which it is announced."""

    scans: tuple[Scan, ...]
    expected: date


@dataclass(slots=True)
class _Making:
    """A journey while it is made."""

    random: Random
    origin: ZoneInfo
    destination: ZoneInfo
    from_place: Place
    to_place: Place
    scans: list[Scan] = field(default_factory=list)

    def add(
        self, local: datetime, status: str, code: str, text: str, *, there: bool = True, depot: bool = False
    ) -> None:
        """A scan at that time on the clock of the destination, or of the origin."""
        zone, place = (self.destination, self.to_place) if there else (self.origin, self.from_place)
        moment = local.replace(tzinfo=zone, microsecond=0)
        self.scans.append(
            Scan(
                at=moment.astimezone(UTC),
                status=status,
                code=code,
                text=text,
                place=place,
                local=moment.replace(tzinfo=None).isoformat(),
                zone=zone.key,
                at_destination=depot,
            )
        )

    def at(self, day: date, first: float, last: float) -> datetime:
        """Some time of that day between these hours."""
        return datetime.combine(day, time()) + timedelta(hours=self.random.uniform(first, last))


def journey(number: str, label_at: datetime, *, origin: str, destination: str, from_: Place, to: Place) -> Journey:
    """The journey of a number; `origin` and `destination` are IANA zones."""
    making = _Making(Random(number), ZoneInfo(origin), ZoneInfo(destination), from_, to)
    random = making.random
    label = label_at.astimezone(making.origin).replace(tzinfo=None)
    fate = random.randrange(100)
    transit = random.choices((1, 2, 3, 4, 6), (20, 35, 25, 15, 5))[0] + (3 if from_.country != to.country else 0)
    handed_over = label.date() if label.hour < 16 and label.weekday() != _SUNDAY else _next(label.date())
    due = handed_over
    for _ in range(transit):
        due = _next(due)
    making.add(label, LABEL_CREATED, "LBL", "Label printed, parcel not handed over yet", there=False)
    if fate >= _NEVER_HANDED_OVER:
        _on_its_way(making, max(making.at(handed_over, 17, 20.5), label + timedelta(minutes=40)), due)
        _arrives(making, due, fate - _NEVER_HANDED_OVER)
    ordered = sorted(making.scans, key=lambda scan: scan.at)
    return Journey(scans=tuple(ordered), expected=due)


def _next(day: date) -> date:
    day += timedelta(days=1)
    return day + timedelta(days=1) if day.weekday() == _SUNDAY else day


def _nights(first: date, last: date) -> Iterator[date]:
    day = first + timedelta(days=1)
    while day < last:
        yield day
        day += timedelta(days=1)


def _on_its_way(making: _Making, taken_over: datetime, due: date) -> None:
    making.add(taken_over, PICKED_UP, "PUP", "Parcel taken over", there=False)
    sorted_at = taken_over + timedelta(hours=making.random.uniform(1.5, 4))
    making.add(sorted_at, IN_TRANSIT, "SRT", "Sorted at the origin's parcel centre", there=False)
    for night in _nights(taken_over.date(), due):
        making.add(making.at(night, 0.5, 5.5), IN_TRANSIT, "HUB", "On its way through a parcel centre")


def _arrives(making: _Making, due: date, fate: int) -> None:
    bounds = (_MISSED, _FETCHED, _HELD_UP, _SENT_BACK, _LOST)
    reached = 0
    for bound, way in zip(bounds, (_missed, _fetched, _held_up, _sent_back, _lost), strict=True):
        reached += bound
        if fate < reached:
            way(making, due)
            return
    _delivered(making, due)


def _at_the_depot(making: _Making, day: date) -> None:
    making.add(making.at(day, 3, 6.5), IN_TRANSIT, "DEP", "Arrived at the delivery depot", depot=True)


def _out(making: _Making, day: date) -> datetime:
    out = making.at(day, 7, 10)
    making.add(out, OUT_FOR_DELIVERY, "OFD", "Out for delivery", depot=True)
    return out + timedelta(hours=making.random.uniform(1, 9))


def _delivered(making: _Making, day: date) -> None:
    _at_the_depot(making, day)
    text = making.random.choice(("Delivered to the recipient", "Delivered to a neighbour", "Left at the agreed place"))
    making.add(_out(making, day), DELIVERED, "DLV", text)


def _missed(making: _Making, day: date) -> None:
    _at_the_depot(making, day)
    making.add(_out(making, day), ATTEMPT_FAILED, "MIS", "Nobody was in; next try on the next working day", depot=True)
    making.add(_out(making, _next(day)), DELIVERED, "DLV", "Delivered to the recipient")


def _fetched(making: _Making, day: date) -> None:
    _at_the_depot(making, day)
    tried = _out(making, day)
    making.add(tried, ATTEMPT_FAILED, "MIS", "Nobody was in; taken to a parcel shop", depot=True)
    making.add(tried + timedelta(hours=2), READY_FOR_PICKUP, "RDY", "Ready in the parcel shop")
    making.add(making.at(_next(_next(day)), 10, 18.5), DELIVERED, "FET", "Fetched by the recipient")


def _held_up(making: _Making, day: date) -> None:
    making.add(making.at(day, 8, 14), EXCEPTION, "ADR", "Held up: the address is incomplete")
    _delivered(making, _next(_next(day)))


def _sent_back(making: _Making, day: date) -> None:
    _at_the_depot(making, day)
    making.add(_out(making, day), RETURNING, "RTS", "Acceptance refused; goes back to the sender")
    making.add(making.at(_next(_next(_next(day))), 9, 15), RETURNED, "RTD", "Returned to the sender", there=False)


def _lost(_making: _Making, _day: date) -> None:
    """Nothing more is heard of it."""
