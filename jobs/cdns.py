"""CDNs before shops' pages are told what changed. Telling them twice does no harm."""

from datetime import timedelta
from typing import Any

import structlog

from commerce.database import Connection
from commerce.rules.page_keys import keys_of
from commerce.tables import effects, page_templates, shops
from integrations.cdns.purges import purge
from integrations.errors import OutsideError, Permanent, RateLimited
from integrations.outbound import Outbound
from jobs import queues
from jobs.job import Lease, job, pause, utc_now
from jobs.process import Process
from jobs.slices import Work, work_off

LEASE = "purge"
BATCH = 200
_BACKOFF = (1, 5, 30, 120, 600)
_log = structlog.get_logger(__name__)


@job(queue=queues.OUTSIDE, timeout=120)
def purge_cdn(*, shop_id: int) -> None:
    """Tell the shop's CDN what changed, everything that waits in one go."""
    work_off(Work(wake=queues.PURGE, lease=LEASE, batch=purge_batch, waits=_has_due), shop_id=shop_id)


def _has_due(db: Connection, shop_id: int) -> bool:
    return bool(effects.batch(db, shop_id=shop_id, kind=effects.PURGE, now=utc_now(), limit=1))


def purge_batch(process: Process, held: Lease) -> int:
    """Carry out a batch of such effects; gives how many."""
    with process.database.read() as db:
        rows = effects.batch(db, shop_id=held.shop_id, kind=effects.PURGE, now=utc_now(), limit=BATCH)
        cdn = page_templates.cdn(db, process.vault, shop_id=held.shop_id)
        shop = shops.by_id(db, process.vault, held.shop_id)
    if not rows or shop is None:
        return 0
    details = [row.detail or {"everything": True} for row in rows]
    keys = keys_of(shop.key, details)
    try:
        if cdn is not None:
            settings = process.settings
            outbound = Outbound(
                "The CDN", ca_bundle=settings.ca_bundle, allow_private_hosts=settings.allow_private_hosts
            )
            purge(outbound, cdn.kind, cdn.address, cdn.token, keys)
    except OutsideError as error:
        _failed(process, held, rows, error)
        return 0
    outcome = "The CDN was told." if cdn else "There is no CDN any more."
    with process.database.write() as db:
        held.keep(db)
        effects.done(db, [row.id for row in rows], now=utc_now(), outcome=outcome)
    return len(rows)


def _failed(process: Process, held: Lease, rows: Any, error: OutsideError) -> None:
    """Shown where the CDN refuses it; tried again otherwise, as it may keep what is old until then."""
    _log.warning("purge.failed", effects=len(rows), error=str(error))
    usual = pause(_BACKOFF, max(row.attempts for row in rows))
    wait = error.retry_after if isinstance(error, RateLimited) else usual
    ids = [row.id for row in rows]
    with process.database.write() as db:
        held.keep(db)
        if isinstance(error, Permanent):
            effects.failed(db, ids, now=utc_now(), error=str(error))
        else:
            effects.retry(db, ids, due_at=utc_now() + timedelta(seconds=wait), error=str(error))
