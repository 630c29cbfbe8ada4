"""What every job has: a queue, a time it may take, a line in the log, and leases on the rows that it works on."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from threading import Event, Thread
from time import monotonic
from typing import Any, TypedDict, TypeVar, cast

import structlog
from redis.exceptions import RedisError
from rq import get_current_job
from rq.timeouts import BaseTimeoutException

from commerce.database import UNREACHABLE, Connection, is_unreachable
from commerce.tables import leases
from jobs.process import Process, current, died

Job = TypeVar("Job", bound=Callable[..., None])

LEASE_SECONDS = 4.0  # a killed worker's rows wait for this long at most, then for the next sweep
_RENEW_EVERY = 1.0

_log = structlog.get_logger(__name__)
JOBS: dict[str, "Spec"] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A declared job: dotted name, queue and seconds it may take."""

    name: str
    queue: str
    timeout: int


def job(*, queue: str, timeout: int) -> Callable[[Job], Job]:
    """Declare a job. Its arguments are keyword-only ids; it is safe to run twice."""

    def declare(function: Job) -> Job:
        name = f"{function.__module__}.{function.__name__}"
        JOBS[name] = Spec(name=name, queue=queue, timeout=timeout)

        @wraps(function)
        def run(**ids: Any) -> None:
            running = get_current_job()
            with structlog.contextvars.bound_contextvars(
                job=function.__name__, job_id=running.id if running else "", **ids
            ):
                began = monotonic()
                try:
                    _run(function, name, running, ids)
                except Exception:
                    _log.exception("job.broke", seconds=round(monotonic() - began, 3))
                    raise
                _log.debug("job.done", seconds=round(monotonic() - began, 3))

        return cast(Job, run)

    return declare


def _run(function: Callable[..., None], name: str, running: Any, ids: dict[str, Any]) -> None:
    """Run a job. Where a worker took it from a queue, its run is noted, and that of a paused shop is left."""
    if running is None or running.func_name != name:  # called by another job, or by hand
        function(**ids)
        return
    process, shop_id = current(), ids.get("shop_id")
    if shop_id in process.pauses.shops:
        _log.info("job.left", effect="the shop is paused; its rows wait, and are found once it goes on")
        return
    came = {"queue": running.origin, "enqueued_at": running.enqueued_at}
    told = shop_id if isinstance(shop_id, int) else None
    try:
        with process.history.running(job=name, shop_id=told, **came):
            function(**ids)
    except Exception as error:
        with suppress(RedisError, OSError):
            running.meta["error"] = type(error).__name__  # for lists of jobs that broke
            running.save_meta()
        raise


def utc_now() -> datetime:
    """The present time, for code that is handed its time."""
    return datetime.now(UTC)


def pause(steps: Sequence[int], attempts: int) -> int:
    """Seconds until the next try after so many: one step after the other, and the last one from then on."""
    return steps[min(attempts, len(steps) - 1)]


class LeaseLost(Exception):
    """Someone else took the lease over: whatever was not committed is theirs now."""


class Holder(TypedDict):
    """Who holds which lease."""

    shop_id: int
    kind: str
    holder: str


def is_ours(error: BaseException) -> bool:
    """Whether the fault lies in the work at hand: not in the database, a lost lease, or the end of the job's time.

    Such work is put aside or waits: left as it is, the sweep would bring it here again at once, and for ever.
    """
    return not (is_unreachable(error) or isinstance(error, LeaseLost | BaseTimeoutException))


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a shop's rows of one kind."""

    process: Process
    shop_id: int
    kind: str

    def keep(self, db: Connection) -> None:
        """Renew within the transaction that writes. Raises LeaseLost, which must roll it back."""
        mine = Holder(shop_id=self.shop_id, kind=self.kind, holder=self.process.name)
        if not leases.keep(db, **mine, now=utc_now(), seconds=LEASE_SECONDS):
            raise LeaseLost(f"{self.kind} of shop {self.shop_id}")


@contextmanager
def lease(*, shop_id: int, kind: str, while_paused: bool = False) -> Iterator[Lease | None]:
    """Hold the shop's lease of that kind for the block, renewed while it lasts; None where someone else holds it, or
    the shop is paused."""
    process = current()
    if shop_id in process.pauses.shops and not while_paused:
        yield None
        return
    mine = Holder(shop_id=shop_id, kind=kind, holder=process.name)
    with process.database.write() as db:
        taken = leases.take(db, **mine, now=utc_now(), seconds=LEASE_SECONDS) or _take_over(db, mine)
    if not taken:
        yield None
        return
    held, over = Lease(process, shop_id, kind), Event()
    renewing = Thread(target=_renew, args=(held, over), daemon=True, name=f"lease-{kind}")
    renewing.start()
    try:
        yield held
    finally:
        over.set()
        renewing.join()
        with process.database.write() as db:
            leases.release(db, **mine, now=utc_now())


def _take_over(db: Connection, mine: Holder) -> bool:
    """Take the lease of a process of this machine that was killed: there is no need to wait until it lapses."""
    holder = leases.holder(db, shop_id=mine["shop_id"], kind=mine["kind"])
    if holder is None or not died(holder):
        return False
    now = utc_now()
    leases.release(db, shop_id=mine["shop_id"], kind=mine["kind"], holder=holder, now=now)
    return leases.take(db, **mine, now=now, seconds=LEASE_SECONDS)


def _renew(held: Lease, over: Event) -> None:
    """Keep the lease while its holder is at work; a holder that is killed stops renewing."""
    while not over.wait(_RENEW_EVERY):
        try:
            with held.process.database.write() as db:
                held.keep(db)
        except (LeaseLost, *UNREACHABLE) as error:
            _log.warning("lease.not_renewed", kind=held.kind, error=type(error).__name__)
