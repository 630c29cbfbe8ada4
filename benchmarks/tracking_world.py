"""A world of parcels for the polling policy: what happens to them, when the carrier shows it, and in which time zones.

The process and its numbers are guesses, their shape checked against recorded scan sequences of carriers: four services,
business days in transit, evening departures, night hubs, delivery mornings, publishing lags, estimated days that are
right as often as the carriers' own. docs/explanation/polling.md tells more. Hours are local; hour 0 is Monday, 2 March
2026, 00:00, so that both American and European clocks change within the first month.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from commerce.rules.zones import zone_of

LABEL, PICKED_UP, HUB, DESTINATION, OUT, ATTEMPT, EXCEPTION, READY, DELIVERED, RETURNED = range(10)
MILESTONES = frozenset({PICKED_UP, OUT, ATTEMPT, EXCEPTION, READY, DELIVERED, RETURNED})
ENDS = frozenset({DELIVERED, RETURNED})
GROUND, EXPRESS, ECONOMY, ABROAD = range(4)
MONDAY = datetime(2026, 3, 2)  # noqa: DTZ001 - a wall clock's time, of whichever zone
_SUNDAY = 6
# Where parcels go to and come from: country, postcode, weight.
AMERICA = (
    ("US", "10001", 20), ("US", "33101", 9), ("US", "46204", 4), ("US", "60601", 12), ("US", "77002", 12),
    ("US", "37201", 4), ("US", "80202", 5), ("US", "79901", 1), ("US", "85001", 4), ("US", "90001", 16),
    ("US", "98101", 5), ("US", "99501", 1), ("US", "96813", 1),
)  # fmt: skip
EUROPE = (
    ("DE", "10115", 20), ("FR", "75001", 15), ("GB", "SW1A 1AA", 16), ("ES", "28001", 9), ("ES", "35001", 1),
    ("PT", "1100-148", 3), ("PL", "00-001", 8), ("IT", "00118", 12), ("FI", "00100", 2), ("GR", "10431", 3),
    ("RO", "010011", 4), ("IE", "D02", 2),
)  # fmt: skip


@dataclass(slots=True)
class Ship:
    """One shipment. `scans`: (visible, kind, made) and `estimates`: (visible, day), ordered, in local hours.

    `zone` is the destination's; until the parcel leaves the sender (`leaves`, an hour) the clock is that of `origin`.
    """

    service: int
    created: float
    scans: list[tuple[float, int, float]]
    estimates: list[tuple[float, int]]
    zone: str = "America/New_York"
    origin: str = ""
    leaves: float = -1.0
    country: str = ""


@dataclass(slots=True)
class World:
    """Draws shipments. `right`: share of estimates that hold, by service; `late`: share of parcels 1-3 days late;
    `shift`: hours by which everything on the delivery day is later; `estimated`: share with an estimate (None: as is).
    """

    seed: int
    right: Sequence[float] = (0.86, 0.92, 0.75, 0.45)
    late: float = 0.0
    shift: float = 0.0
    estimated: float | None = None
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def ships(self, number: int, days: int = 28) -> list[Ship]:
        """That many shipments, made within so many days."""
        return [self._placed(self._ship(days)) for _ in range(number)]

    def _placed(self, ship: Ship) -> Ship:
        here, there = self.random.sample((AMERICA, EUROPE), 2)
        sender = self._place(here)
        country, postcode = self._place(there if ship.service == ABROAD else here)
        ship.zone, ship.country = zone_of(country, postcode), country
        ship.origin = zone_of(*sender)
        return ship

    def _place(self, places: Sequence[tuple[str, str, int]]) -> tuple[str, str]:
        country, postcode, _ = self.random.choices(places, [weight for _, _, weight in places])[0]
        return country, postcode

    def _ship(self, days: int) -> Ship:
        draw = self.random
        service = draw.choices((GROUND, EXPRESS, ECONOMY, ABROAD), (55, 15, 20, 10))[0]
        day = draw.randrange(days)
        while draw.random() > (1, 0.95, 0.9, 0.9, 0.9, 0.5, 0.25)[day % 7]:
            day = draw.randrange(days)
        ship = Ship(service, day * 24 + min(22.0, max(7.0, draw.gauss(14, 3))), [], [])
        if draw.random() < 0.015:  # never handed over
            return ship
        taken = self._picked_up(ship, day)
        planned = self._delivery_day(taken, service, self._days_on_the_way(service))
        if draw.random() < self._share(0.6 if service == ABROAD else 0.85):
            ship.estimates.append((ship.scans[0][0], self._estimate(planned, service)))
        if self._travel(ship, taken, planned):
            self._deliver(ship, planned)
        ship.scans.sort()
        for index, (_, kind, _) in enumerate(ship.scans):
            if kind in ENDS:
                del ship.scans[index + 1 :]
                break
        return ship

    def _share(self, usual: float) -> float:
        return usual if self.estimated is None else self.estimated

    def _scan(self, ship: Ship, made: float, kind: int) -> None:
        """The carrier shows a scan minutes after it was made, now and then hours."""
        chance, draw = self.random.random(), self.random.uniform
        minutes = draw(1, 10) if chance < 0.6 else draw(10, 45) if chance < 0.9 else draw(45, 240)
        ship.scans.append((made + minutes / 60, kind, made))

    def _delivery_day(self, day: int, service: int, number: int) -> int:
        """The day that is so many delivery days after `day`: no Sundays, some Saturdays."""
        while number > 0:
            day += 1
            saturday = day % 7 == 5 and self.random.random() > (0.6, 0.5, 0.9, 0.2)[service]
            number -= day % 7 != _SUNDAY and not saturday
        return day

    def _picked_up(self, ship: Ship, day: int) -> int:
        draw = self.random
        taken = day
        if not (ship.created % 24 < 16 and draw.random() < 0.65 and day % 7 != _SUNDAY):
            taken = self._delivery_day(day, ship.service, 1)
        chance = draw.random()
        if chance < 0.17:
            taken = self._delivery_day(taken, ship.service, 1 if chance < 0.12 else draw.randint(2, 4))
        taken += taken % 7 == _SUNDAY
        at = max(taken * 24 + draw.triangular(15, 20.5, 18), ship.created + 0.3)
        if draw.random() > 0.1:
            self._scan(ship, at, PICKED_UP)
        at += draw.uniform(1.5, 6)
        self._scan(ship, at, HUB)
        ship.leaves = at + 0.001
        return taken

    def _days_on_the_way(self, service: int) -> int:
        draw = self.random
        if service == GROUND:
            days = draw.choices((1, 2, 3, 4, 5, 6), (12, 28, 27, 18, 10, 5))[0]
        elif service == EXPRESS:
            days = 1 if draw.random() < 0.7 else 2
        elif service == ECONOMY:
            days = draw.choices(range(2, 11), (10, 30, 25, 15, 8, 6, 3, 2, 1))[0]
        else:
            days = min(25, max(4, round(math.exp(draw.gauss(math.log(8), 0.35)))))
        return days + (draw.randint(1, 3) if self.late and draw.random() < self.late else 0)

    def _estimate(self, planned: int, service: int) -> int:
        if self.random.random() <= self.right[service]:
            return planned
        if self.random.random() < 2 / 3:
            return planned - (1 if self.random.random() < 0.7 else 2)
        return planned + 1

    def _travel(self, ship: Ship, taken: int, planned: int) -> bool:
        """Hubs by night until the delivery day, exceptions; False where it gets lost."""
        draw = self.random
        lost, stopped = draw.random() < 0.004, draw.random() < 0.04
        stops_on = draw.randint(taken + 1, max(taken + 1, planned - 1)) if stopped else -1
        for day in range(taken + 1, planned):
            if day % 7 != _SUNDAY or draw.random() < 0.5:
                at = day * 24 + draw.uniform(0, 6)
                self._scan(ship, at, HUB)
                if draw.random() < 0.7:
                    self._scan(ship, at + draw.uniform(1, 5), HUB)
                if draw.random() < 0.25:
                    self._scan(ship, day * 24 + draw.uniform(12, 22), HUB)
            if day == stops_on:
                self._scan(ship, day * 24 + draw.uniform(5, 20), EXCEPTION)
            if lost and day >= planned - 1:
                break
        if stops_on >= planned and not lost:
            self._scan(ship, planned * 24 + draw.uniform(2, 9), EXCEPTION)
        return not lost

    def _deliver(self, ship: Ship, planned: int) -> None:
        draw = self.random
        day = planned
        if any(kind == EXCEPTION for _, kind, _ in ship.scans):
            day = self._delivery_day(planned, ship.service, draw.randint(1, 4))
            if draw.random() < self._share(0.6):
                ship.estimates.append((ship.scans[-1][0], day))
        night = draw.random() < 0.85
        arrived = draw.triangular(1, 7.5, 4.5) if night else draw.triangular(17, 23.9, 21) - 24
        self._scan(ship, day * 24 + arrived, DESTINATION)
        for attempt in (1, 2, 3):
            out = day * 24 + draw.triangular(6, 10.3, 8) + self.shift
            if draw.random() > 0.08:
                self._scan(ship, out, OUT)
            at = max(out + draw.uniform(0.4, 1.2), day * 24 + draw.triangular(9, 20.5, 13) + self.shift)
            if attempt == 3 or draw.random() >= 0.035:
                self._scan(ship, at, DELIVERED)
                return
            self._scan(ship, at, ATTEMPT)
            if self._ends_elsewhere(ship, at, attempt):
                return
            day = self._delivery_day(day, ship.service, 1)

    def _ends_elsewhere(self, ship: Ship, failed: float, attempt: int) -> bool:
        """After a failed attempt: fetched by the customer, or sent back."""
        draw = self.random
        if draw.random() < 0.2:
            ready = failed + draw.uniform(1, 6)
            self._scan(ship, ready, READY)
            fetched = ready + draw.expovariate(1 / 36)
            if not 9 <= fetched % 24 <= 20:
                fetched = fetched // 24 * 24 + draw.uniform(9, 20)
            self._scan(ship, max(fetched, ready + 1), DELIVERED)
            return True
        if attempt == 2 and draw.random() < 0.25:
            self._scan(ship, failed + draw.uniform(2, 30), RETURNED)
            return True
        return False


def read(told: Sequence[Mapping[str, Any]]) -> list[Ship]:
    """Shipments from JSON: {svc, created, ev: [[visible, kind, made]], edds: [[visible, day]]}, in local hours."""
    zones = [zone_of(country, postcode) for country, postcode, _ in (*AMERICA, *EUROPE)]
    return [
        Ship(
            row["svc"],
            row["created"],
            sorted((float(visible), int(kind), float(made)) for visible, kind, made in row["ev"]),
            [(float(visible), int(day)) for visible, day in row["edds"]],
            zone=zones[index % len(zones)],
            origin=zones[index % len(zones)],
        )
        for index, row in enumerate(told)
    ]


def utc(hour: float, zone: str) -> datetime:
    """The moment at which clocks there show that hour of the world."""
    return (MONDAY + timedelta(hours=hour)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day_of(number: int) -> date:
    """The date of a day of the world."""
    return (MONDAY + timedelta(days=number)).date()
