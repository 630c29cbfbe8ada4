"""What is counted of searches is kept for a while; what only one person asked, for a month."""

from datetime import timedelta

from commerce.tables import clicks, searches
from jobs import queues
from jobs.job import job, utc_now
from jobs.process import current

_KEPT = timedelta(days=400)  # as other counters
_KEPT_RARE = timedelta(days=30)
_KEPT_CLICKS = timedelta(days=30)  # in which a click may still become an order
_KEPT_PRODUCTS = timedelta(days=90)
_CHUNK = 300  # queries per transaction


@job(queue=queues.BULK, timeout=300)
def forget_searches() -> None:
    """Delete searches and clicks that were kept long enough, in small steps so that nobody waits for it."""
    process, today = current(), utc_now().date()
    with process.database.write() as db:
        searches.forget(db, before=today - _KEPT)
        clicks.forget(db, before=today - _KEPT_CLICKS, products_before=today - _KEPT_PRODUCTS)
    forgotten = _CHUNK
    while forgotten == _CHUNK:
        process.database.give_way()
        with process.database.write() as db:
            forgotten = searches.forget_rare(db, before=today - _KEPT_RARE, limit=_CHUNK)
