"""Group commit: what is submitted at the same moment is stored in one transaction."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from commerce.database import Busy, Database
from commerce.tables import arrivals, rejections, tallies
from commerce.tables.arrivals import NewDelivery
from commerce.tables.inbox import WAITING
from jobs.queues import APPLY, Queues

PATIENCE = 2.5  # seconds for all waiting together: platforms wait for 5 and take 503 for "later"


@dataclass(slots=True, kw_only=True, eq=False)
class Entry:
    """What one request wants stored: a delivery, counters, rejections."""

    now: datetime
    delivery: NewDelivery | None = None
    counted: tuple[tallies.Key, ...] = ()
    rejected: tuple[rejections.Key, ...] = ()
    until: float = field(default_factory=lambda: monotonic() + PATIENCE, init=False)
    done: threading.Event = field(default_factory=threading.Event, init=False)
    error: BaseException | None = field(default=None, init=False)


class GroupCommit:
    """Whoever comes first stores for all who wait; who comes meanwhile waits for the next round."""

    def __init__(self, database: Database, queues: Queues) -> None:
        self._database, self._queues = database, queues
        self._mutex, self._leading = threading.Lock(), threading.Lock()
        self._waiting: list[Entry] = []

    def submit(self, entry: Entry) -> None:
        """Returns when the entry is committed durably. Raises what the database raised, Busy when its time is over."""
        with self._mutex:
            self._waiting.append(entry)
        woken: set[int] = set()
        if self._leading.acquire(timeout=max(0.0, entry.until - monotonic())):
            try:
                if not entry.done.is_set():
                    with self._mutex:
                        batch, self._waiting = self._waiting, []
                    woken = self._commit(batch)
            finally:
                self._leading.release()
        else:
            self._withdraw(entry)
        if woken:
            self._queues.wake(APPLY, woken)
        if entry.error is not None:
            raise entry.error

    def _withdraw(self, entry: Entry) -> None:
        """Take an entry back that nobody took; one that is being committed has its outcome soon. Raises Busy."""
        with self._mutex:
            if entry in self._waiting:
                self._waiting.remove(entry)
                raise Busy
        entry.done.wait()

    def _commit(self, batch: Sequence[Entry]) -> set[int]:
        """Store all entries; gives the shops that have work now. A failure reaches each of them."""
        try:
            return self._store(batch)
        except BaseException as error:  # noqa: BLE001 - handed to every waiting request
            for entry in batch:
                entry.error = error
            return set()
        finally:
            for entry in batch:
                entry.done.set()

    def _store(self, batch: Sequence[Entry]) -> set[int]:
        deliveries = [entry.delivery for entry in batch if entry.delivery is not None]
        counted: Counter[tallies.Key] = Counter(key for entry in batch for key in entry.counted)
        rejected: Counter[rejections.Key] = Counter(key for entry in batch for key in entry.rejected)
        with self._database.write(patience=min(entry.until for entry in batch) - monotonic()) as db:
            ids = arrivals.store(db, deliveries)
            for delivery, row_id in zip(deliveries, ids, strict=True):
                if row_id is None:
                    counted[delivery.shop_id, "repeated", ""] += 1
            tallies.add(db, counted, now=batch[-1].now)
            rejections.add(db, rejected, now=batch[-1].now)
        stored = zip(deliveries, ids, strict=True)
        return {delivery.shop_id for delivery, row_id in stored if row_id is not None and delivery.state == WAITING}
