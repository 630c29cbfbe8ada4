"""Products reach the search index: what changed, and all of them for a rebuild."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from time import monotonic, sleep
from typing import Any

import structlog

from commerce.database import Connection
from commerce.mirror.refresh import refresh
from commerce.rules.documents import Document, Product, document, index_of, is_searchable
from commerce.rules.search_settings import SearchSettings
from commerce.tables import effects, products, reindexes, search_settings, shops
from commerce.tables.shops import Shop
from integrations.errors import OutsideError, Permanent, RateLimited
from integrations.search_api import Rebuild
from jobs import queues, stock_alerts
from jobs.job import Lease, LeaseLost, job, lease, pause, utc_now
from jobs.process import Process, current
from jobs.slices import SLICE, Work, work_off

LEASE, REINDEX_LEASE = "index", "reindex"
BATCH = 1000  # effects per commit of the index
CHUNK = 2000  # products per step of a rebuild: larger steps build twice as fast as small ones
_PATIENCE = 3.0  # seconds to wait for the index's other writer
_OVERLAP = timedelta(minutes=1)  # what began before a rebuild may have been committed after it
_BACKOFF = (2, 10, 60, 300)

_log = structlog.get_logger(__name__)


@job(queue=queues.EFFECTS, timeout=120)
def index_products(*, shop_id: int) -> None:
    """Bring the shop's changed products into its search index, one commit for all that wait."""
    work_off(Work(wake=queues.INDEX, lease=LEASE, batch=index_batch, waits=_has_due), shop_id=shop_id)


def _has_due(db: Connection, shop_id: int) -> bool:
    return bool(effects.batch(db, shop_id=shop_id, kind=effects.INDEX, now=utc_now(), limit=1))


def index_batch(process: Process, held: Lease) -> int:
    """Carry out one batch of index effects; gives how many. Doing them again changes nothing."""
    now = utc_now()
    with process.database.read() as db:
        shop = shops.by_id(db, process.vault, held.shop_id)
        rows = effects.batch(db, shop_id=held.shop_id, kind=effects.INDEX, now=now, limit=BATCH) if shop else []
        ids = {row.object_id for row in rows}
        found = products.by_ids(db, shop_id=held.shop_id, ids=ids, currency=shop.currency) if shop else {}
        settings = search_settings.of(db, shop_id=held.shop_id)
    if shop is None or not rows:
        return 0
    try:
        _index(process, held, ids, found, settings)
    except OutsideError as error:
        postpone(process, held, rows, error, now)
        return 0
    with process.database.write() as db:
        held.keep(db)
        effects.done(db, [row.id for row in rows], now=utc_now())
    return len(rows)


def _index(process: Process, held: Lease, ids: set[str], found: dict[str, Product], settings: SearchSettings) -> None:
    """Save what is to be found, remove what is not: drafts, unpublished and deleted products."""
    index = index_of(held.shop_id)
    shown = [document(product) for product in found.values() if is_searchable(product)]
    hidden = ids - {one.id for one in shown}
    if shown:
        process.engine.save(index, shown, settings)
    if hidden:
        process.engine.remove(index, hidden)


def postpone(process: Process, held: Lease, rows: Sequence[Any], error: OutsideError, now: datetime) -> None:
    """The engine failed: refused work is shown to the merchant, anything else is tried again later."""
    attempts = max(row.attempts for row in rows)
    wait = pause(_BACKOFF, attempts)
    if isinstance(error, RateLimited):
        wait = max(1, round(error.retry_after))
    _log.warning("index.failed", products=len(rows), error=str(error), retry_after=wait)
    ids = [row.id for row in rows]
    with process.database.write() as db:
        held.keep(db)
        if isinstance(error, Permanent):
            effects.failed(db, ids, now=now, error=str(error))
        else:
            effects.retry(db, ids, due_at=now + timedelta(seconds=wait), error=str(error))


