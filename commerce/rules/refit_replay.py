"""Past shipments played again under other clock tables: what they would have cost, how late they would have told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from commerce.rules import tracking
from commerce.rules.polling import FORGOTTEN, Known, next_check
from commerce.rules.polling_tables import Rung, Tables

_USUAL_LAG = timedelta(minutes=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A scan in the log: when it was made, when the carrier showed it (`shown`), what it said (all times aware)."""

    made_at: datetime
    shown_at: datetime
    status: str
    at_destination: bool = False


def shown(made_at: datetime, first_seen_at: datetime) -> datetime:
    """When the carrier showed a scan that a check of ours found: carriers mostly do within some twenty minutes."""
    return max(made_at, min(first_seen_at, made_at + _USUAL_LAG))


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A shipment that ended. `scans` by `shown_at`; `estimates`: when the carrier named which day, oldest first."""

    key: str
    created_at: datetime
    scans: tuple[Seen, ...]
    estimates: tuple[tuple[datetime, date], ...] = ()
    zone: str = ""
    origin_zone: str = ""
    country: str = ""
    international: bool = False
    service: str = ""

    def known(self) -> Known:
        """What was known of it when its label was made."""
        return Known(
            key=self.key,
            status=tracking.LABEL_CREATED,
            created_at=self.created_at,
            zone=self.zone,
            origin_zone=self.origin_zone,
            country=self.country,
            international=self.international,
            service=self.service,
        )

    def after(self, known: Known, index: int, now: datetime) -> Known:
        """What is known once the scan of that index was seen too."""
        scan = self.scans[index]
        if scan.status and (known.scanned_at is None or scan.made_at >= known.scanned_at):
            known = replace(
                known, status=scan.status, scanned_at=scan.made_at, at_destination=scan.at_destination, moved=True
            )
        return self.estimated(known, now)

    def estimated(self, known: Known, now: datetime) -> Known:
        """With the day that the carrier names by then."""
        day = next((day for told_at, day in reversed(self.estimates) if told_at <= now), None)
        return known if known.expected_last == day else replace(known, expected_first=day, expected_last=day)


@dataclass(frozen=True, slots=True)
class Played:
    """One shipment under some tables: its calls, each milestone's delay in hours, and the rows that were looked at."""

    calls: int
    delays: tuple[float, ...]
    rows: frozenset[str]

    def cost(self, price: float) -> float:
        """Hours of delay, and calls at the price of one."""
        return price * self.calls + sum(self.delays)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Calls per shipment and mean hours of delay per milestone, over some shipments."""

    calls: float
    mean_h: float
    shipments: int


def cost(played: Sequence[Played]) -> Cost:
    """What those shipments cost together."""
    delays = [delay for one in played for delay in one.delays]
    return Cost(
        calls=sum(one.calls for one in played) / max(1, len(played)),
        mean_h=sum(delays) / max(1, len(delays)),
        shipments=len(played),
    )


class _Noted(Mapping[str, tuple[float, ...]]):
    """Rows of a rung that remember which of them were asked for."""

    def __init__(self, hours: Mapping[str, tuple[float, ...]], noted: set[str]) -> None:
        self._hours, self._noted = hours, noted

    def __getitem__(self, name: str) -> tuple[float, ...]:
        self._noted.add(name)
        return self._hours[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._hours)

    def __len__(self) -> int:
        return len(self._hours)


def play(shipments: Iterable[Observed], level: str, tables: Tables) -> list[Played]:
    """Ask about each as these tables would have."""
    noted: set[str] = set()
    rungs = tuple(Rung(price=rung.price, hours=_Noted(rung.hours, noted)) for rung in tables.rungs)
    noting = replace(tables, rungs=rungs)
    played = []
    for shipment in shipments:
        noted.clear()
        calls, delays = _play(shipment, level, noting)
        played.append(Played(calls, delays, frozenset(noted)))
    return played


def _play(shipment: Observed, level: str, tables: Tables) -> tuple[int, tuple[float, ...]]:
    known, calls, seen = shipment.known(), 0, 0
    delays: list[float] = []
    due = next_check(known, shipment.created_at, level, tables=tables)
    while due is not None and due - known.latest <= FORGOTTEN:
        now, calls = due, calls + 1
        while seen < len(shipment.scans) and shipment.scans[seen].shown_at <= now:
            scan = shipment.scans[seen]
            if scan.status in tracking.MILESTONES:
                delays.append((now - scan.shown_at).total_seconds() / 3600)
            known = shipment.after(known, seen, now)
            seen += 1
        due = next_check(shipment.estimated(known, now), now, level, tables=tables)
        known = shipment.estimated(known, now)
    return calls, tuple(delays)
