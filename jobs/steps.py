"""The steps of a run through a shop's own API: its beginning, pages, the look for what is surplus, its end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog

from commerce.database import Connection
from commerce.rules.events import IMPORT, RECONCILE, SHOP, Reading
from commerce.tables import connections, shops, syncs, versions
from commerce.tables.columns import AT_ONCE
from integrations.errors import Denied
from integrations.shop_api import Listing, Page, Seen
from jobs.connections import OpenShop
from jobs.job import Lease, utc_now
from jobs.process import Process
from jobs.told import Answer, Outcome, tell

_SURPLUS_BATCH = 50  # objects that are looked for at the shop in one step

_log = structlog.get_logger(__name__)


class Cancelled(Exception):
    """The run was cancelled while its page was read: nothing of that page is written."""


@dataclass(frozen=True, slots=True)
class Going:
    """A run and what it works with."""

    process: Process
    held: Lease
    open: OpenShop
    run: Any
    listings: tuple[Listing, ...]

    @property
    def origin(self) -> str:
        """Whose doing it is what this run tells (commerce.rules.events origins)."""
        return IMPORT if self.run.kind == syncs.IMPORT else RECONCILE


def step(going: Going) -> None:
    """The next thing that the run has to do."""
    run = going.run
    if run.listing == 0 and not run.place and not run.totals:
        _begin(going)
    elif run.listing < len(going.listings):
        _page_if_shown(going, going.listings[run.listing])
    elif run.kind == syncs.CHANGES:
        _finish(going)
    else:
        _look_for_surplus(going)


def _begin(going: Going) -> None:
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


def _page_if_shown(going: Going, listing: Listing) -> None:
    """One page; a listing that the shop does not show us is left out and noted, and the others are walked through."""
    try:
        _page(going, listing)
    except Denied as error:
        _log.warning("sync.denied", listing=listing.name, error=str(error))
        with going.process.database.write() as db:
            going.held.keep(db)
            left_out = syncs.Step(listing=going.run.listing + 1, place="", notes={listing.name: str(error)})
            _proceed(db, going, left_out)


def _page(going: Going, listing: Listing) -> None:
    """One page of a listing, and where to go on after it."""
    run = going.run
    page = going.open.api.page(listing.name, run.place, since=run.since)
    found = _read_stale(going, page.seen)
    listed = {(one.kind, one.id) for one in page.seen}
    step = syncs.Step(
        listing=run.listing if page.place else run.listing + 1,
        place=page.place,
        done=len(listed | {(reading.kind, reading.object_id) for reading in page.readings}),
        totals={} if page.total is None else {listing.name: page.total},
        due_at=utc_now() + timedelta(seconds=page.wait) if page.wait else AT_ONCE,
    )
    _tell(going, page.readings, page, step, before=found)


def _read_stale(going: Going, seen: Sequence[Seen]) -> "Counter[str]":
    """Read those of the listed objects that are not here as they are there, portion by portion: a killed worker's are
    read. Gives what was found."""
    found: Counter[str] = Counter()
    keys = {(one.kind, one.id): one.updated_at for one in seen}
    with going.process.database.read() as db:
        known = versions.known(db, shop_id=going.open.shop.id, keys=set(keys))
    wanted: dict[str, list[str]] = {}
    for (kind, object_id), updated_at in keys.items():
        version = known.get((kind, object_id))
        gone = version is None or version.deleted_at is not None
        if updated_at is None and gone:
            continue  # it is listed as deleted, and is not here
        same = not gone and version is not None and version.updated_at == updated_at
        if version is None or not same or not version.digest:
            wanted.setdefault(kind, []).append(object_id)
    for kind, ids in wanted.items():
        for portion in going.open.api.portions(kind, ids):
            page = going.open.api.read(kind, portion)
            found = _tell(going, page.readings, page, _here(going), before=found)
    return found


def _here(going: Going) -> syncs.Step:
    """The run stays where it is."""
    return syncs.Step(listing=going.run.listing, place=going.run.place)


def _look_for_surplus(going: Going) -> None:
    """Objects that are here and that the walk did not come across: the shop is asked for each of them."""
    # What the shop does not show us may be there all the same.
    hidden = {listing.kind for listing in going.listings if listing.name in going.run.notes}
    kinds = {listing.kind for listing in going.listings} - hidden
    with going.process.database.read() as db:
        keys = versions.unchecked(
            db, shop_id=going.open.shop.id, kinds=kinds, since=going.run.started_at, limit=_SURPLUS_BATCH
        )
    if not keys:
        _finish(going)
        return
    kind = keys[0][0]
    ids = going.open.api.portions(kind, [object_id for key_kind, object_id in keys if key_kind == kind])[0]
    page = going.open.api.read(kind, ids)
    unanswered = set(ids) - {reading.object_id for reading in page.readings}
    readings = [*page.readings, *(Reading(kind=kind, object_id=object_id) for object_id in sorted(unanswered))]
    _tell(going, readings, page, _here(going))


def _tell(
    going: Going, readings: Sequence[Reading], page: Page, step: syncs.Step, before: Counter[str] | None = None
) -> "Counter[str]":
    """Tell it and store where the run is; gives what was found on this page, together with what was `before`."""

    def found(outcome: Outcome) -> "Counter[str]":
        return Counter() if going.origin == IMPORT else (before or Counter()) + outcome.found

    def along(db: Connection, outcome: Outcome) -> None:
        _proceed(db, going, replace(step, found=found(outcome)))

    def meanwhile(db: Connection, outcome: Outcome) -> None:
        _proceed(db, going, replace(_here(going), found=found(outcome)))

    answer = Answer(readings=readings, read_at=page.read_at, origin=going.origin)
    return found(tell(going.process, going.held, going.open.shop, answer, along=along, meanwhile=meanwhile))


def _proceed(db: Connection, going: Going, step: syncs.Step) -> None:
    if not syncs.proceed(db, going.run, step):
        raise Cancelled


def _finish(going: Going) -> None:
    with going.process.database.write() as db:
        going.held.keep(db)
        syncs.finish(db, going.run, state=syncs.DONE, now=utc_now())
    _log.info("sync.done", kind=going.run.kind, objects=going.run.done, found=going.run.found)
