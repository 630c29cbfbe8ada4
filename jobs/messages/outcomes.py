"""What became of messages, written together: each message's own row, its order's step, addresses that nobody has."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from commerce.database import Connection
from commerce.rules.notifications.choices import ADDRESSED
from commerce.rules.notifications.endings import ending
from commerce.rules.notifications.states import (
    BOUNCED,
    CANCELLED,
    FAILED,
    HELD,
    QUEUED,
    SENDING,
    SENT,
    SUPPRESSED,
    UNCERTAIN,
    WAITING,
)
from commerce.tables.notifications import notifications
from commerce.tables.order_steps import steps
from commerce.tables.people import suppressions

_ENDED = frozenset({SENT, BOUNCED, SUPPRESSED, FAILED, UNCERTAIN, CANCELLED})
# A message that was handed over is written down as it ended also where somebody gave it up meanwhile.
_WAS_SENDING = (SENDING, UNCERTAIN)


def waits(row: Any, *, state: str, until: datetime, words: str, tried: bool, began: bool) -> dict[str, Any]:
    """It goes out later: HELD on purpose, QUEUED after a try that came to nothing."""
    assert state in (HELD, QUEUED), "nothing else waits"
    attempts = row.attempts + 1 if tried else row.attempts
    told = {"state": state, "reason": words, "due_at": until, "attempts": attempts}
    return _of(row, began) | told


def ends(row: Any, *, state: str, words: str, at: datetime, began: bool, reference: str = "") -> dict[str, Any]:
    """It came to an end."""
    assert state in _ENDED, "nothing else is an end"
    told = {"state": state, "reason": words, "reference": reference, "due_at": None, "finished_at": at}
    if state == SENT:
        told["sent_at"] = at
    if state == BOUNCED:
        told["bounced_at"] = at
    return _of(row, began) | told


def _of(row: Any, began: bool) -> dict[str, Any]:
    return {"id": row.id, "of": _WAS_SENDING if began else tuple(WAITING)}


def left_half_way(row: Any, *, at: datetime) -> dict[str, Any]:
    """Whoever handed it over died meanwhile."""
    words = (
        "Nobody knows whether this was sent: Backroom was stopped in the middle of it. It is not sent again by itself."
    )
    return ends(row, state=UNCERTAIN, words=words, at=at, began=True)


def write(db: Connection, shop_id: int, outcomes: Sequence[tuple[Any, dict[str, Any]]], *, now: datetime) -> None:
    """Write what became of messages (rows with what `waits` and `ends` give), and end the steps that are over."""
    notifications.change(db, [told for _, told in outcomes])
    ended = [row for row, told in outcomes if told["state"] in _ENDED]
    end_steps(db, [row.step_id for row in ended if row.step_id is not None], now=now)
    for row, told in outcomes:
        if told["state"] == BOUNCED and row.channel in ADDRESSED:
            bounced(db, shop_id, channel=row.channel, address=row.recipient, words=told["reason"], at=now)


def bounced(db: Connection, shop_id: int, *, channel: str, address: str, words: str, at: datetime) -> None:
    """There is nobody at this address: it is not written to any more."""
    told = {"reason": "bounced", "source": "backroom", "detail": words[:500], "at": at}
    suppressions.save(db, shop_id=shop_id, told=told | {"channel": ADDRESSED[channel], "address": address})


def end_steps(db: Connection, step_ids: Sequence[int], *, now: datetime) -> None:
    """End the steps all of whose messages came to an end."""
    of_step: dict[int, list[Any]] = defaultdict(list)
    for row in notifications.of_steps(db, step_ids):
        of_step[row.step_id].append(row)
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    for step_id in dict.fromkeys(step_ids):
        outcome = ending(_newest(of_step[step_id]))
        if outcome is not None:
            alike[outcome.state, outcome.words].append(step_id)
    for (state, words), ids in alike.items():
        steps.end(db, ids, state=state, outcome=words, now=now)


def _newest(rows: Sequence[Any]) -> list[Any]:
    """The last message over each channel: a step that was run again is over with its new ones."""
    return list({row.channel: row for row in rows}.values())
