"""What finds work that no wake-up found: lost wake-ups, lapsed leases, rows whose retry is due. And clears up."""

import shutil
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from commerce.database import Connection
from commerce.rules.order_steps.outcomes import DESK, OUTSIDE
from commerce.tables import (
    drift,
    effects,
    idempotency,
    inbox,
    installs,
    job_runs,
    labels,
    leases,
    parcel_erasure,
    reindexes,
    rejections,
    segments,
    sign_ins,
    syncs,
    tallies,
)
from commerce.tables.notifications import notifications
from commerce.tables.order_steps import step_runs, steps
from commerce.tables.outgoing import announcements, dispatches, replays
from commerce.tables.stock import items, movements
from commerce.tables.team import attempts, audit, letters, memberships, sessions
from jobs import call_outs, calls, cdns, events, pages, privacy, products, queues, reactions, rereads, stock
from jobs import drift as checks
from jobs import labels as printers
from jobs import notifications as senders
from jobs import replays as resends
from jobs import segments as builders
from jobs import syncs as walks
from jobs.dispatching import rounds
from jobs.job import job, utc_now
from jobs.messages import keeping
from jobs.order_steps import engine, planning
from jobs.order_steps import runs as deciders
from jobs.process import Process, current, died

_GRACE = timedelta(seconds=1)  # a wake-up that is under way gets this long
_CHUNK = 2000  # rows per transaction of clearing up
_KEPT_CHANGES = timedelta(days=2)  # 144 runs a day at each shop
_KEPT_ANSWERS = timedelta(days=1)  # to calls that carry an Idempotency-Key
_KEPT_RUNS = timedelta(days=30)  # through shops' own APIs
_KEPT_FILES = timedelta(days=1)  # of runs; whoever still wants one downloads it again
_KEPT_PARCELS = timedelta(days=400)  # that ended; pages of older ones are asked for by nobody
_KEPT_LOGS = timedelta(days=400)  # of sign-ins, and of what people changed
_KEPT_HOURS = timedelta(days=400)  # hourly counters
_KEPT_STEPS = timedelta(days=400)  # of orders, that ended

# Under which lease effects of each kind are worked on.
_LEASES = {
    effects.INDEX: products.LEASE,
    effects.CONFIGURE: products.LEASE,
    effects.PAGES: pages.LEASE,
    effects.PURGE: cdns.LEASE,
    effects.REREAD: rereads.LEASE,
    effects.CALL: calls.LEASE,
    effects.ERASE: privacy.LEASE,
}

_STEP_LEASES = {DESK: engine.LEASE, OUTSIDE: call_outs.LEASE}

_log = structlog.get_logger(__name__)


@job(queue=queues.EVENTS, timeout=30)
def sweep() -> None:
    """Wake the jobs of every shop whose work lies about and that nobody works on."""
    process, now = current(), utc_now()
    _wake(process, queues.APPLY, _lying(process, now))
    for kind, wake in reactions.WAKES.items():
        with process.database.read() as db:
            waiting = effects.shops_with_work(db, kind=kind, now=now)
            busy = _busy(db, _LEASES[kind], now)
        _wake(process, wake, {shop for shop, since in waiting.items() if since < now - _GRACE} - busy)
    with process.database.read() as db:
        begun = effects.shops_with_begun(db, kind=effects.CALL) - _busy(db, calls.LEASE, now)
    process.queues.wake(queues.CALL, begun)
    with process.database.read() as db:
        rebuilding = set(reindexes.running(db)) - _busy(db, products.REINDEX_LEASE, now)
        walking = syncs.shops_with_work(db, now=now) - _busy(db, walks.LEASE, now)
        checking = drift.asked(db) - _busy(db, checks.LEASE, now)
        building = segments.shops_unbuilt(db) - _busy(db, builders.LEASE, now)
        printing = labels.shops_with_work(db, now=now) - _busy(db, printers.LEASE, now)
    _wake_steps(process, now)
    with process.database.read() as db:
        changed, busy = items.shops_with_work(db), _busy(db, stock.LEASE, now)
    _wake(process, queues.STOCK, {shop for shop, since in changed.items() if since < now - _GRACE} - busy)
    _wake_dispatches(process, now)
    _wake_messages(process, now)
    with process.database.read() as db:
        written = letters.oldest_waiting(db)
    _wake(process, queues.LETTERS, {0} if written is not None and written < now - _GRACE else set())
    process.queues.wake(queues.REINDEX, rebuilding)
    process.queues.wake(queues.SYNC, walking)
    process.queues.wake(queues.CHECK, checking)
    process.queues.wake(queues.LABEL, printing)
    process.queues.wake(queues.SEGMENT, building)


