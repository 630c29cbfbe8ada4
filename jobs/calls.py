"""Calls back to the shop: each has a row before it is made and an outcome after.

A call that may not be made twice is marked as begun before it is made. Where its worker dies in between, nobody
knows whether it was made: it is shown to the merchant, never silently repeated.
"""

from datetime import timedelta
from typing import Any

import structlog

from commerce.database import Connection
from commerce.mirror import people, points_spending
from commerce.rules.calls import CREATE_DISCOUNT, ONCE
from commerce.tables import effects, shops
from integrations.errors import OutsideError, Permanent, RateLimited, Refused, Transient
from jobs import queues
from jobs.connections import opened
from jobs.job import Lease, is_ours, job, pause, utc_now
from jobs.process import Process
from jobs.slices import Work, work_off

LEASE = "call"
_BACKOFF = (5, 30, 120, 600, 3600)
_UNCONNECTED = 3600.0
_UNSURE = (
    "Nobody knows whether this reached the shop: Backroom was stopped, or the shop did not answer, in the middle of "
    "it. Look there, then run it again or leave it."
)

_log = structlog.get_logger(__name__)


@job(queue=queues.OUTSIDE, timeout=300)
def carry_out_calls(*, shop_id: int) -> None:
    """Make the shop's waiting calls, oldest first."""
    work_off(Work(wake=queues.CALL, lease=LEASE, batch=call_one, waits=_has_due), shop_id=shop_id)


def _has_due(db: Connection, shop_id: int) -> bool:
    return bool(effects.batch(db, shop_id=shop_id, kind=effects.CALL, now=utc_now(), limit=1))


def call_one(process: Process, held: Lease) -> int:
    """Make the oldest call that is due; gives 1 where there was one. Raises LeaseLost."""
    _set_aside(process, held)
    with process.database.read() as db:
        waiting = effects.batch(db, shop_id=held.shop_id, kind=effects.CALL, now=utc_now(), limit=1)
    if not waiting:
        return 0
    row = waiting[0]
    try:
        _still_wanted(process, held, row)
        with opened(process, held.shop_id, purpose="call") as found:
            if found is None:
                _postpone(
                    process, held, row, Transient("Backroom is not connected to the shop's own API."), _UNCONNECTED
                )
                return 0
            if row.detail["call"] in ONCE:
                with process.database.write() as db:
                    held.keep(db)
                    effects.start(db, row.id)
            outcome = found.api.carry_out(row.detail["call"], row.detail, key=f"backroom-{held.shop_id}-{row.id}")
    except OutsideError as error:
        _failed(process, held, row, error)
        return 1
    except Exception as error:
        if not is_ours(error):
            raise
        _log.exception("call.broke", call=row.detail["call"], effect=row.id)
        broken = Permanent(f"Backroom broke ({type(error).__name__}); its log says more. {_UNSURE}")
        _failed(process, held, row, broken, refused=False)
        return 1
    with process.database.write() as db:
        held.keep(db)
        effects.done(db, [row.id], now=utc_now(), outcome=outcome)
    return 1


def _set_aside(process: Process, held: Lease) -> None:
    """Calls that somebody began and did not finish: whoever holds the lease now is not that one."""
    with process.database.read() as db:
        begun = effects.started(db, shop_id=held.shop_id, kind=effects.CALL)
    if begun:
        with process.database.write() as db:
            held.keep(db)
            effects.failed(db, [row.id for row in begun], now=utc_now(), error=_UNSURE)


def _failed(process: Process, held: Lease, row: Any, error: OutsideError, *, refused: bool = True) -> None:
    """Refused work is shown; what may be repeated is; of the rest nobody knows whether it arrived."""
    _log.warning("call.failed", call=row.detail["call"], effect=row.id, error=str(error))
    if isinstance(error, Permanent) and not isinstance(error, Refused):
        final = str(error)
    elif isinstance(error, Transient) and row.detail["call"] in ONCE:
        final = f"{error} {_UNSURE}"
    else:
        wait = error.retry_after if isinstance(error, RateLimited) else pause(_BACKOFF, row.attempts)
        _postpone(process, held, row, error, wait)
        return
    with process.database.write() as db:
        held.keep(db)
        effects.failed(db, [row.id], now=utc_now(), error=final)
        if refused and row.detail["call"] == CREATE_DISCOUNT:
            _give_points_back(process, db, held.shop_id, row.detail)


def _still_wanted(process: Process, held: Lease, row: Any) -> None:
    """A code that was refused once gave its points back: run again, it would be a code for nothing."""
    if row.detail["call"] != CREATE_DISCOUNT or "spend_key" not in row.detail:
        return
    with process.database.read() as db:
        stands = points_spending.stands(db, shop_id=held.shop_id, spend_key=row.detail["spend_key"])
    if not stands:
        raise Permanent("The points were given back. They can be spent again for another code.")


def _give_points_back(process: Process, db: Connection, shop_id: int, detail: Any) -> None:
    """The code that was bought does not come to be; the ledger says so, and gives what was paid for it."""
    shop = shops.by_id(db, process.vault, shop_id)
    if shop is not None and "spend_key" in detail:
        reason = f"The shop refused the discount code {detail.get('code', '')}."
        now = utc_now()
        roots = points_spending.give_back(db, shop, spend_key=detail["spend_key"], reason=reason, now=now)
        people.refresh(db, shop, roots, now=now)


def _postpone(process: Process, held: Lease, row: Any, error: OutsideError, wait: float) -> None:
    with process.database.write() as db:
        held.keep(db)
        effects.retry(db, [row.id], due_at=utc_now() + timedelta(seconds=wait), error=str(error))
