"""Sends messages: each was written down before, goes out at most once, and is followed by what became of it.

Each channel of a shop is worked on under a lease of its own, so that one whose server is away holds up no other.
"""

from collections.abc import Sequence
from functools import partial
from time import monotonic
from typing import Any

from commerce.database import Connection
from commerce.rules.notifications.kinds import KINDS
from commerce.rules.notifications.states import HELD, QUEUED, SENDING
from commerce.tables import shops
from commerce.tables.notifications import notifications
from commerce.tables.shops import Shop
from integrations import registry
from integrations.channel_api import Channel
from jobs import queues
from jobs.alerts import TEMPLATE, alert
from jobs.job import Lease, is_ours, job, utc_now
from jobs.messages import gathering, outcomes
from jobs.messages.gathering import Gathered
from jobs.messages.lane import Lane
from jobs.messages.writing import Writer
from jobs.process import Process, current
from jobs.slices import Work, work_off

BATCH = 50
_SECONDS = 2.0  # after which a batch gives way to other shops


def lease_of(channel: str) -> str:
    """The name of the lease under which a channel's messages are sent."""
    return f"notify-{channel}"


@job(queue=queues.OUTSIDE, timeout=300)
def send_notifications(*, shop_id: int) -> None:
    """Send the shop's messages that are due, those that wait for longest first."""
    process = current()
    process.queues.taken(queues.NOTIFY, shop_id)
    with process.database.read() as db:
        channels = notifications.due_channels(db, shop_id=shop_id, now=utc_now())
    for channel in channels:
        work = Work(
            wake=queues.NOTIFY,
            lease=lease_of(channel),
            batch=partial(send_batch, channel),
            waits=partial(_has_due, channel),
        )
        work_off(work, shop_id=shop_id)


def _has_due(channel: str, db: Connection, shop_id: int) -> bool:
    return bool(notifications.due(db, shop_id=shop_id, channel=channel, now=utc_now(), limit=1))


def send_batch(channel: str, process: Process, held: Lease) -> int:
    """One batch of a channel's messages; gives how many there were. Raises LeaseLost."""
    now = utc_now()
    with process.database.read() as db:
        rows = notifications.due(db, shop_id=held.shop_id, channel=channel, now=now, limit=BATCH)
        shop = shops.by_id(db, process.vault, held.shop_id) if rows else None
        if shop is None:
            return 0
        base_url = process.settings.base_url
        known = gathering.gather(db, process.vault, shop, channel, rows, base_url=base_url, now=now)
    lane = Lane(process, held, channel, partial(_opened, process, known))
    writer = Writer(process, known)
    try:
        _send_all(writer, known, lane, rows)
    finally:
        lane.flush()
    _tell_of_broken(process, shop, writer)
    return len(rows)


def _tell_of_broken(process: Process, shop: Shop, writer: Writer) -> None:
    """Templates that went wrong are a problem of the merchant's: the usual ones were sent in their place."""
    if not writer.broken:
        return
    with process.database.write() as db:
        for (kind, language), why in writer.broken.items():
            title = KINDS[kind].title
            words = f"Your template of “{title}” ({language}) went wrong, so the usual one was sent. {why}"
            alert(db, shop, TEMPLATE, words, utc_now(), about=f"{kind}/{language}")


def _opened(process: Process, known: Gathered) -> Channel:
    """Raises KeyError for a channel that is no more, Away."""
    return registry.channel(known.channel, known.account(), process.settings)


def _send_all(writer: Writer, known: Gathered, lane: Lane, rows: Sequence[Any]) -> None:
    until = monotonic() + _SECONDS
    for row in rows:
        now = utc_now()
        if row.state == SENDING:
            lane.note(row, outcomes.left_half_way(row, at=now))
            continue
        try:
            decided = gathering.decision(known, row, now=now)
        except Exception as error:
            if not is_ours(error):
                raise
            lane.broke(row, error)
            continue
        if decided.state == HELD:
            assert decided.until is not None, "what is held has a time"
            until_then, words = decided.until, decided.words
            lane.note(row, outcomes.waits(row, state=HELD, until=until_then, words=words, tried=False, began=False))
        elif decided.state != QUEUED:
            lane.note(row, outcomes.ends(row, state=decided.state, words=decided.words, at=now, began=False))
        elif monotonic() < until:
            if not _send(writer, lane, row):
                return
            known.lately.setdefault(row.recipient, []).append(now)


def _send(writer: Writer, lane: Lane, row: Any) -> bool:
    """Write one message and hand it over; False where the channel takes nothing now."""
    try:
        message, written = writer.write(row)
    except Exception as error:
        if not is_ours(error):
            raise
        lane.broke(row, error)
        return True
    return lane.send(row, message, written)
