"""A round: the parcels that are due are taken, asked for, and what was heard is written, until none is left or the time
is over. A pure step over the tables: whoever runs it may die at any line.

- Taken and not asked for, or asked for and not written: the parcels are due again when the claim ends. What a carrier
  told is then told again, and the same line is stored once.
- Two rounds at once: a parcel that one has taken is not due for the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog

from commerce.database import Connection
from commerce.mirror import parcels
from commerce.mirror.following import cannot_ask
from commerce.mirror.parcels import Heard
from commerce.tables import carriers, order_tracking, shops, tallies, tracking_scans, tracking_settings
from commerce.tables.order_tracking import Due
from commerce.tables.shops import Shop
from integrations.carrier_api import GARBLED
from jobs import consequences, reactions
from jobs.job import Lease, is_ours, utc_now
from jobs.process import Process
from jobs.tracking import accounts
from jobs.tracking.asking import Answered, Asking, portions
from jobs.tracking.counting import counted
from jobs.tracking.lanes import Lane

_WRITE_AFTER, _WRITE_ROWS = 0.5, 200  # seconds or parcels after which what was heard is written
_SHORT_BREAK = timedelta(seconds=5)
_UNSTORABLE = timedelta(hours=6)  # until a parcel is asked for again whose answer could not be stored
_FILLING = timedelta(minutes=4)  # for which due parcels wait until a call is full
_LAST_ANSWERS = 30.0  # seconds that a round waits for answers after its time is over

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Report:
    """What a round did."""

    parcels: int = 0
    calls: int = 0
    errors: int = 0
    milestones: int = 0
    left: int = 0


@dataclass(slots=True)
class Round:
    """One shop's round. `held`: the lease under which it is done, where there is one; `until` by time.monotonic."""

    process: Process
    shop: Shop
    until: float
    held: Lease | None = None
    report: Report = field(default_factory=Report)
    _lanes: dict[str, Lane] = field(default_factory=dict)
    _claims: dict[str, datetime] = field(default_factory=dict)
    _heard: list[tuple[Lane, Heard]] = field(default_factory=list)
    _written_at: float = field(default_factory=monotonic)

    def run(self) -> Report:
        """Do it. Raises LeaseLost, with what was heard since the last writing lost: it will be told again."""
        self._open()
        if not self._lanes:
            return self.report
        asking = Asking(self.process, threads=sum(lane.at_once for lane in self._lanes.values()))
        try:
            while self._goes_on(asking):
                self._hear(asking.answered(0.05))
                self._write_if_due(asking.under_way() == 0)
            self._wait_for_last(asking)
        finally:
            asking.close()
        self._finish()
        return self.report

    def _open(self) -> None:
        """A lane for each carrier of which parcels are due and that can be asked."""
        now, shop_id = utc_now(), self.shop.id
        with self.process.database.read() as db:
            groups = order_tracking.due_groups(db, now=now, shop_id=shop_id)
            ways = accounts.ways(db, self.process.vault, shop_id=shop_id) if groups else {}
            health = carriers.health_of(db, shop_id=shop_id) if groups else {}
        for group in groups:
            way, doing = ways.get(group.carrier), health.get(group.carrier)
            if way is None:
                self._park(group)
                continue
            if not _is_worth_a_call(group, way.about.batch, now):
                continue
            lane = Lane(shop_id=shop_id, carrier=group.carrier, way=way)
            if doing is not None:
                lane.failures, lane.closed_until, lane.error = doing.failures, doing.closed_until, doing.error
            if lane.is_open(now):
                self._lanes[group.carrier] = lane

    def _park(self, group: Due) -> None:
        """Parcels whose carrier can be asked no longer wait until it can."""
        with self.process.database.write() as db:
            why = cannot_ask(group.carrier, known=accounts.ways(db, self.process.vault, shop_id=self.shop.id))
            if why:
                order_tracking.stop(db, shop_id=self.shop.id, carrier=group.carrier, why=why, now=utc_now())

    def _goes_on(self, asking: Asking) -> bool:
        """Send what may be sent; False once nothing is under way and nothing is left to send."""
        now = utc_now()
        if monotonic() < self.until:
            for lane in self._lanes.values():
                self._feed(lane, asking, now)
        return (asking.under_way() > 0 or self._reopens_soon(now)) and monotonic() < self.until

    def _reopens_soon(self, now: datetime) -> bool:
        """Whether a carrier that wants to be left alone for a moment is worth waiting for."""
        return any(
            lane.closed_until is not None and now < lane.closed_until <= now + _SHORT_BREAK and not lane.is_dry
            for lane in self._lanes.values()
        )

    def _feed(self, lane: Lane, asking: Asking, now: datetime) -> None:
        if not lane.is_open(now):
            return
        room = lane.at_once - asking.under_way(lane.carrier)
        if room > 0 and not lane.waiting and not lane.is_dry:
            with self.process.database.write() as db:
                if self.held is not None:
                    self.held.keep(db)
                self._claims[lane.carrier] = lane.take(db, now=now)
        if room > 0 and lane.waiting:
            size = max(1, lane.way.about.batch) * room
            sent, lane.waiting = lane.waiting[:size], lane.waiting[size:]
            for portion in portions(sent, lane.way, lane.carrier, until=self.until):
                asking.send(portion)

    def _hear(self, answered: Sequence[Answered]) -> None:
        now = utc_now()
        for each in answered:
            lane = self._lanes[each.portion.carrier]
            self.report.calls += each.answers.calls
            self._heard.extend((lane, heard) for heard in lane.heard(each, now=now))

    def _write_if_due(self, is_idle: bool) -> None:
        waited = monotonic() - self._written_at
        if len(self._heard) >= _WRITE_ROWS or (self._heard and (waited >= _WRITE_AFTER or is_idle)):
            self._write()

    def _wait_for_last(self, asking: Asking) -> None:
        """Answers that are still to come belong to calls that were made."""
        last = monotonic() + _LAST_ANSWERS
        while asking.under_way() and monotonic() < last:
            self._hear(asking.answered(0.2))
            self._write_if_due(asking.under_way() == 0)

    def _write(self) -> None:
        """What was heard, in one transaction with what follows from it."""
        heard, self._heard = self._heard, []
        self._written_at = monotonic()
        try:
            self._write_these(heard)
        except Exception as error:
            if not is_ours(error):
                raise
            # One of them cannot be stored. One by one, so that it does not hold up the others for ever.
            for lane, one in heard:
                self._write_one(lane, one)

    def _write_one(self, lane: Lane, heard: Heard) -> None:
        try:
            self._write_these([(lane, heard)])
        except Exception as error:
            if not is_ours(error):
                raise
            _log.exception("parcel.cannot_be_stored", tracking_id=heard.tracking_id)
            why = f"What the carrier told cannot be stored ({type(error).__name__}); the log says more."
            again = utc_now() + _UNSTORABLE
            told = Heard(tracking_id=heard.tracking_id, problem=GARBLED, error=why, again_at=again)
            self._write_these([(lane, told)])

    def _write_these(self, heard: Sequence[tuple[Lane, Heard]]) -> None:
        now = utc_now()
        with self.process.database.write() as db:
            if self.held is not None:
                self.held.keep(db)
            prices = {name: lane.price(db, now=now) for name, lane in self._lanes.items()}
            chosen = tracking_settings.of_shop(db, shop_id=self.shop.id)
            ways = parcels.Ways(settings=chosen, prices=prices)
            found = [one for _, one in heard]
            happened = parcels.apply(db, shop_id=self.shop.id, heard=found, way=tracking_scans.POLL, ways=ways, now=now)
            planned = consequences.plan(db, self.process, self.shop, happened, reactions.wanted(happened), now=now)
            self._settle(db, now)
            tallies.add(db, counted(self.shop.id, heard, happened, now=now), now=now)
        self._settled()
        self._count(found, happened)
        consequences.begin(self.process, planned)

    def _settle(self, db: Connection, now: datetime) -> None:
        """In one order for all shops, as some of them share accounts."""
        for lane in sorted(self._lanes.values(), key=lambda lane: (lane.way.account.key, lane.carrier)):
            lane.settle(db, now=now)

    def _settled(self) -> None:
        for lane in self._lanes.values():
            lane.settled()

    def _count(self, heard: Sequence[Heard], happened: Sequence[Any]) -> None:
        self.report.parcels += len(heard)
        self.report.errors += sum(1 for one in heard if one.problem)
        self.report.milestones += len(happened)

    def _finish(self) -> None:
        """Write the rest, and give back what was taken and not asked for."""
        if self._heard:
            self._write()
        now = utc_now()
        with self.process.database.write() as db:
            for name, lane in self._lanes.items():
                if lane.waiting:
                    lane.release(db, claimed_until=self._claims[name], now=now)
            self._settle(db, now)
            self.report.left = _left(db, self.shop.id, now)
        self._settled()
        _log.info("tracking.round", shop=self.shop.key, **{name: getattr(self.report, name) for name in _SHOWN})


def _is_worth_a_call(group: Due, batch: int, now: datetime) -> bool:
    """Whether to ask already: where a call asks for many, a few wait a little for others."""
    return group.number >= batch or group.is_watched or now - group.since >= _FILLING


_SHOWN = ("parcels", "calls", "errors", "milestones", "left")


def _left(db: Connection, shop_id: int, now: datetime) -> int:
    return sum(group.number for group in order_tracking.due_groups(db, now=now, shop_id=shop_id))


def shop_of(process: Process, shop_id: int) -> Shop | None:
    """The shop, where there still is one."""
    with process.database.read() as db:
        return shops.by_id(db, process.vault, shop_id)
