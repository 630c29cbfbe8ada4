"""Who is in which segment, where events do not tell: segments that are new or changed, and what the clock changes.

Who is found in a segment that is worked out for the first time was not seen entering, so nobody is told; who enters or
leaves since a day went by, or since RFM was worked out again, is told as for any event.
"""

from collections.abc import Collection

import structlog

from commerce.mirror.crossings import announce
from commerce.rules.segments import conditions
from commerce.rules.segments.conditions import Rules
from commerce.tables import rfm, segment_members, segments, shops
from commerce.tables.segment_members import ENTERED, LEFT, Crossing
from commerce.tables.segments import Segment
from commerce.tables.shops import ACTIVE
from jobs import queues
from jobs.job import Lease, LeaseLost, job, lease, utc_now
from jobs.process import Process, current
from jobs.slices import Work, work_off

LEASE, RANK_LEASE = "segments", "ranks"
CHUNK = 10_000  # profiles in one transaction, of which few are written
RANKED = 2000  # where, the first time, all are
EVERY = 3600  # seconds

_log = structlog.get_logger(__name__)


@job(queue=queues.BULK, timeout=300)
def build_segments(*, shop_id: int) -> None:
    """Work out who is in the shop's new and changed segments, until all are done or the others had to wait."""
    work = Work(
        wake=queues.SEGMENT,
        lease=LEASE,
        batch=build_some,
        waits=lambda db, shop: segments.next_unbuilt(db, shop_id=shop) is not None,
    )
    work_off(work, shop_id=shop_id)


def build_some(process: Process, held: Lease) -> int:
    """Look at the next profiles of the segment that is next; gives 0 where there is none."""
    process.database.give_way()
    now, shop_id = utc_now(), held.shop_id
    with process.database.write() as db:
        held.keep(db)
        segment_members.alone(db, shop_id)
        segment = segments.next_unbuilt(db, shop_id=shop_id)
        if segment is None:
            return 0
        if segment.rules is None:
            _log.warning("segment.unreadable", segment=segment.id)
            segment_members.finish(db, shop_id=shop_id, segment_id=segment.id, now=now)
            return 1
        _, _, upto = segment_members.work_out(
            db,
            shop_id=shop_id,
            segment_id=segment.id,
            rules=segment.rules,
            after=segment.last_id,
            limit=CHUNK,
            now=now,
        )
        if upto is None:
            segment_members.finish(db, shop_id=shop_id, segment_id=segment.id, now=now)
        else:
            segment_members.advance(db, shop_id=shop_id, segment_id=segment.id, last_id=upto, looked_at=CHUNK)
    return CHUNK


@job(queue=queues.BULK, timeout=60)
def wake_ranking() -> None:
    """Have RFM, and the segments that the clock changes, worked out again in every shop."""
    process = current()
    with process.database.read() as db:
        active = [shop.id for shop in shops.all_shops(db, process.vault) if shop.state == ACTIVE]
    process.queues.wake(queues.RANK, active)


@job(queue=queues.BULK, timeout=600)
def rank_customers(*, shop_id: int) -> None:
    """Work out the shop's RFM, and who is in the segments that ask it or the time; write what differs."""
    process = current()
    process.queues.taken(queues.RANK, shop_id)
    with lease(shop_id=shop_id, kind=RANK_LEASE) as held:
        if held is None:
            return
        try:
            changed = _rank(process, held)
            crossed = sum(_look_again(process, held, key) for key in _by_clock(process, shop_id))
        except LeaseLost:
            _log.warning("lease.lost", kind=RANK_LEASE)
            return
    if changed or crossed:
        _log.info("customers.ranked", changed=changed, crossed=crossed)


def _rank(process: Process, held: Lease) -> int:
    with process.database.read() as db:
        begins = rfm.begins(db, shop_id=held.shop_id)
    changed, after = 0, ""
    while True:
        process.database.give_way()
        with process.database.write() as db:
            held.keep(db)
            found, upto = rfm.place(db, shop_id=held.shop_id, begins=begins, after=after, limit=RANKED, now=utc_now())
        changed += found
        if upto is None:
            return changed
        after = upto


def _by_clock(process: Process, shop_id: int) -> list[str]:
    """The segments that ask the time or RFM, and those that ask them, in the order in which they follow."""
    with process.database.read() as db:
        rules = {each.id: each.rules for each in segments.all_of(db, shop_id=shop_id) if each.rules is not None}
    wanted = _changing(rules)
    return [key for key in conditions.in_order(rules) if key in wanted]


def _changing(rules: dict[str, Rules]) -> Collection[str]:
    own = {key for key, each in rules.items() if each.uses_time or each.uses_ranks}
    return own.union(*(conditions.dependents(key, rules) for key in own))


def _look_again(process: Process, held: Lease, segment_id: str) -> int:
    """Write who entered and who left a segment since it was looked at last; gives how many."""
    crossed, after = 0, ""
    with process.database.read() as db:
        shop = shops.by_id(db, process.vault, held.shop_id)
    assert shop is not None, "it was there when the job began"
    while True:
        process.database.give_way()
        with process.database.write() as db:
            held.keep(db)
            segment_members.alone(db, held.shop_id)
            segment = segments.one(db, shop_id=held.shop_id, segment_id=segment_id)
            if segment is None or segment.rules is None or segment.built_at is None:
                return crossed  # removed or changed meanwhile: it is worked out anew anyway
            now = utc_now()
            new, gone, upto = segment_members.work_out(
                db,
                shop_id=held.shop_id,
                segment_id=segment_id,
                rules=segment.rules,
                after=after,
                limit=CHUNK,
                now=now,
            )
            crossings = [*_crossings(ENTERED, new, segment), *_crossings(LEFT, gone, segment)]
            segment_members.tell(db, shop_id=held.shop_id, crossings=crossings, now=now)
            told = announce(db, shop, crossings, now=now)
        if told:
            process.queues.wake(queues.DISPATCH, [held.shop_id])
        crossed += len(crossings)
        if upto is None:
            return crossed
        after = upto


def _crossings(name: str, ids: list[str], segment: Segment) -> list[Crossing]:
    return [Crossing(name=name, profile_id=one, segment_id=segment.id, segment_name=segment.name) for one in ids]
