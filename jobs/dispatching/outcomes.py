"""What comes of calls to endpoints, written in one transaction for many of them."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog

from commerce.database import Connection
from commerce.rules.outgoing import health
from commerce.rules.outgoing.health import ACTIVE, DISABLED, KEEPS, OFF, Verdict
from commerce.rules.outgoing.names import TEST
from commerce.rules.outgoing.tries import is_success, next_wait
from commerce.tables.outgoing import dispatches, endpoints, tries
from commerce.tables.outgoing.dispatches import DROPPED, FAILED, HELD, SENT, WAITING
from commerce.tables.shops import Shop
from jobs import alerts
from jobs.dispatching.lanes import Call

_log = structlog.get_logger(__name__)


def write(db: Connection, shop: Shop, calls: Sequence[Call], *, now: datetime) -> dict[int, Any]:
    """Write what came of these calls to the shop's endpoints; gives the endpoints as they are by now."""
    there = endpoints.held(db, shop_id=shop.id, ids={call.endpoint_id for call in calls})
    rows = dispatches.held(db, [call.row.id for call in calls])  # of those erased meanwhile nothing is written
    known = [call for call in calls if call.row.id in rows and call.endpoint_id in there]
    telling = {
        key: [call for call in known if call.endpoint_id == key and _tells(call, row)] for key, row in there.items()
    }
    verdicts = {key: _judged(row, telling[key]) for key, row in there.items()}
    for key, verdict in verdicts.items():
        if telling[key]:
            _learn(db, shop, there[key], verdict, now=now)
    states = {key: verdicts[key].ends or row.state for key, row in there.items()}
    decided = [_decided(rows[call.row.id], call, states[call.endpoint_id], now) for call in known]
    dispatches.decide(db, decided)
    tries.add(db, [_try(shop.id, call) for call in known])
    for key, verdict in verdicts.items():
        if verdict.ends == OFF:
            dispatches.hold(db, endpoint_id=key)
        elif verdict.ends == DISABLED:
            dispatches.drop(db, endpoint_id=key, now=now)
    return endpoints.held(db, shop_id=shop.id, ids=there)


def _tells(call: Call, row: Any) -> bool:
    """Whether an answer says how the endpoint is: not a test that fails, nor what was sent to another address than the
    one that it has by now."""
    assert call.answer is not None, "it is over"
    return call.url == row.url and (call.row.name != TEST or is_success(call.answer.status))


def _judged(row: Any, calls: Sequence[Call]) -> Verdict:
    """How the endpoint is after these calls, in the order in which they were made."""
    known, warning, ends = endpoints.health_of(row), 0, ""
    for call in calls:
        assert call.answer is not None, "it is over"
        ended_at = call.at + timedelta(seconds=call.answer.seconds)
        verdict = health.after(known, call.answer.status, now=ended_at)
        known, warning = verdict.health, max(warning, verdict.warning) if verdict.health.failures else 0
        ends = verdict.ends or ends
    return Verdict(health=known, warning=warning, ends=ends if row.state == ACTIVE else "")


def _learn(db: Connection, shop: Shop, row: Any, verdict: Verdict, *, now: datetime) -> None:
    known = verdict.health
    values: dict[str, Any] = {
        "failures": known.failures,
        "failing_since": known.failing_since,
        "warned": known.warned,
        "rests_until": known.rests_until,
    }
    if known.failures == 0:
        values |= {"error": "", "succeeded_at": now}
    elif known.failures != row.failures:
        values |= {"failed_at": now}
    if verdict.ends:
        values |= {"state": verdict.ends, "why": _WHY[verdict.ends]}
    endpoints.learn(db, row.id, **values)
    _tell(db, shop, row, verdict, now=now)


_WHY = {
    OFF: "It took nothing for three days. What is for it since then is kept, and goes out when it is active again.",
    DISABLED: "It answered 410: it wants nothing any more.",
}


def _tell(db: Connection, shop: Shop, row: Any, verdict: Verdict, *, now: datetime) -> None:
    """Have the merchant know what became of it; a success ends what was said of failures."""
    name, about = name_of(row), str(row.id)
    if verdict.ends:
        words = f"The webhook endpoint {name} was switched off. {_WHY[verdict.ends]}"
    elif verdict.warning:
        words = (
            f"The webhook endpoint {name} has taken nothing since {verdict.health.failing_since:%Y-%m-%d %H:%M} UTC. "
            f"{verdict.warning} % of the time until it is switched off is over."
        )
    else:
        if verdict.health.failures == 0 and row.failures and row.state == ACTIVE:
            alerts.over(db, shop, alerts.WEBHOOKS, about=about)
        return
    alerts.over(db, shop, alerts.WEBHOOKS, about=about)  # each level is news, not what was told before
    alerts.alert(db, shop, alerts.WEBHOOKS, words, now, about=about)


def name_of(row: Any) -> str:
    """What an endpoint is called where it is spoken of: its address may hold keys."""
    return f"“{row.description}”" if row.description else urlsplit(row.url).hostname or "without a name"


def _decided(row: Any, call: Call, state: str, now: datetime) -> dict[str, Any]:
    """What becomes of a dispatch. What the merchant decided meanwhile stands, but for what was taken."""
    answer = call.answer
    assert answer is not None, "it is over"
    attempts = row.attempts + 1
    told = {"dispatch": row.id, "to_attempts": attempts, "to_status": answer.status, "to_error": answer.error}
    if is_success(answer.status):
        return told | {"to_state": SENT, "to_due": None, "to_finished": now}
    if row.state != WAITING:
        return told | {"to_state": row.state, "to_due": row.due_at, "to_finished": row.finished_at}
    wait = None if row.name == TEST else next_wait(attempts, chance=random.random(), wished=answer.wished)
    if wait is None:
        return told | {"to_state": FAILED, "to_due": None, "to_finished": now}
    if state in KEEPS:
        return told | {"to_state": HELD, "to_due": None, "to_finished": None}
    if state == DISABLED:
        return told | {"to_state": DROPPED, "to_due": None, "to_finished": now}
    return told | {"to_state": WAITING, "to_due": now + timedelta(seconds=wait), "to_finished": None}


def _try(shop_id: int, call: Call) -> dict[str, Any]:
    answer = call.answer
    assert answer is not None, "it is over"
    return {
        "shop_id": shop_id,
        "dispatch_id": call.row.id,
        "url": call.url,
        "sent": dict(answer.sent),
        "status": answer.status,
        "answered": dict(answer.headers),
        "answer": answer.body,
        "is_cut": answer.is_cut,
        "error": answer.error,
        "milliseconds": round(answer.seconds * 1000),
        "at": call.at,
    }
