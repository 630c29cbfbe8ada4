"""A merchant's settings of the search reach the index: what can be changed in it is, anything else takes a rebuild."""

from datetime import timedelta

import structlog

from commerce.database import Connection
from commerce.rules.documents import index_of
from commerce.tables import effects, products, reindexes, search_settings
from integrations.errors import OutsideError
from jobs import queues
from jobs.job import Lease, job, utc_now
from jobs.process import Process
from jobs.products import LEASE, postpone
from jobs.slices import Work, work_off

_LOOK_AGAIN = timedelta(seconds=3)

_log = structlog.get_logger(__name__)


@job(queue=queues.EFFECTS, timeout=120)
def configure_index(*, shop_id: int) -> None:
    """Bring the shop's index in line with its settings."""
    work_off(Work(wake=queues.CONFIGURE, lease=LEASE, batch=_configure_batch, waits=_has_due), shop_id=shop_id)


def _has_due(db: Connection, shop_id: int) -> bool:
    return bool(effects.batch(db, shop_id=shop_id, kind=effects.CONFIGURE, now=utc_now(), limit=1))


def _configure_batch(process: Process, held: Lease) -> int:
    """However many changes wait, the index gets the settings as they are now."""
    now = utc_now()
    with process.database.read() as db:
        rows = effects.batch(db, shop_id=held.shop_id, kind=effects.CONFIGURE, now=now, limit=100)
        settings = search_settings.of(db, shop_id=held.shop_id)
    if not rows:
        return 0
    try:
        takes_a_rebuild = process.engine.configure(index_of(held.shop_id), settings)
    except OutsideError as error:
        postpone(process, held, rows, error, now)
        return 0
    if takes_a_rebuild and not _begin_rebuild(process, held):
        # One that began before the settings changed: its index is asked once more when it is there.
        with process.database.write() as db:
            held.keep(db)
            effects.retry(db, [row.id for row in rows], due_at=now + _LOOK_AGAIN, error="")
        return 0
    with process.database.write() as db:
        held.keep(db)
        effects.done(db, [row.id for row in rows], now=utc_now())
    _log.info("index.configured", rebuild=takes_a_rebuild)
    return len(rows)


def _begin_rebuild(process: Process, held: Lease) -> bool:
    """False where one is under way already."""
    with process.database.write() as db:
        held.keep(db)
        run = reindexes.one(db, shop_id=held.shop_id)
        if run is not None and run.state == reindexes.RUNNING:
            return False
        reindexes.start(db, shop_id=held.shop_id, total=products.count(db, shop_id=held.shop_id), now=utc_now())
    process.queues.wake(queues.REINDEX, [held.shop_id])
    return True
