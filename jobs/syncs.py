"""Walking through a shop's own API: the first import, what changed since, and the comparison of everything.

A run's row says where it is, and is written with what the page told; a killed worker's run goes on from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import structlog

from commerce.database import Connection
from commerce.rules.events import IMPORT, RECONCILE, SHOP, Reading
from commerce.tables import connections, shops, syncs, versions
from commerce.tables.columns import AT_ONCE
from integrations.errors import OutsideError, Permanent, RateLimited, Transient
from integrations.shop_api import Listing, Page, Seen
from jobs import queues
from jobs.connections import OpenShop, opened
from jobs.job import Lease, LeaseLost, job, lease, utc_now
from jobs.process import Process, current
from jobs.slices import SLICE
from jobs.told import Answer, Outcome, tell

LEASE = "sync"
_SOON, _NAP = timedelta(seconds=1.5), 0.05  # what a worker that has nothing else to do waits for, and in which steps
_SURPLUS_BATCH = 50  # objects that are looked for at the shop in one step
_BACKOFF = (5, 15, 60, 300, 900)  # seconds
_GIVES_UP = 50  # tries of one page

_log = structlog.get_logger(__name__)


class Cancelled(Exception):
    """The run was cancelled while its page was read: nothing of that page is written."""


@dataclass(frozen=True, slots=True)
class _Going:
    """A run and what it works with."""

    process: Process
    held: Lease
    open: OpenShop
    run: Any
    listings: tuple[Listing, ...]

    @property
    def origin(self) -> str:
        return IMPORT if self.run.kind == syncs.IMPORT else RECONCILE


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


def _slice(process: Process, held: Lease) -> bool:
    """Read pages until the time is over; False where nothing can be done now."""
    run = _due(process, held.shop_id)
    if run is None:
        return False
    try:
        with opened(process, held.shop_id, purpose=run.kind) as found:
            if found is None:
                _postpone(process, run, Transient("The shop does not let Backroom in: connect it again."), wait=3600)
                return False
            return _pages(process, held, found, run)
    except (LeaseLost, Cancelled) as error:
        _log.info("sync.stopped", reason=type(error).__name__)
    except OutsideError as error:
        _failed(process, run, error)
    return False


def _pages(process: Process, held: Lease, found: OpenShop, run: Any) -> bool:
    until, calls = monotonic() + SLICE, 0
    while run is not None:
        listings = found.api.listings(changes=run.kind == syncs.CHANGES)
        try:
            _step(_Going(process, held, found, run, listings))
        finally:
            with process.database.write() as db:
                syncs.count_calls(db, run, found.calls.total() - calls)
            calls = found.calls.total()
        run = _due(process, held.shop_id) or _soon_due(process, held.shop_id)
        if monotonic() >= until:
            return run is not None
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


def _step(going: _Going) -> None:
    """The next thing that the run has to do."""
    run = going.run
    if run.listing == 0 and not run.place and not run.totals:
        _begin(going)
    elif run.listing < len(going.listings):
        _page(going, going.listings[run.listing])
    elif run.kind == syncs.CHANGES:
        _finish(going)
    else:
        _look_for_surplus(going)


def _begin(going: _Going) -> None:
    """Before the first page: the shop's own words about itself, and webhooks, so that nothing changes unheard."""
    process, shop = going.process, going.open.shop
    asked_at = utc_now()
    about = going.open.api.about()
    counts = {} if going.run.kind == syncs.CHANGES else going.open.api.counts()
    totals = {SHOP: 1} | {name: number for name, number in counts.items() if number is not None}
    hooks = going.open.api.keep_hooks(_address(process, shop), shop.secrets[0] if shop.secrets else "")
    stored = {"wanted": hooks.wanted, "active": hooks.active, "notes": list(hooks.notes), "at": asked_at.isoformat()}

    def along(db: Connection, _outcome: Outcome) -> None:
        connections.save_hooks(db, shop_id=shop.id, hooks=stored)
        _proceed(db, going, syncs.Step(listing=0, place="", totals=totals))

    reading = Reading(kind=SHOP, changes=(about,))
    tell(process, going.held, shop, Answer(readings=[reading], read_at=asked_at, origin=going.origin), along=along)


