"""Follows parcels of a simulated world by a polling policy: how often it asks, and how late it learns what happened."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from statistics import fmean

from benchmarks import tracking_world as worlds
from benchmarks.figures import percentile
from commerce.rules import tracking
from commerce.rules.polling import FORGOTTEN, Known

STATUSES = (
    tracking.LABEL_CREATED,
    tracking.PICKED_UP,
    tracking.IN_TRANSIT,
    tracking.IN_TRANSIT,
    tracking.OUT_FOR_DELIVERY,
    tracking.ATTEMPT_FAILED,
    tracking.EXCEPTION,
    tracking.READY_FOR_PICKUP,
    tracking.DELIVERED,
    tracking.RETURNED,
)
_SERVICES = ("ground", "express", "economy", "")
Policy = Callable[[Known, datetime], datetime | None]
_HOUR = 3600.0  # seconds


class Watch:
    """A shipment in real time, and what is known of it at the start.

    `off`: the policy takes clocks to be so many hours ahead of the truth; "mixed": one to three, either way.
    """

    def __init__(
        self,
        ship: worlds.Ship,
        key: str,
        *,
        off: float | str | None = None,
        service: bool = False,
        pushed: bool = False,
    ) -> None:
        leaves, origin = ship.leaves, ship.origin or ship.zone
        self.created = worlds.utc(ship.created, origin)
        scans = [(utc(seen, made, ship), kind, utc(made, made, ship)) for seen, kind, made in ship.scans]
        self.scans = sorted(scans, key=lambda scan: scan[0])
        self.estimates = [
            (utc(seen, leaves if seen <= leaves + 4 else seen, ship), worlds.day_of(day))
            for seen, day in ship.estimates
        ]
        if isinstance(off, str):
            off = Random(key).choice((-3, -2, -1, 1, 2, 3))
        self.known = Known(
            key=key,
            status=tracking.LABEL_CREATED,
            created_at=self.created,
            zone=_moved(ship.zone, off),
            origin_zone=_moved(origin, off),
            country=ship.country,
            international=ship.service == worlds.ABROAD,
            service=_SERVICES[ship.service] if service else "",
            pushed=pushed,
        )


def utc(hour: float, made: float, ship: worlds.Ship) -> datetime:
    """The moment of an hour of the world, by the sender's clock for what was made before the parcel left."""
    return worlds.utc(hour, ship.origin if ship.origin and made <= ship.leaves else ship.zone)


@lru_cache(maxsize=1024)
def _moved(zone: str, hours: float | None) -> str:
    """A zone whose clocks are so many hours ahead of the given one's."""
    if not hours:
        return zone
    offset = worlds.MONDAY.replace(tzinfo=UTC).astimezone(worlds.ZoneInfo(zone)).utcoffset() or timedelta()
    ahead = round(offset / timedelta(hours=1) + hours)
    ahead = (ahead + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"


def simulate(
    policy: Policy, watches: Sequence[Watch], *, push_lost: float | None = None, seed: int = 0
) -> dict[str, float]:
    """What a policy costs and how late it tells: figures as the report names them, hours and calls per shipment."""
    draw = Random(seed)
    tally = Tally()
    for watch in watches:
        pushed = () if push_lost is None else [scan[0] for scan in watch.scans if draw.random() >= push_lost]
        _follow(policy, watch, iter(pushed), tally)
    return tally.figures(len(watches))


class Tally:
    """Calls and delays so far; delays in hours, by kind of milestone."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.delays: dict[int, list[float]] = {kind: [] for kind in worlds.MILESTONES}
        self.outs_in_time = 0
        self.missed = 0

    def figures(self, shipments: int) -> dict[str, float]:
        """All of it per shipment and milestone."""
        every = [delay for delays in self.delays.values() for delay in delays]
        stopped = self.delays[worlds.EXCEPTION] + self.delays[worlds.ATTEMPT]
        return {
            "calls": round(sum(self.calls) / max(1, shipments), 3),
            "mean_h": round(fmean(every or [0.0]), 3),
            "p95_h": round(percentile(every, 0.95), 3),
            "ofd_before_delivery": round(self.outs_in_time / max(1, len(self.delays[worlds.OUT])), 4),
            "ofd_mean_h": round(fmean(self.delays[worlds.OUT] or [0.0]), 3),
            "delivered_mean_h": round(fmean(self.delays[worlds.DELIVERED] or [0.0]), 3),
            "exception_mean_h": round(fmean(stopped or [0.0]), 3),
            "max_calls": max(self.calls, default=0),
            "missed": round(self.missed / max(1, len(every) + self.missed), 5),
        }


def _follow(policy: Policy, watch: Watch, pushed: Iterator[datetime], tally: Tally) -> None:
    """Ask about one shipment until it ended or nobody asks any more."""
    known, calls, seen = watch.known, 0, 0
    told = next(pushed, None)
    due = policy(known, watch.created)
    while due is not None or told is not None:
        by_push = told is not None and (due is None or told <= due)
        now = told if by_push else due
        assert now is not None
        if now - known.latest > FORGOTTEN:
            break
        if by_push:
            told = next(pushed, None)
        else:
            calls += 1
            known = replace(known, checked_at=now)
        before = seen
        while seen < len(watch.scans) and watch.scans[seen][0] <= now:
            known = _learned(known, watch, seen, now, tally)
            seen += 1
        known = _estimated(known, watch, now, fruitless=0 if seen > before else known.fruitless + 1)
        if known.status in tracking.ENDED:
            break
        due = policy(known, now)
    tally.calls.append(calls)
    tally.missed += sum(kind in worlds.MILESTONES for _, kind, _ in watch.scans[seen:])


def _learned(known: Known, watch: Watch, index: int, now: datetime, tally: Tally) -> Known:
    visible, kind, made = watch.scans[index]
    if kind in worlds.MILESTONES:
        tally.delays[kind].append((now - visible).total_seconds() / _HOUR)
    if kind == worlds.OUT:
        tally.outs_in_time += index + 1 == len(watch.scans) or now < watch.scans[index + 1][0]
    if known.scanned_at is not None and made < known.scanned_at and kind not in worlds.ENDS:
        return known
    at_destination = kind == worlds.DESTINATION
    return replace(known, status=STATUSES[kind], scanned_at=made, at_destination=at_destination, moved=True)


def _estimated(known: Known, watch: Watch, now: datetime, *, fruitless: int) -> Known:
    day = next((day for seen, day in reversed(watch.estimates) if seen <= now), None)
    return replace(known, expected_first=day, expected_last=day, fruitless=fruitless)
