"""One job's round of sending: many endpoints at once, so that a slow one holds up nobody else's.

Threads do nothing but wait for the network; whoever runs the round reads what is due and writes what came of it. The
round is short; but while a slow endpoint keeps it, it sends what comes in for others meanwhile, also other shops'.
"""

from collections.abc import Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from time import monotonic
from typing import Any, Self

import structlog

from commerce.tables import leases, shops
from commerce.tables.outgoing import dispatches, endpoints
from commerce.tables.shops import Shop
from integrations.receivers import Receiver
from jobs.dispatching import outcomes
from jobs.dispatching.lanes import Call, Lane
from jobs.job import Lease, LeaseLost, lease, utc_now
from jobs.process import Process, died

LEASE = "dispatch"
SLICE = 0.5  # seconds, after which only what others wait for because of us is begun
LONGEST = 20.0  # seconds, after which nothing is begun any more
_SLOW = 0.5  # seconds after which a call keeps the round
_TICK, _GATHER = 0.25, 0.02  # seconds: until the round looks again; for which outcomes are gathered
_THREADS, _OF_SHOP = 32, 12  # calls at a time, of all shops and of one
_SHOPS = 8  # served by one round

_log = structlog.get_logger(__name__)


class _Served:
    """A shop that the round serves: its lease, and lanes to its endpoints."""

    def __init__(self, process: Process, held: Lease, shop: Shop) -> None:
        self.process, self.held, self.shop = process, held, shop
        self.lanes: dict[int, Lane] = {}
        self.calls = 0
        self.is_ours = True

    def read(self) -> None:
        """Read what is due for its endpoints."""
        now = utc_now()
        with self.process.database.read() as db:
            due = dispatches.due_endpoints(db, shop_id=self.shop.id, now=now)
            for row in endpoints.all_of(db, shop_id=self.shop.id) if due else ():
                if row.id in due:
                    lane = self.lanes.get(row.id) or self._opened(row)
                    lane.refresh(row)
                    lane.read(db, self.shop.id, now=now)

    def _opened(self, row: Any) -> Lane:
        settings = self.process.settings

        def open_receiver(url: str) -> Receiver:
            return Receiver(url, ca_bundle=settings.ca_bundle, allow_private_hosts=settings.allow_private_hosts)

        self.lanes[row.id] = Lane(row, self.process.vault, open_receiver=open_receiver, now=utc_now())
        return self.lanes[row.id]

    def write(self, calls: Sequence[Call]) -> None:
        """Write what came of calls. Raises LeaseLost, with nothing written."""
        with self.process.database.write() as db:
            self.held.keep(db)
            known = outcomes.write(db, self.shop, calls, now=utc_now())
        for key, row in known.items():
            self.lanes[key].refresh(row)


class Round:
    """Sends what is due. To be used in a `with` block, which gives back leases and closes connections."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._stack = ExitStack()
        self._shops: dict[int, _Served] = {}
        self._calls: dict[Future[Call], tuple[_Served, Call]] = {}
        self._began = monotonic()
        self._looked_at = 0.0

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="dispatch")
        self._stack.callback(self._pool.shutdown)
        return self

    def __exit__(self, *_: object) -> None:
        for served in self._shops.values():
            for lane in served.lanes.values():
                lane.close()
        self._stack.close()

    def run(self, shop_id: int) -> Collection[int]:
        """Send what is due for the shop; gives the shops that were served."""
        self._join(shop_id)
        while self._begin_some() or self._calls:
            self._write(self._gathered())
        return self._shops.keys()

    def _begin_some(self) -> int:
        """Begin calls, as far as there is time and room; gives how many."""
        passed = monotonic() - self._began
        if passed > SLICE and (passed > LONGEST or not self._is_kept()):
            return 0
        self._join_others()
        begun = 0
        for served in list(self._shops.values()):
            if served.is_ours and served.calls < _OF_SHOP:
                served.read()
                begun += sum(self._begin(served, lane) for lane in served.lanes.values())
        return begun

    def _begin(self, served: _Served, lane: Lane) -> int:
        begun = 0
        while served.calls < _OF_SHOP and len(self._calls) < _THREADS:
            call = lane.next_call(utc_now())
            if call is None:
                break
            self._calls[self._pool.submit(lane.send, call)] = served, call
            served.calls += 1
            begun += 1
        return begun

    def _is_kept(self) -> bool:
        """Whether a slow call keeps the round."""
        return any(monotonic() - call.began > _SLOW for _, call in self._calls.values())

    def _gathered(self) -> list[tuple[_Served, Call]]:
        """Calls that are over: some that end about the same time are written together."""
        if not wait(self._calls, timeout=_TICK, return_when=FIRST_COMPLETED).done:
            return []
        over = wait(self._calls, timeout=_GATHER).done
        found = [self._calls.pop(future) for future in over if not future.exception()]
        for future in over & self._calls.keys():
            self._calls.pop(future)
            future.result()
        return sorted(found, key=lambda each: each[1].began)

    def _write(self, over: Sequence[tuple[_Served, Call]]) -> None:
        for served in dict.fromkeys(each for each, _ in over):
            calls = [call for each, call in over if each is served]
            served.calls -= len(calls)
            try:
                if served.is_ours:
                    served.write(calls)
            except LeaseLost:
                _log.warning("lease.lost", kind=LEASE)
                served.is_ours = False
            for call in calls:
                served.lanes[call.endpoint_id].ended(call)

    def _join(self, shop_id: int) -> None:
        """Serve a shop, unless another worker does."""
        held = self._stack.enter_context(lease(shop_id=shop_id, kind=LEASE))
        with self._process.database.read() as db:
            shop = shops.by_id(db, self._process.vault, shop_id)
        if held is not None and shop is not None:
            self._shops[shop_id] = _Served(self._process, held, shop)

    def _join_others(self) -> None:
        """Serve shops whose own jobs wait for this one to end."""
        now = monotonic()
        if not self._is_kept() or now - self._looked_at < _TICK or len(self._shops) >= _SHOPS:
            return
        self._looked_at = now
        with self._process.database.read() as db:
            waiting = set(dispatches.shops_with_work(db, now=utc_now()))
            busy = {key for key, holder in leases.held(db, kind=LEASE, now=utc_now()).items() if not died(holder)}
        waiting -= busy | self._process.pauses.shops
        for shop_id in sorted(waiting - self._shops.keys())[: _SHOPS - len(self._shops)]:
            self._join(shop_id)