def _wake_steps(process: Process, now: datetime) -> None:
    """Orders' steps that are due, in both lanes, and decisions about many of them."""
    for lane, wake in planning.LANES.items():
        with process.database.read() as db:
            waiting = steps.shops_with_work(db, lane=lane, now=now)
            busy = _busy(db, _STEP_LEASES[lane], now)
        _wake(process, wake, {shop for shop, since in waiting.items() if since < now - _GRACE} - busy)
    with process.database.read() as db:
        deciding = step_runs.shops_with_work(db) - _busy(db, deciders.LEASE, now)
    process.queues.wake(queues.DECIDE, deciding)


def _wake_dispatches(process: Process, now: datetime) -> None:
    """Outgoing webhooks that are due, and replays of them."""
    with process.database.read() as db:
        waiting = dispatches.shops_with_work(db, now=now)
        busy = _busy(db, rounds.LEASE, now)
        replaying = replays.shops_with_work(db) - _busy(db, resends.LEASE, now)
    _wake(process, queues.DISPATCH, {shop for shop, since in waiting.items() if since < now - _GRACE} - busy)
    process.queues.wake(queues.RESEND, replaying)


def _wake_messages(process: Process, now: datetime) -> None:
    """Messages that are due; each channel of a shop is worked on by itself."""
    with process.database.read() as db:
        waiting = notifications.shops_with_work(db, now=now)
        busy = {name: _busy(db, senders.lease_of(name), now) for name in {name for _, name in waiting}}
    found = {shop for (shop, name), since in waiting.items() if since < now - _GRACE and shop not in busy[name]}
    _wake(process, queues.NOTIFY, found)


def _busy(db: Connection, kind: str, now: datetime) -> set[int]:
    """Shops on whose rows of this kind somebody works who is alive, as far as is known; and those that are paused."""
    held = {shop_id for shop_id, holder in leases.held(db, kind=kind, now=now).items() if not died(holder)}
    return held | current().pauses.shops


def _lying(process: Process, now: datetime) -> set[int]:
    with process.database.read() as db:
        waiting = inbox.shops_with_work(db, now=now)
        busy = _busy(db, events.LEASE, now)
    return {shop for shop, since in waiting.items() if since < now - _GRACE} - busy


def _wake(process: Process, kind: str, shop_ids: set[int]) -> None:
    if shop_ids:
        _log.info("sweep.found", kind=kind, shops=len(shop_ids))
        process.queues.wake(kind, sorted(shop_ids), again=True)


@job(queue=queues.BULK, timeout=300)
def forget() -> None:
    """Delete what was kept long enough, in small steps so that nobody waits for it."""
    process, now = current(), utc_now()
    before = now - timedelta(days=process.settings.keep_days)
    for table in (inbox, effects, announcements):
        deleted = _CHUNK
        while deleted == _CHUNK:
            with process.database.write() as db:
                deleted = table.forget(db, before=before, limit=_CHUNK)
    with process.database.write() as db:
        rejections.forget(db, before=before)
        sign_ins.forget(db, before=before)
        letters.forget(db, before=now - _KEPT_RUNS)
        memberships.forget(db, before=now - _KEPT_RUNS)
        sessions.forget(db, before=now - sessions.LASTS)
        sessions.forget_users(db, before=now - _KEPT_RUNS)
        attempts.forget(db, before=now - _KEPT_LOGS)
        audit.forget(db, before=now - _KEPT_LOGS)
        installs.forget(db, before=before)
        syncs.forget(db, before=now - _KEPT_RUNS, changes_before=now - _KEPT_CHANGES)
        tallies.forget(db, before=now - _KEPT_HOURS)
        drift.forget(db, before=now - _KEPT_RUNS)
        step_runs.forget(db, before=now - _KEPT_RUNS)
        job_runs.forget(db, before=now - _KEPT_RUNS)
        idempotency.forget(db, before=now - _KEPT_ANSWERS)
    for table, kept in ((parcel_erasure, _KEPT_PARCELS), (steps, _KEPT_STEPS)):
        deleted = _CHUNK
        while deleted == _CHUNK:
            with process.database.write() as db:
                deleted = table.forget(db, before=now - kept, limit=_CHUNK)
    keeping.forget(process, now=now)
    deleted = _CHUNK
    while deleted == _CHUNK:
        with process.database.write() as db:
            deleted = movements.forget(db, before=now - _KEPT_STEPS, limit=_CHUNK)
    _forget_files(process.settings.var_dir / "syncs", before=now - _KEPT_FILES)


def _forget_files(folder: Path, *, before: datetime) -> None:
    """Delete what runs that nobody goes on with left on this machine: customers' data that nothing else would erase."""
    for of_shop in folder.glob("*/"):
        with suppress(FileNotFoundError):  # a run is at it
            touched = [file.stat().st_mtime for file in (of_shop, *of_shop.iterdir())]
            if max(touched) < before.timestamp():
                shutil.rmtree(of_shop, ignore_errors=True)
