"""Objects that deliveries could not tell are read from the shop's own API, many in one call."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog

from commerce.database import Connection
from commerce.tables import effects, shops
from integrations import registry
from integrations.errors import OutsideError, Permanent, RateLimited, Refused, Transient
from integrations.shop_api import Page
from jobs import queues
from jobs.connections import OpenShop, opened
from jobs.job import Lease, is_ours, job, pause, utc_now
from jobs.process import Process
from jobs.slices import Work, work_off
from jobs.told import Answer, Outcome, tell

LEASE = "re-read"
BATCH = 50  # objects that are taken at a time
_BACKOFF = (5, 30, 120, 600)
_GIVES_UP = 12  # tries, some hours
_UNCLEAR = 60.0  # seconds until an object that was unclear even so is read again
_UNCONNECTED = 3600.0  # seconds until a shop without an API is looked at again; connecting it does not wait for that

_log = structlog.get_logger(__name__)


@job(queue=queues.OUTSIDE, timeout=300)
def reread_objects(*, shop_id: int) -> None:
    """Read the shop's unclear objects again, until none is left or the others had to wait long enough."""
    work_off(Work(wake=queues.REREAD, lease=LEASE, batch=reread_batch, waits=_has_due), shop_id=shop_id)


def _has_due(db: Connection, shop_id: int) -> bool:
    return bool(effects.batch(db, shop_id=shop_id, kind=effects.REREAD, now=utc_now(), limit=1))


def reread_batch(process: Process, held: Lease) -> int:
    """Read one kind of objects again; gives how many effects that finished. Raises LeaseLost."""
    with process.database.read() as db:
        waiting = effects.batch(db, shop_id=held.shop_id, kind=effects.REREAD, now=utc_now(), limit=BATCH)
    if not waiting:
        return 0
    # One kind and one origin at a time: what is read on behalf of a live delivery is live.
    first = waiting[0]
    rows = [row for row in waiting if (row.object_kind, row.origin) == (first.object_kind, first.origin)]
    return len(rows) if _tried(process, held, rows) else 0


def _tried(process: Process, held: Lease, rows: Sequence[Any]) -> bool:
    """Read these objects; False where the shop cannot be asked now."""
    try:
        with opened(process, held.shop_id, purpose="re-read") as found:
            if found is None and not _has_api(process, held.shop_id):
                _give_up(process, held, rows, "This shop has no API to read it from: send it once more.")
                return True
            if found is None:
                unconnected = Transient("Backroom is not connected to the shop's own API.")
                _postpone(process, held, rows, unconnected, wait=_UNCONNECTED)
                return False
            _read(process, held, found, rows)
    except Permanent as error:
        if isinstance(error, Refused) or len(rows) == 1:
            _failed(process, held, rows, error)
            return not isinstance(error, Refused)
        # One of them may not be read. One by one, so that the others are.
        return all(_tried(process, held, [row]) for row in _still_waiting(process, rows))
    except OutsideError as error:
        _failed(process, held, _still_waiting(process, rows), error)
        return False
    except Exception as error:
        if not is_ours(error):
            raise
        _log.exception("reread.broke", objects=len(rows))
        broke = Transient(f"Backroom could not go on ({type(error).__name__}); its log says more.")
        _failed(process, held, _still_waiting(process, rows), broke)
        return False
    return True


def _read(process: Process, held: Lease, found: OpenShop, rows: Sequence[Any]) -> None:
    """Portion by portion: what was read before the shop failed is not read again."""
    kind, of_object = rows[0].object_kind, defaultdict(list)
    for row in rows:
        of_object[row.object_id].append(row)
    for ids in found.api.portions(kind, list(of_object)):
        page: Page = found.api.read(kind, ids)
        _tell(process, held, found, page, [row for object_id in ids for row in of_object[object_id]])


def _tell(process: Process, held: Lease, found: OpenShop, page: Page, rows: Sequence[Any]) -> None:
    def along(db: Connection, outcome: Outcome) -> None:
        reasons = {row.id: outcome.unclear.get((row.object_kind, row.object_id)) for row in rows}
        effects.done(db, [row.id for row in rows if reasons[row.id] is None], now=utc_now())
        for row in rows:
            _again(db, row, reasons[row.id])

    asked = {(row.object_kind, row.object_id) for row in rows}
    answer = Answer(readings=page.readings, read_at=page.read_at, origin=rows[0].origin, asked=asked)
    tell(process, held, found.shop, answer, along=along)


def _again(db: Connection, row: Any, reason: str | None) -> None:
    """An object that is unclear even so is read again, later and later, and not for ever."""
    if reason is None:
        return
    if row.attempts >= _GIVES_UP:
        effects.failed(db, [row.id], now=utc_now(), error=reason)
        return
    wait = max(_UNCLEAR, pause(_BACKOFF, row.attempts))
    effects.retry(db, [row.id], due_at=utc_now() + timedelta(seconds=wait), error=reason)


def _still_waiting(process: Process, rows: Sequence[Any]) -> list[Any]:
    """Those of the rows whose portion was not read yet."""
    with process.database.read() as db:
        left = effects.waiting_of(db, ids=[row.id for row in rows], now=utc_now())
    return [row for row in rows if row.id in left]


def _failed(process: Process, held: Lease, rows: Sequence[Any], error: OutsideError) -> None:
    attempts = max((row.attempts for row in rows), default=0)
    _log.warning("reread.failed", objects=len(rows), error=str(error), attempt=attempts + 1)
    given_up = attempts >= _GIVES_UP or (isinstance(error, Permanent) and not isinstance(error, Refused))
    if given_up:
        _give_up(process, held, rows, str(error))
        return
    wait = float(pause(_BACKOFF, attempts))
    if isinstance(error, RateLimited):
        wait = max(wait, error.retry_after)
    _postpone(process, held, rows, error, wait=wait)


def _has_api(process: Process, shop_id: int) -> bool:
    """Whether shops on this platform have an API at all."""
    with process.database.read() as db:
        shop = shops.by_id(db, process.vault, shop_id)
    return shop is not None and shop.platform in registry.SHOP_APIS


def _give_up(process: Process, held: Lease, rows: Sequence[Any], error: str) -> None:
    with process.database.write() as db:
        held.keep(db)
        effects.failed(db, [row.id for row in rows], now=utc_now(), error=error)


def _postpone(process: Process, held: Lease, rows: Sequence[Any], error: OutsideError, *, wait: float) -> None:
    with process.database.write() as db:
        held.keep(db)
        effects.retry(db, [row.id for row in rows], due_at=utc_now() + timedelta(seconds=wait), error=str(error))
