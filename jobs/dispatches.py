"""Outgoing webhooks: what is announced to whom, and sending it, at least once, always under the same id."""

from collections.abc import Sequence
from datetime import datetime

from commerce.database import Connection
from commerce.rules.outgoing.names import Announced
from commerce.tables.outgoing import dispatches, planning
from commerce.tables.shops import Shop
from jobs import queues
from jobs.dispatching.rounds import Round
from jobs.job import job, utc_now
from jobs.process import current


@job(queue=queues.OUTSIDE, timeout=120)
def send_dispatches(*, shop_id: int) -> None:
    """Send what is due for the shop's endpoints, and while one of them is slow, what is due anywhere."""
    process = current()
    process.queues.taken(queues.DISPATCH, shop_id)
    with Round(process) as round_:
        served = set(round_.run(shop_id))
    # What is left, or came in while the leases were being given back: whoever was woken for it found them taken.
    with process.database.read() as db:
        left = served & dispatches.shops_with_work(db, now=utc_now()).keys()
    process.queues.wake(queues.DISPATCH, left)


def plan(db: Connection, shop: Shop, events: Sequence[Announced], *, now: datetime) -> int:
    """Write announcements and dispatches in the caller's transaction; gives how many dispatches there are to send,
    for which queues.DISPATCH is to be woken after the commit.

    Nothing is written of what no endpoint wants, nor of an occasion that was announced before.
    """
    return planning.plan(db, shop, events, now=now)
