"""Walking through a shop's own API: the first import, what changed since, and the comparison of everything.

A run's row says where it is, and is written with what the page told; a killed worker's run goes on from there.
"""

from dataclasses import dataclass
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import structlog

from commerce.database import is_unreachable
from commerce.tables import syncs
from integrations.errors import OutsideError, Permanent, RateLimited, Transient
from jobs import queues
from jobs.connections import OpenShop, opened
from jobs.job import Lease, LeaseLost, job, lease, pause, utc_now
from jobs.process import Process, current
from jobs.slices import SLICE
from jobs.steps import Cancelled, Going, step

LEASE = "sync"
_SOON, _NAP = timedelta(seconds=1.5), 0.05  # what a worker that has nothing else to do waits for, and in which steps
_BACKOFF = (5, 15, 60, 300, 900)  # seconds
_GIVES_UP = 50  # tries of one page

_log = structlog.get_logger(__name__)


@job(queue=queues.OUTSIDE, timeout=300)
def sync_shop(*, shop_id: int) -> None:
    """Go on with the shop's run for a slice; the next slice comes after everybody else's work."""
    process = current()
    process.queues.taken(queues.SYNC, shop_id)
    with lease(shop_id=shop_id, kind=LEASE) as held:
        if held is None:
            return
        again = _slice(process, held)
    if again:
        process.queues.wake(queues.SYNC, [shop_id])


@dataclass(slots=True)
class _Slice:
    """The time that a worker gives to a shop's runs, and the run that it is at."""

    process: Process
    held: Lease
    run: Any


def _slice(process: Process, held: Lease) -> bool:
    """Read pages until the time is over; False where nothing can be done now."""
    at = _Slice(process, held, _due(process, held.shop_id))
    if at.run is None:
        return False
    try:
        with opened(process, held.shop_id, purpose=at.run.kind) as found:
            if found is None:
                _postpone(process, at.run, Transient("The shop does not let Backroom in: connect it again."), wait=3600)
                return False
            return _pages(at, found)
    except (LeaseLost, Cancelled) as error:
        _log.info("sync.stopped", reason=type(error).__name__)
    except OutsideError as error:
        _failed(process, at.run, error)
    except Exception as error:
        if is_unreachable(error):
            raise
        # Without a pause, the sweep would bring it here again at once, and for ever.
        _log.exception("sync.broke", kind=at.run.kind)
        _failed(process, at.run, Transient(f"Backroom could not go on ({type(error).__name__}); its log says more."))
    return False


def _pages(at: _Slice, found: OpenShop) -> bool:
    process, shop_id = at.process, at.held.shop_id
    until, calls = monotonic() + SLICE, 0
    while at.run is not None:
        listings = found.api.listings(changes=at.run.kind == syncs.CHANGES)
        try:
            step(Going(process, at.held, found, at.run, listings))
        finally:
            with process.database.write() as db:
                syncs.count_calls(db, at.run, found.calls.total() - calls)
            calls = found.calls.total()
        at.run = _due(process, shop_id) or _soon_due(process, shop_id)
        if monotonic() >= until:
            return at.run is not None
    return False


def _soon_due(process: Process, shop_id: int) -> Any:
    """The run that is due in a moment, waited for as long as nobody else has work for this worker."""
    with process.database.read() as db:
        due_at = syncs.next_due(db, shop_id=shop_id)
    if due_at is None or due_at > utc_now() + _SOON:
        return None
    while utc_now() < due_at:
        if any(process.queues.depths().values()):
            return None
        sleep(_NAP)
    return _due(process, shop_id)


def _due(process: Process, shop_id: int) -> Any:
    with process.database.read() as db:
        return syncs.due(db, shop_id=shop_id, now=utc_now())


def _failed(process: Process, run: Any, error: OutsideError) -> None:
    """What fails for a while is tried again, for longer and longer; what is refused is over."""
    _log.warning("sync.failed", kind=run.kind, error=str(error), attempt=run.attempts + 1)
    if isinstance(error, Permanent) or run.attempts >= _GIVES_UP:
        with process.database.write() as db:
            syncs.finish(db, run, state=syncs.FAILED, now=utc_now(), error=str(error))
        return
    wait = float(pause(_BACKOFF, run.attempts))
    if isinstance(error, RateLimited):  # to be asked to wait again and again is no reason to give up within minutes
        wait = max(wait, error.retry_after)
    _postpone(process, run, error, wait=wait)


def _postpone(process: Process, run: Any, error: OutsideError, *, wait: float) -> None:
    with process.database.write() as db:
        syncs.postpone(db, run, due_at=utc_now() + timedelta(seconds=wait), error=str(error))