def _address(process: Process, shop: shops.Shop) -> str:
    """Where the shop's deliveries go."""
    return f"{process.settings.base_url}/webhooks/{shop.platform}/{shop.key}"


def _page(going: _Going, listing: Listing) -> None:
    """One page of a listing, and where to go on after it."""
    run = going.run
    page = going.open.api.page(listing.name, run.place, since=run.since)
    readings = [*page.readings, *_stale(going, page.seen)]
    objects = len({(reading.kind, reading.object_id) for reading in page.readings}) + len(page.seen)
    step = syncs.Step(
        listing=run.listing if page.place else run.listing + 1,
        place=page.place,
        done=objects,
        totals={} if page.total is None else {listing.name: page.total},
        due_at=utc_now() + timedelta(seconds=page.wait) if page.wait else AT_ONCE,
    )
    _tell(going, readings, page, step)


def _stale(going: _Going, seen: Sequence[Seen]) -> list[Reading]:
    """Read those of the listed objects that are not here as they are there."""
    if not seen:
        return []
    keys = {(one.kind, one.id): one.updated_at for one in seen}
    with going.process.database.read() as db:
        known = versions.known(db, shop_id=going.open.shop.id, keys=set(keys))
    wanted: dict[str, list[str]] = {}
    for (kind, object_id), updated_at in keys.items():
        version = known.get((kind, object_id))
        same = version is not None and version.deleted_at is None and version.updated_at == updated_at
        if version is None or not same or not version.digest:
            wanted.setdefault(kind, []).append(object_id)
    return [reading for kind, ids in wanted.items() for reading in going.open.api.read(kind, ids).readings]


def _look_for_surplus(going: _Going) -> None:
    """Objects that are here and that the walk did not come across: the shop is asked for each of them."""
    kinds = {listing.kind for listing in going.listings}
    with going.process.database.read() as db:
        keys = versions.unchecked(
            db, shop_id=going.open.shop.id, kinds=kinds, since=going.run.started_at, limit=_SURPLUS_BATCH
        )
    if not keys:
        _finish(going)
        return
    kind = keys[0][0]
    ids = [object_id for key_kind, object_id in keys if key_kind == kind]
    page = going.open.api.read(kind, ids)
    unanswered = set(ids) - {reading.object_id for reading in page.readings}
    readings = [*page.readings, *(Reading(kind=kind, object_id=object_id) for object_id in sorted(unanswered))]
    _tell(going, readings, page, syncs.Step(listing=going.run.listing, place=""))


def _tell(going: _Going, readings: Sequence[Reading], page: Page, step: syncs.Step) -> None:
    def along(db: Connection, outcome: Outcome) -> None:
        found = {} if going.origin == IMPORT else outcome.found
        _proceed(db, going, replace(step, found=found))

    answer = Answer(readings=readings, read_at=page.read_at, origin=going.origin)
    tell(going.process, going.held, going.open.shop, answer, along=along)


def _proceed(db: Connection, going: _Going, step: syncs.Step) -> None:
    if not syncs.proceed(db, going.run, step):
        raise Cancelled


def _finish(going: _Going) -> None:
    with going.process.database.write() as db:
        going.held.keep(db)
        syncs.finish(db, going.run, state=syncs.DONE, now=utc_now())
    _log.info("sync.done", kind=going.run.kind, objects=going.run.done, found=going.run.found)


def _failed(process: Process, run: Any, error: OutsideError) -> None:
    """What fails for a while is tried again, for longer and longer; what is refused is over."""
    _log.warning("sync.failed", kind=run.kind, error=str(error), attempt=run.attempts + 1)
    if isinstance(error, Permanent) or run.attempts >= _GIVES_UP:
        with process.database.write() as db:
            syncs.finish(db, run, state=syncs.FAILED, now=utc_now(), error=str(error))
        return
    wait = error.retry_after if isinstance(error, RateLimited) else _BACKOFF[min(run.attempts, len(_BACKOFF) - 1)]
    _postpone(process, run, error, wait=wait)


def _postpone(process: Process, run: Any, error: OutsideError, *, wait: float) -> None:
    with process.database.write() as db:
        syncs.postpone(db, run, due_at=utc_now() + timedelta(seconds=wait), error=str(error))
