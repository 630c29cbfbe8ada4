"""How this process's jobs ran: collected here, and written down every few seconds instead of once for each job.

A worker that is killed takes what it did not write yet with it: some seconds of the history, and nothing else.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heappush, heappushpop
from threading import Event, Lock, Thread
from time import monotonic

import structlog

from commerce.database import REFUSED, UNREACHABLE, Database, is_unreachable
from commerce.tables import job_runs
from commerce.tables.job_runs import Run, Sums

FLUSH_EVERY = 5.0  # seconds
LONG = 0.5  # seconds; what took less is not among the slowest
SLOWEST, FAILED = 10, 20  # single runs that a process writes down, of each job and hour

_log = structlog.get_logger(__name__)
_Place = tuple[str, datetime]  # job and hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What the process does at the moment."""

    job: str
    shop_id: int | None
    queue: str
    since: datetime


class History:
    """The jobs of this process: what it does, how many it did, and what is not written down yet."""

    def __init__(self) -> None:
        self.began_at = datetime.now(UTC)
        self.done = self.failed = 0
        self.doing: Doing | None = None
        self._lock = Lock()
        self._sums: dict[_Place, Sums] = {}
        self._runs: list[Run] = []
        self._hour = datetime.min.replace(tzinfo=UTC)
        self._slowest: dict[str, list[float]] = {}
        self._failures: Counter[str] = Counter()

    @contextmanager
    def running(self, *, job: str, shop_id: int | None, queue: str, enqueued_at: datetime | None) -> Iterator[None]:
        """Note the run of a job, however it ends."""
        at, began, error = datetime.now(UTC), monotonic(), ""
        self.doing = Doing(job=job, shop_id=shop_id, queue=queue, since=at)
        try:
            yield
        except Exception as broke:
            error = type(broke).__name__
            raise
        finally:
            self.doing = None
            waited = max(0.0, (at - enqueued_at).total_seconds()) if enqueued_at else 0.0
            self._note(Run(job=job, shop_id=shop_id, at=at, seconds=monotonic() - began, error=error), waited)

    def _note(self, run: Run, waited: float) -> None:
        now = datetime.now(UTC)
        with self._lock:
            self.done += 1
            self.failed += bool(run.error)
            self._begin_hour(now.replace(minute=0, second=0, microsecond=0))
            place = (run.job, self._hour)
            sums = self._sums.setdefault(place, Sums(last_at=now))
            sums.runs += 1
            sums.failures += bool(run.error)
            sums.seconds += run.seconds
            sums.longest = max(sums.longest, run.seconds)
            sums.waited += waited
            sums.last_at, sums.last_seconds, sums.last_error = now, run.seconds, run.error
            if self._is_worth_a_row(run):
                self._runs.append(run)

    def _begin_hour(self, hour: datetime) -> None:
        if hour != self._hour:
            self._hour, self._slowest, self._failures = hour, {}, Counter()

    def _is_worth_a_row(self, run: Run) -> bool:
        """Failed, or among the slowest of its job in this hour. What runs every second fills no table."""
        if run.error:
            self._failures[run.job] += 1
            return self._failures[run.job] <= FAILED
        if run.seconds < LONG:
            return False
        longest = self._slowest.setdefault(run.job, [])
        if len(longest) < SLOWEST:
            heappush(longest, run.seconds)
            return True
        return heappushpop(longest, run.seconds) < run.seconds

    def flush(self, database: Database) -> None:
        """Write down what was collected; while the database is away, it stays here."""
        with self._lock:
            sums, runs = self._sums, self._runs
            self._sums, self._runs = {}, []
        if not sums:
            return
        try:
            with database.write() as db:
                job_runs.add(db, sums, runs)
        except (*UNREACHABLE, REFUSED) as error:
            if not is_unreachable(error):  # it would be so again, and the history is not worth more than the jobs
                _log.exception("history.refused")
                return
            _log.warning("database.unreachable", error=type(error).__name__, effect="the jobs' history waits")
            with self._lock:
                self._put_back(sums, runs)

    def _put_back(self, sums: dict[_Place, Sums], runs: list[Run]) -> None:
        for place, old in sums.items():
            new = self._sums.setdefault(place, Sums(last_at=old.last_at, last_seconds=old.last_seconds))
            if new.runs == 0:
                new.last_error = old.last_error
            new.runs += old.runs
            new.failures += old.failures
            new.seconds += old.seconds
            new.longest = max(new.longest, old.longest)
            new.waited += old.waited
        self._runs[:0] = runs


@contextmanager
def keeping(history: History, database: Database, *, every: float = FLUSH_EVERY) -> Iterator[None]:
    """Write the history down every few seconds of the block, and at its end."""
    over = Event()
    thread = Thread(target=_keep, args=(history, database, every, over), daemon=True, name="history")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(1)
        history.flush(database)


def _keep(history: History, database: Database, every: float, over: Event) -> None:
    while not over.wait(every):
        history.flush(database)
