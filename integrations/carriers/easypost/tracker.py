"""EasyPost's trackers (docs.easypost.com, /v2/trackers): it follows a parcel from when it is told of it.

Known numbers are asked for many at a time; those that it does not know yet are told to it, one call each. To tell it
again is harmless: within three months it answers with the tracker that it has.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

from integrations.carrier_api import GARBLED, Account, Answer, Answers, Asked, Problem, TokenStore, Tracker
from integrations.carriers.karrio import meaning
from integrations.carriers.karrio.reading import Read, answer, plain, reader
from integrations.carriers.karrio.transport import NoAnswer, Talk
from integrations.carriers.karrio.wire import Wire

_HOST = "https://api.easypost.com/v2"
# How EasyPost calls those whose numbers may be another carrier's as well.
_CARRIERS = {"ups": "UPS", "fedex": "FedEx", "usps": "USPS"}


@dataclass(frozen=True, slots=True)
class _Heard:
    """An answer, or why there is none, and the calls that it took."""

    told: Any
    problem: Problem | None
    calls: int


class EasyPost:
    """The Tracker of an EasyPost account."""

    def __init__(self, wire: Wire, api_key: str, read: Read) -> None:
        self._wire, self._read = wire, read
        self._authorization = "Basic " + b64encode(f"{api_key}:".encode()).decode()

    def track(self, asked: Sequence[Asked], *, now: datetime) -> Answers:
        """Ask for all that it knows, and tell it of the others."""
        numbers = list(dict.fromkeys(plain(one.number) for one in asked))
        heard = self._call("/trackers/batch", {"tracking_codes": numbers})
        if heard.problem is not None:
            failed = tuple(Answer(number=one.number, problem=heard.problem) for one in asked)
            return Answers(answers=failed, calls=heard.calls)
        known, calls, answers = _newest(heard.told), heard.calls, []
        for one in asked:
            tracker, problem = known.get(plain(one.number)), None
            if tracker is None:
                heard = self._told_of(one)
                tracker, problem, calls = heard.told, heard.problem, calls + heard.calls
            if problem is None:
                answers.append(answer(self._read, tracker, one, now=now))
            else:
                answers.append(Answer(number=one.number, problem=problem))
        return Answers(answers=tuple(answers), calls=calls)

    def _told_of(self, one: Asked) -> _Heard:
        carrier = _CARRIERS.get(one.carrier)
        tracker = {"tracking_code": plain(one.number), **({"carrier": carrier} if carrier else {})}
        return self._call("/trackers", {"tracker": tracker})

    def _call(self, path: str, body: Mapping[str, Any]) -> _Heard:
        headers = {"Authorization": self._authorization, "Content-Type": "application/json"}
        request = Request(_HOST + path, json.dumps(body).encode(), headers, method="POST")  # noqa: S310 - our own
        talk = Talk(self._wire)
        try:
            talk.send(request)
        except (NoAnswer, HTTPError):
            return _Heard(None, meaning.of_talk("EasyPost", talk), talk.calls)
        told = meaning.parsed(talk.answer.body) if talk.answer else None
        if not isinstance(told, dict):
            return _Heard(None, Problem(kind=GARBLED, message="EasyPost answered what cannot be read."), talk.calls)
        return _Heard(told, None, talk.calls)


def _newest(told: Mapping[str, Any]) -> dict[str, Any]:
    """Trackers by number; of those for the same number the one that was made last."""
    trackers = told.get("trackers")
    rows = [row for row in trackers if isinstance(row, dict)] if isinstance(trackers, list) else []
    rows.sort(key=lambda row: str(row.get("created_at") or ""))
    return {plain(str(row.get("tracking_code") or "")): row for row in rows}


def open_easypost(account: Account, _tokens: TokenStore, **wire: Any) -> Tracker:
    """The tracker of an account; nothing is sent yet. `wire`: as of Wire."""
    return EasyPost(
        Wire("EasyPost", origin=account.origin, **wire), account.credentials.get("api_key", ""), reader("easypost")
    )
