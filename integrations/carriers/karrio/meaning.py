"""What a carrier's answer means, by its status; what it says is shown in part, never its headers."""

import json
from typing import Any

from integrations import outbound
from integrations.carrier_api import AWAY, GARBLED, HELD_BACK, INVALID, NOT_FOUND, REFUSED, TOO_OFTEN, Problem
from integrations.carriers.karrio.transport import Exchange, Failure, Talk
from integrations.carriers.turns import HeldBack
from integrations.errors import OutsideError, Permanent, RateLimited, Refused, Transient

_SHOWN = 200  # characters
_WAIT = 60.0  # seconds until the next token is asked for, where the carrier does not say
_WORDS = ("message", "error_description", "errorDescription", "description", "detail", "title", "errorMessage")


def of_talk(who: str, talk: Talk) -> Problem | None:
    """What kept the question from being answered; None where there is an answer to read."""
    if talk.failure is not None:
        return of_failure(talk.failure)
    if talk.answer is not None:
        return of_answer(who, talk.answer)
    return of_error(talk.token_error) if talk.token_error else None


def of_answer(who: str, answer: Exchange) -> Problem | None:
    """What a status other than success means for one number."""
    status, wait = answer.status, retry_after(answer)
    if 200 <= status < 300:
        return None
    if status == 429:
        return Problem(kind=TOO_OFTEN, message=f"{who} was asked too often.", retry_after=wait)
    if status in (408, 425) or status >= 500:
        return Problem(kind=AWAY, message=f"{who} answered {status}.", retry_after=wait)
    told = said(answer.body)
    if status in (401, 403):
        return Problem(kind=REFUSED, message=_sentence(f"{who} does not let us in ({status})", told))
    if not is_json(answer.body):  # a gateway before the carrier knows nothing of numbers
        return Problem(kind=GARBLED, message=f"{who} answered {status} with a page that is not meant for us.")
    if status == 404:
        return Problem(kind=NOT_FOUND, message=_sentence(f"{who} does not know the number", told))
    return Problem(kind=INVALID, message=_sentence(f"{who} answered {status}", told))


def of_failure(failure: Failure) -> Problem:
    """What no answer means."""
    if isinstance(failure.error, HeldBack):
        return of_error(failure.error)
    kind = GARBLED if failure.sent and isinstance(failure.error, Permanent) else AWAY
    return Problem(kind=kind, message=str(failure.error))


def of_error(error: OutsideError) -> Problem:
    """What an error of a token means for the number that it was asked for."""
    if isinstance(error, RateLimited):
        kind = HELD_BACK if isinstance(error, HeldBack) else TOO_OFTEN
        return Problem(kind=kind, message=str(error), retry_after=error.retry_after)
    kind = REFUSED if isinstance(error, Refused) else AWAY
    return Problem(kind=kind, message=str(error))


def of_token(talk: Talk) -> OutsideError | None:
    """Why no token came; None where the carrier said nothing that means a failure."""
    failure = next((failure for failure in reversed(talk.failures) if failure.for_token), None)
    if failure is not None:
        return failure.error
    answer = next((exchange for exchange in reversed(talk.exchanges) if exchange.for_token), None)
    if answer is None or 200 <= answer.status < 300:
        return None
    who, status, told = talk.wire.who, answer.status, said(answer.body)
    if status == 429:
        return RateLimited(f"{who} was asked for tokens too often.", retry_after=retry_after(answer) or _WAIT)
    # RFC 6749, 5.2: wrong credentials are 400 or 401, with a body in JSON.
    if status in (401, 403) or (status == 400 and is_json(answer.body)):
        return Refused(_sentence(f"{who} refused the credentials ({status})", told))
    return Transient(f"{who} answered {status} when asked for a token.")


def retry_after(answer: Exchange) -> float | None:
    """Seconds, where the carrier says so."""
    return outbound.retry_after(answer.headers) if answer.headers.get("Retry-After", "").strip() else None


def is_json(body: bytes) -> bool:
    """Whether it is an object or a list."""
    return isinstance(parsed(body), dict | list)


def parsed(body: bytes) -> Any:
    """The JSON; None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def said(body: bytes) -> str:
    """The first words for people in an answer; empty where there are none."""
    found = _words(parsed(body), depth=6)
    return " ".join(found.split())[:_SHOWN]


def _words(told: Any, depth: int) -> str:
    if depth and isinstance(told, list):
        return next((found for item in told[:5] if (found := _words(item, depth - 1))), "")
    if not depth or not isinstance(told, dict):
        return ""
    direct = next((told[word] for word in _WORDS if isinstance(told.get(word), str) and told[word].strip()), "")
    return direct or next((found for item in told.values() if (found := _words(item, depth - 1))), "")


def _sentence(start: str, told: str) -> str:
    return f"{start}: {told}" if told else f"{start}."