@job(queue=queues.BULK, timeout=120)
def reindex_products(*, shop_id: int) -> None:
    """Go on with the rebuild of the shop's index: a new one is filled beside the old one, then takes its place."""
    process = current()
    process.queues.taken(queues.REINDEX, shop_id)
    with lease(shop_id=shop_id, kind=REINDEX_LEASE) as held:
        if held is None:
            return
        with process.database.read() as db:
            shop, run = shops.by_id(db, process.vault, shop_id), reindexes.one(db, shop_id=shop_id)
        if shop is None or run is None or run.state != reindexes.RUNNING:
            return
        finished = _go_on(process, held, shop, run)
    if not finished:
        process.queues.wake(queues.REINDEX, [shop_id])


def _go_on(process: Process, held: Lease, shop: Shop, run: Any) -> bool:
    """One slice of the rebuild; False where it should go on at once. What fails for a while is left to the sweep."""
    try:
        return _rebuild_slice(process, held, shop, run)
    except LeaseLost:
        _log.warning("lease.lost", kind=REINDEX_LEASE)
    except Permanent as error:
        _log.warning("reindex.failed", error=str(error))
        with process.database.write() as db:
            reindexes.finish(
                db, shop_id=shop.id, token=run.token, state=reindexes.FAILED, now=utc_now(), error=str(error)
            )
    except OutsideError as error:
        _log.warning("reindex.postponed", error=str(error))
    return True


def _rebuild_slice(process: Process, held: Lease, shop: Shop, run: Any) -> bool:
    """Fill the new index for some seconds; True once it took the old one's place."""
    with process.database.read() as db:
        settings = search_settings.of(db, shop_id=shop.id)
    rebuild = process.engine.rebuild(index_of(shop.id), run.token, settings)
    last_id, until = run.last_id, monotonic() + SLICE
    while monotonic() < until:
        with process.database.read() as db:
            chunk = products.after(db, shop_id=shop.id, last_id=last_id, limit=CHUNK, currency=shop.currency)
        if not chunk:
            return _swap(process, shop, run, rebuild)
        rebuild.save([document(product) for product in chunk if is_searchable(product)])
        last_id = chunk[-1].id
        with process.database.write() as db:
            held.keep(db)
            refreshed = refresh(db, shop, [product.id for product in chunk], gone=(), now=utc_now())
            stock_alerts.tell(db, shop, refreshed.stock, now=utc_now())
            if refreshed.cards:
                shops.bump_pages(db, shop.id)
            reindexes.progress(db, shop_id=shop.id, token=run.token, last_id=last_id, added=len(chunk))
    return False


def _swap(process: Process, shop: Shop, run: Any, rebuild: Rebuild) -> bool:
    """Catch up with what changed since the rebuild began, and swap, while nobody else writes to the index."""
    until = monotonic() + _PATIENCE
    while monotonic() < until:
        with lease(shop_id=shop.id, kind=LEASE) as held:
            if held is not None:
                _catch_up(process, shop, run, rebuild.save, rebuild.remove)
                with process.database.write() as db:
                    held.keep(db)
                count = rebuild.finish()
                # Whoever took the lease over in between wrote into the old index: once more, into the one in its place.
                index, engine = index_of(shop.id), process.engine
                _catch_up(process, shop, run, partial(engine.save, index), partial(engine.remove, index))
                with process.database.write() as db:
                    reindexes.finish(db, shop_id=shop.id, token=run.token, state=reindexes.DONE, now=utc_now())
                _log.info("reindex.done", documents=count)
                break
        sleep(0.05)
    else:
        return False
    process.queues.wake(queues.INDEX, [shop.id])
    return True


def _catch_up(
    process: Process,
    shop: Shop,
    run: Any,
    save: Callable[[Sequence[Document]], None],
    remove: Callable[[Iterable[str]], None],
) -> None:
    """Bring what changed since the rebuild began into an index."""
    since = run.started_at - _OVERLAP
    with process.database.read() as db:
        ids = effects.objects_since(db, shop_id=shop.id, kind=effects.INDEX, since=since)
        found = products.by_ids(db, shop_id=shop.id, ids=ids, currency=shop.currency)
    shown = [document(product) for product in found.values() if is_searchable(product)]
    hidden = ids - {one.id for one in shown}
    if shown:
        save(shown)
    if hidden:
        remove(hidden)
