"""Takes a shop's due steps in batches, and does all of one kind in one transaction.

A kind that breaks is done step by step, so that one order holds up nobody else's, and no kind holds up another.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog

from commerce.database import Connection
from commerce.rules.order_steps.needs import held_up, without_order
from commerce.rules.order_steps.outcomes import BLOCKED, DESK, ENDED, FAILED, WAITING, Outcome
from commerce.tables import orders, shops
from commerce.tables.order_steps import settings as chosen
from commerce.tables.order_steps import steps
from commerce.tables.shops import Shop
from jobs import consequences, queues, reactions
from jobs.job import Lease, is_ours, job, pause, utc_now
from jobs.order_steps.registered import NEEDS, ORDER, family, runner
from jobs.order_steps.work import Work
from jobs.process import Process
from jobs.slices import Work as Slice
from jobs.slices import work_off

LEASE = "steps"
BATCH = 500
_BACKOFF = (5, 30, 120, 600, 3600)
_MOST_TRIES = 8

_log = structlog.get_logger(__name__)


@job(queue=queues.EFFECTS, timeout=120)
def run_steps(*, shop_id: int) -> None:
    """Do the shop's due steps, oldest first."""
    work_off(Slice(wake=queues.STEPS, lease=LEASE, batch=step_batch, waits=_has_due), shop_id=shop_id)


def _has_due(db: Connection, shop_id: int) -> bool:
    return bool(steps.batch(db, shop_id=shop_id, lane=DESK, now=utc_now(), limit=1))


def step_batch(process: Process, held: Lease) -> int:
    """One batch of due steps; gives how many there were. Raises LeaseLost with nothing of that kind written."""
    with process.database.read() as db:
        due = steps.batch(db, shop_id=held.shop_id, lane=DESK, now=utc_now(), limit=BATCH)
        shop = shops.by_id(db, process.vault, held.shop_id) if due else None
    if shop is None:
        return 0
    kinds: dict[str, list[int]] = defaultdict(list)
    for row in due:
        kinds[row.kind].append(row.id)
    for kind in sorted(kinds, key=_place):
        _do(process, held, shop, kinds[kind])
    return len(due)


def _place(kind: str) -> tuple[int, str]:
    return (ORDER.index(family(kind)) if family(kind) in ORDER else len(ORDER), kind)


def _do(process: Process, held: Lease, shop: Shop, ids: Sequence[int]) -> None:
    """Steps of one kind in one transaction; where that breaks, each in its own."""
    try:
        _attempt(process, held, shop, ids)
    except Exception as error:
        if not is_ours(error):
            raise
        if len(ids) > 1:
            for each in ids:
                _do(process, held, shop, [each])
        else:
            _broke(process, held, ids[0], error)


def _attempt(process: Process, held: Lease, shop: Shop, ids: Sequence[int]) -> None:
    now = utc_now()
    with process.database.write() as db:
        held.keep(db)
        due = [row for row in steps.by_ids(db, shop_id=shop.id, ids=ids, lock=True) if row.state in (WAITING, BLOCKED)]
        if not due:
            return
        work = Work(
            process=process,
            db=db,
            shop=shop,
            settings=chosen.of_shop(db, shop_id=shop.id, platform=shop.platform),
            orders=orders.by_ids(db, shop_id=shop.id, ids={row.order_id for row in due}),
            now=now,
        )
        outcomes = _outcomes(work, due)
        steps.decide(db, outcomes, now=now)
        ended = {row.order_id for row in due if outcomes[row.id].state in ENDED}
        if steps.look_again(db, shop_id=shop.id, order_ids=ended, now=now):
            work.wakes.add(queues.STEPS)
        planned = consequences.plan(db, process, shop, work.happened, reactions.wanted(work.happened), now=now)
    consequences.begin(process, planned)
    for wake in sorted(work.wakes):
        process.queues.wake(wake, [shop.id])


def _outcomes(work: Work, due: Sequence[Any]) -> dict[int, Outcome]:
    """What came of each: of those that nothing holds up, what their runner says."""
    outcomes = _held_up(work, due)
    ready = [row for row in due if row.id not in outcomes]
    if ready:
        outcomes |= runner(ready[0].kind)(work, ready)
    forgotten = [row.id for row in due if row.id not in outcomes]
    assert not forgotten, f"{due[0].kind} said nothing of {len(forgotten)} steps"
    return outcomes


def _held_up(work: Work, due: Sequence[Any]) -> dict[int, Outcome]:
    """Those whose order is not known (yet), or that wait for other steps of it."""
    waiting: dict[int, Outcome] = {}
    for row in due:
        if row.order_id not in work.orders:
            waiting[row.id] = without_order(since=row.created_at, now=work.now)
    needs = NEEDS.get(family(due[0].kind))
    if needs:
        siblings: Mapping[str, list[Any]] = defaultdict(list)
        for row in steps.of_orders(work.db, shop_id=work.shop.id, order_ids=set(work.orders)):
            siblings[row.order_id].append(row)
        for row in due:
            others = [other for other in siblings[row.order_id] if other.id != row.id]
            if row.id not in waiting and (outcome := held_up(needs, others)) is not None:
                waiting[row.id] = outcome
    return waiting


def _broke(process: Process, held: Lease, step_id: int, error: Exception) -> None:
    """A step that raised is tried again for a while, then failed; the log has the traceback."""
    now = utc_now()
    _log.error("step.broke", step=step_id, error=type(error).__name__, exc_info=error)
    with process.database.write() as db:
        held.keep(db)
        found = steps.by_ids(db, shop_id=held.shop_id, ids=[step_id])
        if not found or found[0].state in ENDED:
            return
        words = f"Backroom broke ({type(error).__name__}); its log says more."
        again = now + timedelta(seconds=pause(_BACKOFF, found[0].attempts))
        over = found[0].attempts + 1 >= _MOST_TRIES
        outcome = Outcome(state=FAILED if over else WAITING, words=words, due_at=None if over else again)
        steps.decide(db, {step_id: outcome}, now=now)
