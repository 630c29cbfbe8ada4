"""The inbox worker: reads a shop's deliveries into facts, saves the facts, writes effects, finishes the rows."""

import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from commerce.database import Connection, is_unreachable
from commerce.mirror import apply as mirror
from commerce.mirror.outcomes import Result
from commerce.mirror.tellings import Told, Ways, told_currency
from commerce.rules.events import LIVE, Reading, UnableToRead
from commerce.tables import inbox, shops, tallies
from commerce.tables.inbox import Outcome
from commerce.tables.shops import Shop
from integrations import registry
from integrations.carriers import pushes
from integrations.payload import UnableToParse, parse
from integrations.platforms.phones import numbered
from integrations.protocols import Delivered, Platform
from jobs import consequences, queues, reactions
from jobs.job import Lease, LeaseLost, job, utc_now
from jobs.process import Process
from jobs.slices import Work, work_off

LEASE = "inbox"
BATCH = 100  # rows: some tens of milliseconds, so that the door never waits long for its turn to write
# Seconds until a row that broke is tried again; after the last one it is set aside.
RETRIES = (1, 5, 30, 120)

_log = structlog.get_logger(__name__)


@job(queue=queues.EVENTS, timeout=60)
def apply_deliveries(*, shop_id: int) -> None:
    """Apply the shop's waiting deliveries, oldest first, until none is left or the others had to wait long enough."""
    work_off(Work(wake=queues.APPLY, lease=LEASE, batch=apply_batch, waits=_has_due), shop_id=shop_id)


def _has_due(db: Connection, shop_id: int) -> bool:
    return inbox.has_due(db, shop_id=shop_id, now=utc_now())


@dataclass(frozen=True, slots=True)
class _Taken:
    """A batch of rows, and what is needed to work on it."""

    process: Process
    held: Lease
    shop: Shop
    rows: Sequence[Any]
    at: datetime


def apply_batch(process: Process, held: Lease, limit: int = BATCH) -> int:
    """Apply one batch; gives how many rows it took. Raises LeaseLost, with nothing written."""
    now = utc_now()
    with process.database.read() as db:
        shop = shops.by_id(db, process.vault, held.shop_id)
        rows = inbox.batch(db, shop_id=held.shop_id, now=now, limit=limit) if shop else []
        repeats = inbox.repeats(db, rows)
    if shop is None or not rows:
        return 0
    taken = _Taken(process, held, shop, rows, now)
    try:
        told, broken = _read(shop, [row for row in rows if row.id not in repeats], now)
        _write(taken, told, [*broken, *(_repeated(row, repeats[row.id], now) for row in rows if row.id in repeats)])
    except LeaseLost:
        raise
    except Exception as error:
        if is_unreachable(error):
            raise
        if len(rows) > 1:
            # One of them cannot be written. One by one, so that it does not hold up the others.
            return sum(apply_batch(process, held, limit=1) for _ in rows)
        _write(taken, [], [_broken(rows[0], now, error)])
    return len(rows)


def _read(shop: Shop, rows: Sequence[Any], now: datetime) -> tuple[list[Told], list[Outcome]]:
    """Read rows into facts, with the currency that they tell where the shop's is not known yet."""
    told, broken = _read_with(shop, rows, now)
    currency = told_currency([one.reading for one in told]) if shop.currency is None else None
    if currency:
        return _read_with(replace(shop, currency=currency), rows, now)
    return told, broken


def _read_with(shop: Shop, rows: Sequence[Any], now: datetime) -> tuple[list[Told], list[Outcome]]:
    platform, told, broken = registry.platform(shop.platform), [], []
    for row in rows:
        try:
            told.append(_told(row, _reading(platform, shop, row)))
        except Exception as error:  # noqa: BLE001 - whatever a body does to its reader is kept with its traceback
            broken.append(_broken(row, now, error))
    return told, broken


