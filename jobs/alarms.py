"""An index that is empty while its shop has products: it is built anew by itself, and said so. And the daily checks."""

from datetime import datetime, timedelta

import structlog

from commerce.rules.documents import index_of
from commerce.tables import documents, drift, effects, products, reindexes, shops
from commerce.tables.shops import ACTIVE, Shop
from integrations.errors import OutsideError
from jobs import queues
from jobs.job import job, utc_now
from jobs.process import Process, current

CHECK_EVERY = timedelta(hours=24)
EVERY = 120  # seconds
_PATIENCE = timedelta(minutes=2)  # for changes that are about to be indexed
_ENOUGH = 0.9  # of the products, in the index; where fewer are, it is checked at once, and again after some time
_LATELY = timedelta(hours=1)

_log = structlog.get_logger(__name__)


@job(queue=queues.BULK, timeout=300)
def watch_indexes() -> None:
    """Look whether each shop's index has documents, and begin the checks that are due."""
    process, now = current(), utc_now()
    with process.database.read() as db:
        there = [shop for shop in shops.all_shops(db, process.vault) if shop.state == ACTIVE]
        alarms, checked = drift.alarms(db), drift.checked_at(db)
        waiting = effects.shops_with_work(db, kind=effects.INDEX, now=now)
    busy = {shop_id for shop_id, since in waiting.items() if since > now - _PATIENCE}
    for shop in there:
        is_known, is_busy = shop.id in alarms, shop.id in busy
        _watch(process, shop, is_known=is_known, is_busy=is_busy, checked=checked.get(shop.id))
    _begin_checks(process, [shop.id for shop in there], checked, now)


def _watch(process: Process, shop: Shop, *, is_known: bool, is_busy: bool, checked: datetime | None) -> None:
    try:
        indexed = process.engine.count(index_of(shop.id))
    except OutsideError as error:
        _log.warning("index.uncounted", shop_id=shop.id, error=str(error))
        return
    with process.database.read() as db:
        there = documents.count(db, shop_id=shop.id)
    if indexed and is_known:
        with process.database.write() as db:
            drift.finish(db, shop_id=shop.id, kind=drift.EMPTY, now=utc_now())
    if is_busy or indexed >= there * _ENOUGH:
        return
    if not indexed:
        _sound(process, shop, there)
    elif checked is None or checked < utc_now() - _LATELY:  # such as one that began anew with a live change
        with process.database.write() as db:
            drift.begin(db, shop_id=shop.id, now=utc_now())
        process.queues.wake(queues.CHECK, [shop.id])


def _sound(process: Process, shop: Shop, missing: int) -> None:
    """Raise the alarm, and build the index from the tables."""
    now = utc_now()
    with process.database.write() as db:
        error = f"The index was empty though {missing} products should be found."
        is_new = drift.begin(db, shop_id=shop.id, kind=drift.EMPTY, now=now, error=error)
        reindexes.start(db, shop_id=shop.id, total=products.count(db, shop_id=shop.id), now=now)
    process.queues.wake(queues.REINDEX, [shop.id])
    if is_new:
        _log.error("index.empty", shop_id=shop.id, products=missing)


def _begin_checks(process: Process, shop_ids: list[int], checked: dict[int, datetime], now: datetime) -> None:
    """Ask for the checks that are due, so few at a time that a day's checks spread over the day."""
    due = [shop_id for shop_id in shop_ids if shop_id not in checked or checked[shop_id] < now - CHECK_EVERY]
    at_once = 1 + len(shop_ids) * 2 * EVERY // 86_400
    chosen = sorted(due, key=lambda shop_id: (shop_id in checked, checked.get(shop_id, now)))[:at_once]
    if not chosen:
        return
    with process.database.write() as db:
        for shop_id in chosen:
            drift.begin(db, shop_id=shop_id, now=now)
    process.queues.wake(queues.CHECK, chosen)
