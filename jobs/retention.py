"""What is known of customers is kept as long as the merchant says: then it is deleted, and persons are erased."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from commerce.database import Connection
from commerce.mirror import erasing
from commerce.tables import privacy, shops
from commerce.tables.people import accesses, overdue, retention
from commerce.tables.people.retention import ACCESSES, ACCOUNTS, CONSENTS, GUESTS, HAPPENINGS, Kept
from commerce.tables.shops import ACTIVE
from jobs import queues
from jobs.job import Lease, LeaseLost, job, lease, utc_now
from jobs.process import Process, current

LEASE = "retention"
EVERY = 600  # seconds
ASKED_BY = "retention"
PERSONS = 200  # that are to be erased at a time: the others wait until these are
CHUNK = 1000  # rows in one transaction

_FORGET: dict[str, Callable[..., int]] = {
    HAPPENINGS: overdue.forget_happenings,
    ACCESSES: accesses.forget,
    CONSENTS: overdue.forget_consents,
}
_FIND: dict[str, Callable[..., list[str]]] = {GUESTS: overdue.guests, ACCOUNTS: overdue.accounts}

_log = structlog.get_logger(__name__)


@job(queue=queues.BULK, timeout=300)
def end_retention() -> None:
    """Delete what was kept long enough in every shop, and have persons erased whose time is over."""
    process, now = current(), utc_now()
    with process.database.read() as db:
        active = [shop.id for shop in shops.all_shops(db, process.vault) if shop.state == ACTIVE]
    for shop_id in active:
        with lease(shop_id=shop_id, kind=LEASE) as held:
            if held is not None:
                _of_shop(process, held, now)


def _of_shop(process: Process, held: Lease, now: datetime) -> None:
    with process.database.read() as db:
        kept = retention.of(db, shop_id=held.shop_id)
        busy = privacy.next_erasure(db, shop_id=held.shop_id) is not None
    try:
        for kind, forget in _FORGET.items():
            _forget(process, held, forget, _before(kept, kind, now))
        asked = 0 if busy else sum([_ask(process, held, kept, kind, now) for kind in _FIND])
        if asked:
            process.queues.wake(queues.ERASE, [held.shop_id])
    except LeaseLost:
        _log.warning("lease.lost", kind=LEASE)


def _before(kept: Kept, kind: str, now: datetime) -> datetime | None:
    days = kept.days.get(kind)
    return now - timedelta(days=days) if days is not None else None


def _forget(process: Process, held: Lease, forget: Callable[..., int], before: datetime | None) -> None:
    deleted = CHUNK if before is not None else 0
    while deleted == CHUNK:
        with process.database.write() as db:
            held.keep(db)
            deleted = forget(db, shop_id=held.shop_id, before=before, limit=CHUNK)
        process.database.give_way()


def _ask(process: Process, held: Lease, kept: Kept, kind: str, now: datetime) -> int:
    """Ask for the persons of that kind to be erased; gives how many."""
    before = _before(kept, kind, now)
    if before is None:
        return 0
    with process.database.write() as db:
        held.keep(db)
        found = _FIND[kind](db, shop_id=held.shop_id, before=before, limit=PERSONS)
        _ask_for(db, process, held.shop_id, found, kept, now)
    if found:
        _log.info("retention.over", shop_id=held.shop_id, kind=kind, persons=len(found))
    return len(found)


def _ask_for(db: Connection, process: Process, shop_id: int, roots: list[str], kept: Kept, now: datetime) -> None:
    shop = shops.by_id(db, process.vault, shop_id)
    assert shop is not None, "it was there when the job began"
    for root in roots:
        erasing.ask_erasure(db, shop, root, asked_by=ASKED_BY, now=now, block=kept.keep_out)
