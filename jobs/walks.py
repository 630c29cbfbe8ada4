"""When to walk through shops' own APIs: once when they are connected, then regularly."""

from datetime import datetime, timedelta

from commerce.tables import connections, syncs
from commerce.tables.syncs import CHANGES, COMPARE, IMPORT
from jobs import queues
from jobs.job import job, utc_now
from jobs.process import current

CHANGES_EVERY = timedelta(minutes=10)  # what the shop failed to send is here after this long at most
COMPARE_EVERY = timedelta(hours=24)  # what it deleted without a word


@job(queue=queues.EVENTS, timeout=30)
def begin_walks() -> None:
    """Begin the runs that are due, at all connected shops."""
    process, now = current(), utc_now()
    with process.database.read() as db:
        connected, started = connections.connected(db), syncs.last_started(db)
    due = [(shop_id, kind) for shop_id in connected if (kind := _due(shop_id, started, now))]
    if not due:
        return
    with process.database.write() as db:
        for shop_id, kind in due:
            syncs.begin(db, shop_id=shop_id, kind=kind, now=now)
    process.queues.wake(queues.SYNC, {shop_id for shop_id, _ in due})


def _due(shop_id: int, started: dict[tuple[int, str], datetime], now: datetime) -> str:
    """The kind of run that the shop needs now; empty where it needs none."""
    imported = started.get((shop_id, IMPORT))
    if imported is None:
        return IMPORT
    everything = max(imported, started.get((shop_id, COMPARE), imported))
    if everything < now - COMPARE_EVERY:
        return COMPARE
    return CHANGES if max(everything, started.get((shop_id, CHANGES), everything)) < now - CHANGES_EVERY else ""
