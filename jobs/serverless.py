"""Parcels without a worker: one bounded round of carrier checks, for a function that a scheduler calls.

The same code as the worker's, over the same tables: DATABASE_URL and REDIS_URL lead to those that the other processes
use (Redis keeps carriers' tokens and their limits within a minute). docs/how-to/serverless.md sets it up on AWS Lambda.
"""

from collections.abc import Mapping
from time import monotonic
from typing import Any, Protocol

import structlog

from commerce.logs import configure_logging
from jobs.job import is_ours
from jobs.process import Process, current
from jobs.shipments import check, due_shops
from jobs.tracking.rounds import Report

_SPARE = 35.0  # seconds before the platform's end at which no new call is begun: the last answers still come
_USUAL = 60.0  # seconds for a round where nobody says how long it may take
_LONGEST = 840.0
_log = structlog.get_logger(__name__)


class Context(Protocol):
    """What the platform tells of this call, in AWS Lambda's shape."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the platform ends it."""


def handler(event: Mapping[str, Any] | None, context: Context | None) -> dict[str, Any]:
    """Ask for parcels that are due, shop after shop, and stop in time. Safe to be called twice, or at once.

    `event` may name `seconds` for the whole round; EventBridge's own fields are not needed. Gives what was done:
    {shops, parcels, calls, errors, milestones, left}; `left` are parcels that are still due: call it more often.
    """
    process = _process()
    until = monotonic() + _seconds(event or {}, context)
    process.pauses.look(process.database)
    done = {"shops": 0, "parcels": 0, "calls": 0, "errors": 0, "milestones": 0, "left": 0}
    for shop_id in due_shops(process):
        seconds = until - monotonic()
        if seconds <= 0:
            break
        report = _checked(process, shop_id, seconds)
        if report is not None:
            done["shops"] += 1
            for name in ("parcels", "calls", "errors", "milestones", "left"):
                done[name] += getattr(report, name)
    _log.info("tracking.serverless", **done)
    return done


def _checked(process: Process, shop_id: int, seconds: float) -> Report | None:
    """A shop's round; what breaks in one does not keep the others from theirs."""
    try:
        return check(process, shop_id, seconds=seconds)
    except Exception as error:
        if not is_ours(error):
            raise
        _log.exception("tracking.broke", shop_id=shop_id)
        return None


def _process() -> Process:
    process = current(searches=False)
    if not structlog.is_configured():
        configure_logging(process.settings, process="serverless")
    return process


def _seconds(event: Mapping[str, Any], context: Context | None) -> float:
    """How long new calls may be begun."""
    try:
        asked = float(event.get("seconds") or _USUAL)
    except (TypeError, ValueError):
        asked = _USUAL
    if context is not None:
        asked = min(asked, context.get_remaining_time_in_millis() / 1000 - _SPARE)
    return max(1.0, min(asked, _LONGEST))
