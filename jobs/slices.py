"""Working on a shop's rows, batch after batch under a lease, until none is left or others waited long enough."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import structlog

from commerce.database import Connection
from jobs.job import Lease, LeaseLost, lease
from jobs.process import Process, current

SLICE = 0.5  # seconds after which a shop goes to the end of the queue

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A kind of work: what wakes it, the lease it is done under, one batch of it (gives how many rows it took; raises
    LeaseLost with nothing written), and whether a shop has any."""

    wake: str
    lease: str
    batch: Callable[[Process, Lease], int]
    waits: Callable[[Connection, int], bool]


def work_off(work: Work, *, shop_id: int) -> None:
    """Do the shop's work of this kind for one slice."""
    process = current()
    process.queues.taken(work.wake, shop_id)
    until = monotonic() + SLICE
    while _while_leased(process, work, shop_id, until) and _waits(process, work, shop_id):
        # Work was left: the slice is over, or it came in while the lease was being given back. Whoever was woken for
        # the latter found the lease taken and left, so it is for us to look again.
        if monotonic() >= until:
            process.queues.wake(work.wake, [shop_id])
            return


def _while_leased(process: Process, work: Work, shop_id: int, until: float) -> bool:
    """Do batches; False where another worker is at it."""
    with lease(shop_id=shop_id, kind=work.lease) as held:
        if held is None:
            return False
        try:
            while monotonic() < until and work.batch(process, held):
                pass
        except LeaseLost:
            _log.warning("lease.lost", kind=work.lease)
            return False
    return True


def _waits(process: Process, work: Work, shop_id: int) -> bool:
    with process.database.read() as db:
        return work.waits(db, shop_id)
