"""Points by the clock: those that count from now on, those that end, warnings before; and walks through all customers.

All of it is worked out from what is stored, a batch of persons in one transaction: whoever is killed leaves nothing
half done, and doing it twice changes nothing.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from commerce.database import Connection
from commerce.mirror import people, points
from commerce.rules.loyalty.entries import AVAILABLE, PENDING
from commerce.tables import shops
from commerce.tables.loyalty import programmes, purses, reading
from commerce.tables.loyalty.programmes import Chosen
from commerce.tables.people import turns
from jobs import queues
from jobs.job import Lease, job, utc_now
from jobs.process import Process, current
from jobs.slices import Work, work_off

LEASE = "points"
EVERY = 60  # seconds
_AT_ONCE = 200  # members or batches in one transaction


@job(queue=queues.BULK, timeout=300)
def keep_points(*, shop_id: int) -> None:
    """Do what is due with the shop's points."""
    work_off(Work(wake=queues.POINTS, lease=LEASE, batch=keep_some, waits=_waits), shop_id=shop_id)


@job(queue=queues.EVENTS, timeout=30)
def wake_points() -> None:
    """Wake the shops where something is due."""
    process = current()
    with process.database.read() as db:
        due = purses.shops_with_due(db, now=utc_now()) | programmes.walking(db)
    process.queues.wake(queues.POINTS, sorted(due))


def _waits(db: Connection, shop_id: int) -> bool:
    chosen, now = programmes.of(db, shop_id=shop_id), utc_now()
    if chosen is None:
        return False
    due = _due(db, shop_id, chosen, now) or _ending(db, shop_id, chosen, now)
    return bool(due) or chosen.settled_to is not None


def _due(db: Connection, shop_id: int, chosen: Chosen, now: datetime) -> list[str]:
    """Persons of whom points count or end by now. Nothing ends while the programme is off."""
    found = purses.due(db, shop_id=shop_id, state=PENDING, now=now, limit=_AT_ONCE)
    if not found and chosen.holds is not None:
        found = purses.due(db, shop_id=shop_id, state=AVAILABLE, now=now, limit=_AT_ONCE)
    return found


def _warned_until(chosen: Chosen, now: datetime) -> datetime | None:
    """Of points that end by then is warned; None where of none is."""
    expiry = chosen.holds.expiry if chosen.holds is not None else None
    return now + timedelta(days=expiry.warn_days) if expiry is not None and expiry.warn_days else None


def _ending(db: Connection, shop_id: int, chosen: Chosen, now: datetime) -> list[str]:
    """Persons who have to be warned."""
    until = _warned_until(chosen, now)
    rows = reading.unwarned(db, shop_id=shop_id, until=until, limit=_AT_ONCE) if until is not None else ()
    return sorted(purses.roots_of(db, shop_id=shop_id, member_ids={row.member_id for row in rows}))


def keep_some(process: Process, held: Lease) -> int:
    """One batch of what is due; gives how many persons it was about. Raises LeaseLost."""
    now, shop_id = utc_now(), held.shop_id
    with process.database.write() as db:
        held.keep(db)
        turns.take(db, shop_id)
        chosen = programmes.of(db, shop_id=shop_id)
        if chosen is None:
            return 0
        roots = _due(db, shop_id, chosen, now)
        if roots:
            _settle(process, db, shop_id, roots, now)
            return len(roots)
        roots = _ending(db, shop_id, chosen, now)
        if roots:
            _settle(process, db, shop_id, roots, now)  # whoever was active lately has more time, and is not warned
            _warn(db, shop_id, chosen, now)
            return len(roots)
        done = _walk(process, db, shop_id, chosen, now)
    process.database.give_way()
    return done


def _settle(process: Process, db: Connection, shop_id: int, roots: Collection[str], now: datetime) -> None:
    shop = shops.by_id(db, process.vault, shop_id)
    if shop is not None:
        settled = points.settle(db, shop, roots, now=now)
        people.refresh(db, shop, {*roots, *settled}, now=now)


def _warn(db: Connection, shop_id: int, chosen: Chosen, now: datetime) -> None:
    until = _warned_until(chosen, now)
    if until is not None:
        rows = reading.unwarned(db, shop_id=shop_id, until=until, limit=_AT_ONCE)
        reading.warn(db, shop_id=shop_id, rows=rows, now=now)


def _walk(process: Process, db: Connection, shop_id: int, chosen: Chosen, now: datetime) -> int:
    """Some more of the customers, for a programme that was switched on or reaches further back than before."""
    if chosen.settled_to is None:
        return 0
    rows = purses.next_members(db, shop_id=shop_id, after=chosen.settled_to, limit=_AT_ONCE)
    if rows:
        _settle(process, db, shop_id, sorted({row.root for row in rows}), now)
    programmes.walked(db, shop_id=shop_id, settled_to=rows[-1].id if len(rows) == _AT_ONCE else None)
    return max(1, len(rows))
