"""An account's connection through karrio, and questions that are asked on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from integrations.carrier_api import GARBLED, REFUSED, Account, Problem, TokenStore
from integrations.carriers.karrio import meaning
from integrations.carriers.karrio.gate import Karrio, karrio
from integrations.carriers.karrio.kept_tokens import KeptTokens
from integrations.carriers.karrio.transport import Talk
from integrations.carriers.karrio.wire import Wire

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Line:
    """An account's connection through karrio."""

    who: str
    wire: Wire
    connection: Any
    karrio: Karrio
    tokens: TokenStore = field(repr=False)

    def talk(self, ask: Callable[[], Any]) -> Talk:
        """Have karrio ask, once more where a kept token was refused. Only for questions, which may be repeated."""
        return self.heard(ask)[0]

    def heard(self, ask: Callable[[], Any]) -> tuple[Talk, Exception | None]:
        """As `talk`, with what karrio tripped over."""
        talk, error = self.once(ask)
        if talk.answer is None or talk.answer.status != 401 or not self.dropped(talk):
            return talk, error
        again, error = self.once(ask)
        again.exchanges[:0] = talk.exchanges
        return again, error

    def dropped(self, talk: Talk) -> bool:
        """Whether a kept token was used that was refused, and is kept no longer; a new one is refused for good."""
        if talk.token_calls or not talk.tokens:
            return False
        for key, token in talk.tokens:
            self.tokens.drop(key, token)
        return True

    def once(
        self, ask: Callable[[], Any], on_reply: Callable[[bytes], None] | None = None
    ) -> tuple[Talk, Exception | None]:
        """Have karrio ask, and what it tripped over."""
        talk = Talk(self.wire, on_reply=on_reply)
        with talk.begun():
            try:
                ask()
            except Exception as error:  # noqa: BLE001 - karrio trips over answers that we read ourselves
                if talk.answer is None and talk.failure is None and talk.token_error is None:
                    talk.tripped, told = error, f"{type(error).__name__}: {error}"[:300]
                    _log.warning("carriers.karrio_tripped", carrier=self.who, error=told)
                return talk, error
        return talk, None

    def requested(self, numbers: Sequence[str]) -> Any:
        """karrio's question for these numbers."""
        payload = self.karrio.models.TrackingRequest(tracking_numbers=list(numbers))
        return self.connection.mapper.create_tracking_request(payload)

    def trouble(self, talk: Talk) -> Problem | None:
        """What kept a talk from being answered; None where the answer is JSON to be read."""
        found = meaning.of_talk(self.who, talk)
        if found is None and talk.tripped is not None:
            kind = REFUSED if type(talk.tripped) is Exception else GARBLED  # it says so where credentials are missing
            return Problem(kind=kind, message=f"{self.who} was not asked: {talk.tripped}"[:300])
        if found is None and (talk.answer is None or not meaning.is_json(talk.answer.body)):
            return Problem(kind=GARBLED, message=f"{self.who} answered what cannot be read.")
        return found


def open_line(
    account: Account,
    tokens: TokenStore,
    connector: str,
    who: str,
    *,
    settings: Mapping[str, Any] | None = None,
    **wire: Any,
) -> Line:
    """Connect an account; nothing is sent yet. `settings` are karrio's, where they are not the credentials; `wire`: as
    of Wire. Raises KeyError for a connector that is not installed, UnableToGuardKarrio."""
    loaded = karrio()
    given = account.credentials if settings is None else settings
    settings = {"carrier_id": account.carrier, "test_mode": account.is_test, **given}
    return Line(
        who=who,
        wire=Wire(who, origin=account.origin, **wire),
        connection=loaded.connection(connector, settings, KeptTokens(tokens, account)),
        karrio=loaded,
        tokens=tokens,
    )
