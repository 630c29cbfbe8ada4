"""Decisions about many steps at once, some at a time, until all that were counted are decided about."""

from commerce.database import Connection
from commerce.rules.order_steps.decisions import RUN
from commerce.tables.order_steps import deciding, step_lists, step_runs
from jobs import queues
from jobs.job import Lease, job, utc_now
from jobs.process import Process
from jobs.slices import Work, work_off

LEASE = "step-runs"
CHUNK = 200


@job(queue=queues.BULK, timeout=300)
def decide_many(*, shop_id: int) -> None:
    """Carry out what was decided about many of the shop's steps."""
    work_off(Work(wake=queues.DECIDE, lease=LEASE, batch=decide_some, waits=_waits), shop_id=shop_id)


def _waits(db: Connection, shop_id: int) -> bool:
    return step_runs.next_running(db, shop_id=shop_id) is not None


def decide_some(process: Process, held: Lease) -> int:
    """Decide about the next ones; gives how many, 0 where there is no run. Raises LeaseLost."""
    process.database.give_way()
    now, shop_id = utc_now(), held.shop_id
    with process.database.write() as db:
        held.keep(db)
        run = step_runs.next_running(db, shop_id=shop_id)
        if run is None:
            return 0
        ids = run.steps[run.done : run.done + CHUNK]
        changed = deciding.decide(
            db,
            shop_id=shop_id,
            ids=ids,
            decision=run.decision,
            by=run.made_by,
            now=now,
            among=step_lists.states_of(run.filters["trouble"]),
        )
        step_runs.advance(db, run, done=len(ids), changed=len(changed), now=now)
    process.queues.wake(queues.STEPS, [shop_id])
    if run.decision == RUN:
        process.queues.wake(queues.CALL_OUT, [shop_id])
    return max(len(ids), 1)
