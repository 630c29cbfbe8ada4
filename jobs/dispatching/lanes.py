"""A lane to one endpoint: what is due for it, a few calls at a time, connections that are kept open."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

import structlog

from commerce.database import Connection
from commerce.rules.outgoing.health import ACTIVE, Health, at_once
from commerce.rules.outgoing.names import TEST
from commerce.tables.outgoing import dispatches, endpoints
from commerce.vault import Vault
from integrations.receivers import Answer, Message, Receiver

USUALLY = 4  # calls to one endpoint at a time
_AHEAD = 40  # dispatches that are read at a time: what a merchant pauses meanwhile goes out all the same

_log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class Call:
    """A dispatch that is being sent, or was: `answer` then says what came of it."""

    row: Any
    endpoint_id: int
    url: str
    at: datetime
    began: float = field(default_factory=monotonic)
    answer: Answer | None = None


class Lane:
    """The way to one endpoint, for as long as a job runs."""

    def __init__(self, endpoint: Any, vault: Vault, *, open_receiver: Callable[[str], Receiver], now: datetime) -> None:
        self.endpoint_id, self.url = endpoint.id, endpoint.url
        self.health: Health = endpoints.health_of(endpoint)
        self._is_active = endpoint.state == ACTIVE
        self._secrets = endpoints.secrets_of(endpoint, vault, now=now)
        self._open_receiver, self._receivers = open_receiver, list[Receiver]()
        self._free: deque[Receiver] = deque()
        self._due: deque[Any] = deque()
        self._under_way: set[int] = set()

    def refresh(self, endpoint: Any) -> None:
        """The endpoint as it is by now. What was read for one that is another one now is read again."""
        is_same = (endpoint.url, endpoint.state == ACTIVE) == (self.url, self._is_active)
        self.health, self.url, self._is_active = endpoints.health_of(endpoint), endpoint.url, endpoint.state == ACTIVE
        if not is_same:
            self._due.clear()
            self._free.clear()

    def room(self, now: datetime) -> int:
        """How many more calls there may be. Tests go out whatever the endpoint's state."""
        most = at_once(self.health, now=now, usually=USUALLY) if self._is_active else 1
        return most - len(self._under_way)

    def read(self, db: Connection, shop_id: int, *, now: datetime) -> None:
        """Read what is due, where nothing is left of what was read before."""
        if self._due:
            return
        only_tests = not self._is_active or at_once(self.health, now=now, usually=1) == 0
        found = dispatches.batch(
            db,
            shop_id=shop_id,
            endpoint_id=self.endpoint_id,
            but=self._under_way,
            only_tests=only_tests,
            now=now,
            limit=_AHEAD,
        )
        self._due.extend(found)

    def next_call(self, now: datetime) -> Call | None:
        """What to send next; None where there is nothing, or no room."""
        while self._due:
            row = self._due[0]
            if row.name != TEST and self.room(now) <= 0:
                return None
            self._due.popleft()
            self._under_way.add(row.id)
            return Call(row=row, endpoint_id=self.endpoint_id, url=self.url, at=now)
        return None

    def send(self, call: Call) -> Call:
        """Send it, in a thread of its own: it does nothing but wait for the network."""
        receiver = self._free.pop() if self._free else self._opened(call.url)
        message = Message(key=call.row.key, body=call.row.body, secrets=self._secrets)
        try:
            call.answer = receiver.send(message, now=call.at)
        except Exception as error:  # noqa: BLE001 - one dispatch that cannot be sent must not hold up all others
            _log.exception("dispatch.broke", dispatch=call.row.id)
            why = f"Backroom broke ({type(error).__name__}); its log says more."
            call.answer = Answer(status=None, error=why, seconds=monotonic() - call.began)
        if call.url == self.url:
            self._free.append(receiver)
        return call

    def _opened(self, url: str) -> Receiver:
        receiver = self._open_receiver(url)
        self._receivers.append(receiver)
        return receiver

    def ended(self, call: Call) -> None:
        """The call is over and written down."""
        self._under_way.discard(call.row.id)

    def close(self) -> None:
        """Close its connections."""
        for receiver in self._receivers:
            receiver.close()
