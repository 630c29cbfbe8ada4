"""Trackers on karrio's connectors: karrio asks, the transport sends, our readers read what came over the wire.

karrio's own reading is not used: it calls out-for-delivery in transit, drops offsets of times, and lets an answer that
is no JSON spoil those of all other numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from integrations.carrier_api import (
    GARBLED,
    INVALID,
    NOT_FOUND,
    Account,
    Answer,
    Answers,
    Asked,
    Problem,
    TokenStore,
    Tracker,
)
from integrations.carriers.karrio import meaning
from integrations.carriers.karrio.line import Line, open_line
from integrations.carriers.karrio.reading import NO_NUMBER, Read, answer, is_number, plain, reader
from integrations.carriers.karrio.transport import Talk

_OF_THE_NUMBER = (NOT_FOUND, INVALID)


class OneByOne:
    """A carrier that is asked for one number with one call."""

    def __init__(self, line: Line, read: Read, more: Callable[[Any, Asked], Any] | None = None) -> None:
        self._line, self._read, self._more = line, read, more

    def track(self, asked: Sequence[Asked], *, now: datetime) -> Answers:
        """Ask for each."""
        answers, calls, token_calls = [], 0, 0
        for one in asked:
            if not is_number(one.number):
                answers.append(Answer(number=one.number, problem=NO_NUMBER))
                continue
            talk = self._line.talk(partial(self._ask, one))
            answers.append(self._answer(talk, one, now))
            calls, token_calls = calls + talk.calls, token_calls + talk.token_calls
        return Answers(answers=tuple(answers), calls=calls, token_calls=token_calls)

    def _answer(self, talk: Talk, one: Asked, now: datetime) -> Answer:
        trouble = self._line.trouble(talk)
        raw = meaning.parsed(talk.answer.body) if talk.answer is not None else None
        if trouble is None:
            return answer(self._read, raw, one, now=now)
        if trouble.kind in _OF_THE_NUMBER:  # the carrier's own words know better than its status
            told = answer(self._read, raw, one, now=now).problem
            trouble = told if told is not None and told.kind != GARBLED else trouble
        return Answer(number=one.number, problem=trouble)

    def _ask(self, one: Asked) -> None:
        request = self._line.requested([plain(one.number)])
        if self._more is not None:
            request = self._more(request, one)
        self._line.connection.proxy.get_tracking(request)


class AllAtOnce:
    """A carrier that is asked for many numbers with one call: FedEx."""

    def __init__(self, line: Line, read: Read, split: Callable[[Any], Mapping[str, Any]]) -> None:
        self._line, self._read, self._split = line, read, split

    def track(self, asked: Sequence[Asked], *, now: datetime) -> Answers:
        """Ask for all; each gets its part of the answer."""
        numbers = list(dict.fromkeys(plain(one.number) for one in asked if is_number(one.number)))
        if not numbers:
            return Answers(answers=tuple(Answer(number=one.number, problem=NO_NUMBER) for one in asked), calls=0)
        talk = self._line.talk(lambda: self._line.connection.proxy.get_tracking(self._line.requested(numbers)))
        trouble = self._line.trouble(talk)
        if trouble is not None and trouble.kind in _OF_THE_NUMBER:  # of so many, it says nothing of any one
            trouble = Problem(kind=GARBLED, message=trouble.message)
        raw = None if trouble or talk.answer is None else meaning.parsed(talk.answer.body)
        parts = self._split(raw)
        answers = [self._one(parts, one, trouble, now) for one in asked]
        return Answers(answers=tuple(answers), calls=talk.calls, token_calls=talk.token_calls)

    def _one(self, parts: Mapping[str, Any], one: Asked, trouble: Problem | None, now: datetime) -> Answer:
        if trouble or not is_number(one.number):
            return Answer(number=one.number, problem=trouble if is_number(one.number) else NO_NUMBER)
        part = parts.get(plain(one.number))
        if part is None:
            missing = Problem(kind=GARBLED, message=f"{self._line.who} answered, but nothing of this number.")
            return Answer(number=one.number, problem=missing)
        return answer(self._read, part, one, now=now)


def open_ups(account: Account, tokens: TokenStore, **wire: Any) -> Tracker:
    """UPS' Track API: one GET for each number."""
    return OneByOne(open_line(account, tokens, "ups", "UPS", **wire), reader("ups"))


def open_usps(account: Account, tokens: TokenStore, **wire: Any) -> Tracker:
    """USPS' Tracking 3.0: one GET for each number."""
    return OneByOne(open_line(account, tokens, "usps", "USPS", **wire), reader("usps"))


def open_fedex(account: Account, tokens: TokenStore, **wire: Any) -> Tracker:
    """FedEx' Track API: one POST for up to 30 numbers."""
    return AllAtOnce(open_line(account, tokens, "fedex", "FedEx", **wire), reader("fedex"), _of_fedex)


def open_dhl(account: Account, tokens: TokenStore, **wire: Any) -> Tracker:
    """DHL's Unified Tracking: one GET for each number."""
    key = {"consumer_key": account.credentials.get("consumer_key", ""), "consumer_secret": ""}
    account = Account(carrier="dhl", key=account.key, credentials=key, is_test=False, origin=account.origin)
    return OneByOne(open_line(account, tokens, "dhl_universal", "DHL", **wire), reader("dhl"), _with_postcode)


def _of_fedex(raw: Any) -> Mapping[str, Any]:
    """FedEx' answer by number."""
    output = raw.get("output") if isinstance(raw, dict) else None
    results = output.get("completeTrackResults") if isinstance(output, dict) else None
    parts = [part for part in results or () if isinstance(part, dict)] if isinstance(results, list) else []
    return {plain(str(part.get("trackingNumber", ""))): part for part in parts}


def _with_postcode(request: Any, asked: Asked) -> Any:
    """DHL tells more to who knows the receiver's postcode (Unified Tracking, recipientPostalCode)."""
    if asked.postcode:
        request.value[0].recipientPostalCode = asked.postcode
    return request
