"""How what karrio asks leaves the house: once, with time-outs, over TLS that is checked, and never unseen.

karrio itself knows no time-outs, turns the verification of certificates off for the whole process, loses statuses and
Retry-After, and sends a failed request twice where sentry_sdk is installed. `send` stands in the place of its only
function that opens connections (see `gate`). What goes out belongs to a `Talk`; what belongs to none does not go out.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.message import Message
from io import BytesIO
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from integrations.carriers import turns
from integrations.carriers.karrio.wire import Wire
from integrations.carriers.turns import HeldBack
from integrations.errors import OutsideError, Permanent

_LARGEST = 16 * 1024 * 1024  # bytes; a label of several pages has less than one
# Statuses on which karrio sends again by itself (helpers.RETRYABLE_STATUS_CODES): they reach it as something else.
_KARRIO_REPEATS = frozenset({500, 502, 503, 504, 522, 524})
_form = "application/x-www-form-urlencoded"  # what urllib says of a body where the caller says nothing


class NoAnswer(Exception):
    """Passes through karrio, which handles only what urllib raises: what came instead is in the Talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request that was answered. `for_token`: it asked for a token."""

    method: str
    status: int
    headers: requests.structures.CaseInsensitiveDict[str] = field(repr=False)
    body: bytes = field(repr=False)
    for_token: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A request that was not. `sent` False: it certainly never left."""

    error: OutsideError
    sent: bool
    for_token: bool = False


class Talk:
    """What is said with a carrier for one question, in the thread that asks.

    `exchanges` and `failures` in their order. `on_reply` is given each answer's bytes before anybody reads them, those
    with tokens in them apart; `reply_error` is what it raised. `tokens` are the kept ones that were used: (key, token).
    `tripped`: why karrio asked nothing.
    """

    def __init__(self, wire: Wire, *, on_reply: Callable[[bytes], None] | None = None) -> None:
        self.wire, self.on_reply = wire, on_reply
        self.exchanges: list[Exchange] = []
        self.failures: list[Failure] = []
        self.tokens: list[tuple[str, str]] = []
        self.token_error: OutsideError | None = None
        self.reply_error: Exception | None = None
        self.tripped: Exception | None = None
        self._for_token = False

    @property
    def calls(self) -> int:
        """Requests that went out, those for tokens apart."""
        return self._count(for_token=False)

    @property
    def token_calls(self) -> int:
        """Requests for tokens that went out."""
        return self._count(for_token=True)

    def _count(self, *, for_token: bool) -> int:
        answered = sum(exchange.for_token is for_token for exchange in self.exchanges)
        return answered + sum(
            failure.for_token is for_token and not isinstance(failure.error, HeldBack) for failure in self.failures
        )

    @property
    def answer(self) -> Exchange | None:
        """The answer to the question itself."""
        return next((exchange for exchange in reversed(self.exchanges) if not exchange.for_token), None)

    @property
    def failure(self) -> Failure | None:
        """What kept the question itself from being answered."""
        return next((failure for failure in reversed(self.failures) if not failure.for_token), None)

    @contextmanager
    def begun(self) -> Iterator["Talk"]:
        """What karrio sends within belongs to this talk."""
        before = _talk.set(self)
        try:
            yield self
        finally:
            _talk.reset(before)

    @contextmanager
    def asking_for_token(self) -> Iterator[None]:
        """What is sent within asks for a token."""
        self._for_token = True
        try:
            yield
        finally:
            self._for_token = False

    def send(self, request: Request) -> "Reply":
        """Send a request of karrio's, once."""
        headers = {name: str(value) for name, value in request.header_items()}
        body: Any = request.data
        if body is not None and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = _form
        try:
            address = self.wire.address(request.full_url)
            turns.take()
            answer = self.wire.line().send(
                request.get_method(),
                address,
                headers=headers,
                data=body,
                answer_seconds=self.wire.answer_seconds,
                largest=_LARGEST,
            )
        except OutsideError as error:
            self.failures.append(Failure(error=error, sent=was_sent(error), for_token=self._for_token))
            raise NoAnswer(str(error)) from error
        return self._answered(request, answer)

    def _answered(self, request: Request, answer: requests.Response) -> "Reply":
        status, body = answer.status_code, answer.content
        self.exchanges.append(
            Exchange(
                method=request.get_method(),
                status=status,
                headers=answer.headers,
                body=body,
                for_token=self._for_token,
            )
        )
        self._give(body)
        if status in _KARRIO_REPEATS or 300 <= status < 400:
            raise NoAnswer(f"{self.wire.who} answered {status}.")
        headers = Message()
        for name, value in answer.headers.items():
            headers[name] = value
        if status >= 400:
            raise HTTPError(request.full_url, status, answer.reason or "", headers, BytesIO(body))
        return Reply(body, status, headers)

    def _give(self, body: bytes) -> None:
        if self.on_reply is None or self._for_token:
            return
        try:
            self.on_reply(body)
        except Exception as error:
            self.reply_error = error  # karrio takes some errors for the carrier's, and sends again
            raise NoAnswer("The reply could not be kept.") from error


class Reply:
    """An answer in the shape that karrio takes from urllib."""

    def __init__(self, body: bytes, status: int, headers: Message) -> None:
        self.status, self.headers, self.url = status, headers, None
        self._body = body

    def read(self) -> bytes:
        """The whole body."""
        return self._body

    def __enter__(self) -> "Reply":
        return self

    def __exit__(self, *_: object) -> None:
        return None


_talk: ContextVar[Talk | None] = ContextVar("karrio_talk", default=None)


def current() -> Talk | None:
    """The talk to which what is sent now belongs."""
    return _talk.get()


def send(request: Request, timeout: float | None = None) -> Reply:  # noqa: ARG001 - what karrio calls it with
    """What karrio calls instead of urllib."""
    talk = _talk.get()
    if talk is None:
        raise NoAnswer("karrio wanted to call somebody on its own account.")
    return talk.send(request)


def was_sent(error: OutsideError) -> bool:
    """Whether the request may have reached the other side; False only where it certainly did not."""
    if isinstance(error, HeldBack):
        return False
    cause = error.__context__
    if cause is None:  # our own: plain http is not called; an answer that is too large was one
        return "answered" in str(error)
    if isinstance(cause, requests.exceptions.SSLError):
        return not any(word in str(cause) for word in ("CERTIFICATE", "WRONG_VERSION_NUMBER"))
    if isinstance(error, Permanent) or isinstance(cause, requests.exceptions.ConnectTimeout):
        return False
    reason = getattr(cause.args[0] if cause.args else None, "reason", None)
    return not isinstance(reason, NewConnectionError | ConnectTimeoutError)
