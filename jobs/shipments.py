"""Asking carriers for the parcels that are due: shop by shop, whoever is woken for it."""

from collections.abc import Sequence
from datetime import timedelta
from time import monotonic

import structlog

from commerce.tables import order_tracking
from jobs import queues
from jobs.job import LeaseLost, job, lease, utc_now
from jobs.process import Process, current
from jobs.tracking.rounds import Report, Round, shop_of

LEASE = "parcels"
EVERY = 30  # seconds
ROUND = 40.0  # seconds after which a shop's round makes room for others

_log = structlog.get_logger(__name__)


@job(queue=queues.OUTSIDE, timeout=120)
def check_parcels(*, shop_id: int) -> None:
    """Ask for the shop's parcels that are due."""
    process = current()
    process.queues.taken(queues.TRACK, shop_id)
    report = check(process, shop_id, seconds=ROUND)
    if report is not None and report.left and report.parcels:
        process.queues.wake(queues.TRACK, [shop_id])


def check(process: Process, shop_id: int, *, seconds: float) -> Report | None:
    """One round of a shop; None where somebody else is at it, or it is gone."""
    shop = shop_of(process, shop_id)
    if shop is None:
        return None
    with lease(shop_id=shop_id, kind=LEASE) as held:
        if held is None:
            return None
        try:
            return Round(process=process, shop=shop, until=monotonic() + seconds, held=held).run()
        except LeaseLost:
            _log.warning("lease.lost", kind=LEASE)
            return None


@job(queue=queues.EVENTS, timeout=30)
def wake_parcels() -> None:
    """Wake the shops of which parcels are due."""
    process = current()
    if process.settings.check_parcels:
        process.queues.wake(queues.TRACK, due_shops(process))


def due_shops(process: Process) -> Sequence[int]:
    """Shops of which parcels are due, those that wait for longest first."""
    with process.database.read() as db:
        groups = order_tracking.due_groups(db, now=utc_now() + timedelta(seconds=1))
    return list(dict.fromkeys(group.shop_id for group in sorted(groups, key=lambda group: group.since)))