def _reading(platform: Platform, shop: Shop, row: Any) -> Reading:
    if row.topic.startswith(pushes.TOPIC):
        return pushes.read(row.topic, row.body, now=row.received_at)
    return numbered(
        platform.read(
            Delivered(
                topic=row.topic,
                payload=parse(row.body),
                received_at=row.received_at,
                triggered_at=row.triggered_at,
                currency=shop.currency,
                headers=row.headers,
            )
        )
    )


def _told(row: Any, reading: Reading) -> Told:
    return Told(
        inbox_id=row.id,
        received_at=row.received_at,
        triggered_at=row.triggered_at,
        origin=row.origin,
        reading=reading,
    )


def _repeated(row: Any, first_id: int, now: datetime) -> Outcome:
    """A delivery that came before: a deletion among them must not undo what happened since."""
    return Outcome(
        id=row.id, state=inbox.SKIPPED, note=f"The same delivery came before, as number {first_id}.", due_at=now
    )


def _broken(row: Any, now: datetime, why: Exception) -> Outcome:
    """A row that could not be read or applied: a later try, or set aside. What a body lacks, no later try brings."""
    error = "".join(traceback.format_exception(why)).strip()
    again = row.attempts < len(RETRIES) and not isinstance(why, UnableToRead | UnableToParse)
    _log.warning(
        "delivery.broke", inbox_id=row.id, topic=row.topic, attempt=row.attempts + 1, error=error.splitlines()[-1]
    )
    return Outcome(
        id=row.id,
        state=inbox.WAITING if again else inbox.FAILED,
        kind=row.kind,
        object_id=row.object_id,
        error=error.splitlines()[-1][:1000],
        traceback=error[-20_000:],
        due_at=now + timedelta(seconds=RETRIES[row.attempts]) if again else now,
    )


def _write(taken: _Taken, told: Sequence[Told], others: Sequence[Outcome]) -> None:
    """Facts, effects, outcomes and counters in one transaction, and only while the lease is still ours."""
    shop, now = taken.shop, taken.at
    platform = registry.platform(shop.platform)
    ways = Ways(says_when_deleted=platform.tells_when_deleted, variants_as_products=platform.variants_as_products)
    with taken.process.database.write() as db:
        taken.held.keep(db)
        results, happened = mirror.apply(db, shop, told, ways=ways, now=now)
        wanted = reactions.not_waiting_yet(db, shop.id, reactions.wanted(happened))
        planned = consequences.plan(db, taken.process, shop, happened, wanted, now=now)
        readings = {one.inbox_id: one.reading for one in told}
        outcomes = [_outcome(result, readings[result.inbox_id], now) for result in results] + list(others)
        done_at = utc_now()
        inbox.finish(db, outcomes, taken_at=now, now=done_at)
        tallies.add(db, _counted(shop.id, taken.rows, outcomes, done_at), now=done_at)
    consequences.begin(taken.process, planned)


def _outcome(result: Result, reading: Reading, now: datetime) -> Outcome:
    assert result.inbox_id is not None, "deliveries have rows"
    return Outcome(
        id=result.inbox_id,
        state=result.state,
        kind=reading.kind,
        object_id=reading.object_id,
        note=result.note,
        due_at=now,
    )


def _counted(shop_id: int, rows: Sequence[Any], outcomes: Sequence[Outcome], now: datetime) -> "Counter[tallies.Key]":
    """What became of the rows, how long live ones took from the door to here, and what they changed by kind."""
    counted: Counter[tallies.Key] = Counter((shop_id, "applied", outcome.state) for outcome in outcomes)
    finished = {outcome.id for outcome in outcomes if outcome.state != inbox.WAITING}
    for row in rows:
        if row.id in finished and row.origin == LIVE:
            lag = (now - row.received_at).total_seconds()
            counted[shop_id, "lag", tallies.lag_label(lag)] += 1
            counted[shop_id, "lag_ms", "sum"] += max(0, round(lag * 1000))
    live = {row.id for row in rows if row.origin == LIVE}
    counted.update(
        (shop_id, "changed", outcome.kind)
        for outcome in outcomes
        if outcome.id in live and outcome.state == inbox.APPLIED and outcome.kind
    )
    return counted
