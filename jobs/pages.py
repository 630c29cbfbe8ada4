"""Pages that were made before a change are dropped: those that would look different now, and no others.

The rows of such effects are written with the facts, and are carried out by the same process right after. Until they
are done, no web process serves the pages in question, so that nothing depends on this process living on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from commerce.database import Connection
from commerce.mirror.outcomes import Happened
from commerce.rules.cards import CardChange
from commerce.rules.categories import CategoryChange
from commerce.rules.events import LIVE
from commerce.rules.page_scope import Scope
from commerce.tables import effects, page_templates, shops
from commerce.tables.effects import NewEffect
from commerce.tables.shops import Shop
from integrations.cache.pages import Space
from integrations.errors import Transient
from jobs import queues
from jobs.dropping import Dropping
from jobs.job import Lease, job, utc_now
from jobs.process import Process
from jobs.slices import Work, work_off

LEASE = "pages"
BATCH = 500
AGAIN = timedelta(seconds=2)  # until Redis is tried again
MOST_SINGLE = 300  # effects that are carried out one by one; behind more, everything is dropped at once

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Changes whose effects are written: each effect's row with the changes it stands for."""

    shop: Shop
    rows: Mapping[int, Sequence[CardChange | CategoryChange]]


def plan(db: Connection, shop: Shop, happened: Iterable[Happened], *, now: datetime) -> Planned | None:
    """Write the effects of what looks different: one for each object of a live delivery, one for all the others."""
    looks = [each for each in happened if each.change is not None]
    if not looks:
        return None
    single = [[each] for each in looks if each.origin == LIVE and each.inbox_id is not None]
    others = [each for each in looks if each.origin != LIVE or each.inbox_id is None]
    groups = [*single, others] if others else single
    wanted = [_effect(group) for group in groups]
    ids = effects.planned(db, shop_id=shop.id, wanted=wanted, now=now)
    rows = {row: [each.change for each in group if each.change] for row, group in zip(ids, groups, strict=True)}
    return Planned(shop=shop, rows=rows)


def _effect(group: Sequence[Happened]) -> NewEffect:
    """The row of these changes; `detail` has what their pages may be about."""
    first, alone = group[0], len(group) == 1
    scope = Scope.of([each.change for each in group if each.change])
    return NewEffect(
        kind=effects.PAGES,
        object_kind=first.kind if alone else "shop",
        object_id=first.object_id if alone else "",
        inbox_id=first.inbox_id if alone else None,
        origin=first.origin,
        detail=scope.detail(),
    )


def carry_out(process: Process, planned: Planned | None) -> None:
    """Drop the pages that these changes make old, right after they were committed.

    Whatever goes wrong is no fault of who brought the changes: they are stored, and a later job drops the pages.
    """
    if planned is None:
        return
    shop = planned.shop
    try:
        with process.database.read() as db:
            space = Space(shop_id=shop.id, version=shops.pages_version(db, shop.id))
        outcomes = Dropping(process.database, process.pages, space).of_changes(planned.rows)
        _finish(process, shop.id, outcomes, Scope.of(change for row in planned.rows.values() for change in row))
    except Transient as error:
        _log.warning("pages.postponed", effects=len(planned.rows), error=str(error))
    except Exception:  # noqa: BLE001 - the rows wait, and the sweep wakes that job
        _log.exception("pages.not_dropped", effects=len(planned.rows), effect="a later job drops them")


def _finish(process: Process, shop_id: int, outcomes: Mapping[int, str], scope: Scope) -> None:
    """The pages are dropped; what a CDN keeps of them is purged next."""
    now = utc_now()
    with process.database.write() as db:
        effects.done_each(db, outcomes, now=now)
        has_cdn = page_templates.has_cdn(db, shop_id=shop_id)
        if has_cdn:
            detail = {"products": sorted(scope.products), "categories": sorted(scope.categories)}
            row = NewEffect(kind=effects.PURGE, object_kind="shop", object_id="", detail=detail)
            effects.plan(db, shop_id=shop_id, wanted=[row], now=now)
    if has_cdn:
        process.queues.wake(queues.PURGE, [shop_id])


@job(queue=queues.EFFECTS, timeout=60)
def drop_pages(*, shop_id: int) -> None:
    """Drop what a worker left that died, or that Redis was away for: more than would be needed, but all of it."""
    work_off(Work(wake=queues.PAGES, lease=LEASE, batch=drop_batch, waits=_has_due), shop_id=shop_id)


def _has_due(db: Connection, shop_id: int) -> bool:
    return bool(effects.batch(db, shop_id=shop_id, kind=effects.PAGES, now=utc_now(), limit=1))


def drop_batch(process: Process, held: Lease) -> int:
    """Carry out a batch of such effects; gives how many."""
    shop_id = held.shop_id
    with process.database.read() as db:
        rows = effects.batch(db, shop_id=shop_id, kind=effects.PAGES, now=utc_now(), limit=BATCH)
        version = shops.pages_version(db, shop_id)
    if not rows:
        return 0
    scope = Scope.stored(row.detail for row in rows if row.detail)
    if len(rows) > MOST_SINGLE or not all(row.detail for row in rows):
        with process.database.write() as db:
            held.keep(db)
            shops.bump_pages(db, shop_id)
        outcome = "Everything was dropped: the cache was away for too long to say what was not."
    else:
        try:
            space = Space(shop_id=shop_id, version=version)
            outcome = Dropping(process.database, process.pages, space).of_scope(scope)
        except Transient as error:
            with process.database.write() as db:
                held.keep(db)
                effects.retry(db, [row.id for row in rows], due_at=utc_now() + AGAIN, error=str(error))
            return 0
    _finish(process, shop_id, {row.id: outcome for row in rows}, scope)
    return len(rows)
