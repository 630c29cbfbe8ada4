"""Replays of outgoing webhooks that are too many for one step: some at a time, until all that were counted are out."""

from commerce.database import Connection
from commerce.rules.outgoing.health import DISABLED, KEEPS
from commerce.tables.outgoing import endpoints, replays
from jobs import queues
from jobs.job import Lease, job, utc_now
from jobs.process import Process
from jobs.slices import Work, work_off

LEASE = "replays"
CHUNK = 500


@job(queue=queues.BULK, timeout=300)
def replay_dispatches(*, shop_id: int) -> None:
    """Have the shop's dispatches sent again that were asked for."""
    work_off(Work(wake=queues.RESEND, lease=LEASE, batch=replay_some, waits=_waits), shop_id=shop_id)


def _waits(db: Connection, shop_id: int) -> bool:
    return replays.next_running(db, shop_id=shop_id) is not None


def replay_some(process: Process, held: Lease) -> int:
    """Want the next ones to be sent again; gives 0 where there is no replay. Raises LeaseLost."""
    process.database.give_way()
    now, shop_id = utc_now(), held.shop_id
    with process.database.write() as db:
        held.keep(db)
        row = replays.next_running(db, shop_id=shop_id)
        if row is None:
            return 0
        endpoint = endpoints.one(db, shop_id=shop_id, endpoint_id=row.endpoint_id)
        if endpoint is None or endpoint.state == DISABLED:
            replays.finish(db, shop_id=shop_id, replay_id=row.id, state=replays.CANCELLED, now=now)
            return 1
        keeps = endpoint.state in KEEPS
        which = replays.which_of(row)
        ids = replays.again(db, shop_id=shop_id, which=which, keeps=keeps, now=now, limit=CHUNK, after=row.last_id)
        replays.advance(db, row.id, last_id=max(ids, default=row.last_id), number=len(ids))
        if len(ids) < CHUNK:
            replays.finish(db, shop_id=shop_id, replay_id=row.id, state=replays.DONE, now=now)
    process.queues.wake(queues.DISPATCH, [shop_id])
    return CHUNK
