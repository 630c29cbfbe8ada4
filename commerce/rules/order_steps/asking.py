"""Call-outs: what a merchant's own system answers about an order, and what that means for the step."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from commerce.rules.order_steps.outcomes import FAILED, HELD, WAITING, Outcome, done, failed

# Seconds until it is asked again, after so many tries that nobody answered well.
BACKOFF = (5, 30, 120, 600, 1800, 3600)
PENDING = (60, 300, 900, 1800, 3600)  # and where it said "wait" or "pending" without saying how long
UNTIL = timedelta(hours=72)  # after which a step of the merchant's own gives up
_LONGEST_WAIT, _LONGEST_WORDS = 86_400.0, 300
DONE_WORD, HOLD_WORD, FAIL_WORD, WAIT_WORD = "done", "hold", "fail", "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came back: a status of success and the body; or `error`, why not. `is_final`: asking again changes nothing.

    `wished`: seconds for which it wants to be left alone.
    """

    body: str = ""
    error: str = ""
    is_final: bool = False
    wished: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A step that asks: how often it did, by when there has to be an answer."""

    attempts: int
    until: datetime


def told(heard: Heard, asked: Asked, *, now: datetime) -> Outcome:
    """What the answer to a step of the merchant's own means: done, hold, fail or wait; no word of these is done."""
    if heard.error:
        return unheard(heard, asked, now=now)
    answer = _object(heard.body)
    result, words = str(answer.get("result") or DONE_WORD).lower(), _words(answer.get("message"))
    if result == HOLD_WORD:
        return Outcome(state=HELD, words=words or "Your system says: hold.")
    if result == FAIL_WORD:
        return failed(words or "Your system says that it failed.")
    if result == WAIT_WORD:
        return _again(words or "Your system says: wait.", _seconds(answer, asked.attempts), asked, now)
    return done(words or "Your system says that it is done.")


def paid(heard: Heard, asked: Asked, *, now: datetime) -> Outcome:
    """What the answer to a check of payment means: `paid` is true, false or "pending"."""
    if heard.error:
        return unheard(heard, asked, now=now)
    answer = _object(heard.body)
    said, words = answer.get("paid"), _words(answer.get("message"))
    if said is True:
        return done(words or "Your system says that it is paid.")
    if said is False:
        return failed(words or "Your system says that it is not paid.")
    unclear = "Your system says that the payment is pending." if said == "pending" else ""
    unclear = unclear or "Your system did not say whether it is paid: `paid` is true, false or “pending”."
    return _again(words or unclear, _seconds(answer, asked.attempts), asked, now)


def unheard(heard: Heard, asked: Asked, *, now: datetime) -> Outcome:
    """Nobody answered well: it is asked again for as long as there is time."""
    if heard.is_final:
        return failed(f"{heard.error} It is not asked again by itself.")
    wait = heard.wished if heard.wished is not None else float(BACKOFF[min(asked.attempts, len(BACKOFF) - 1)])
    return _again(heard.error, wait, asked, now)


def _again(words: str, seconds: float, asked: Asked, now: datetime) -> Outcome:
    if now >= asked.until:
        return Outcome(state=FAILED, words=f"{words} There is no time left to ask again.")
    at = min(now + timedelta(seconds=seconds), asked.until)
    return Outcome(state=WAITING, words=words, due_at=at)


def _seconds(answer: dict[str, Any], attempts: int) -> float:
    wished = answer.get("retry_after")
    if isinstance(wished, int | float) and not isinstance(wished, bool) and wished == wished:  # noqa: PLR0124 - NaN
        return float(min(max(wished, 1), _LONGEST_WAIT))  # compared first: an integer may be too large to be a float
    return float(PENDING[min(attempts, len(PENDING) - 1)])


def _object(body: str) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _words(value: object) -> str:
    """Their words as they are shown: short, on one line."""
    if not isinstance(value, str):
        return ""
    plain = value.encode("utf-8", "replace").decode()
    return " ".join("".join(max(letter, " ") for letter in plain).split())[:_LONGEST_WORDS]
