"""karrio's cache as karrio sees it, over the tokens that all workers share.

karrio asks for tokens through `thread_safe(…).get_state()`, whose lock is made anew for each call (ten threads on a
cold cache made seven token calls), and keeps them for a day whatever their life.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from integrations.carrier_api import Account, TokenStore
from integrations.carriers.karrio import meaning, transport
from integrations.errors import OutsideError, Transient

_DEFAULT_LIFE = 600.0  # seconds, of tokens whose life nobody told


class KeptTokens:
    """Stands for karrio.core.utils.caching.Cache on one account."""

    def __init__(self, store: TokenStore, account: Account) -> None:
        self._store, self._account = store, account
        self._values: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        """What a connector kept here by itself; it lives as long as the connection does."""
        return self._values.get(key)

    def set(self, key: str, value: Any, **_: Any) -> None:
        """Keep it."""
        self._values[key] = value() if callable(value) else value

    def thread_safe(
        self,
        refresh_func: Callable[[], Mapping[str, Any]],
        cache_key: str,
        token_field: str = "access_token",  # noqa: S107 - a field's name
        expiry_field: str = "expiry",
        expiry_format: str = "%Y-%m-%d %H:%M:%S",
        **_: Any,
    ) -> "Asking":
        """What karrio calls for a token; the key holds the credentials, so it is kept as a digest."""
        account = self._account
        parts = (account.key, cache_key, token_field, str(account.is_test), account.origin)
        name = f"{account.carrier}:{sha256('|'.join(parts).encode()).hexdigest()}"

        def fetch() -> tuple[str, float]:
            told = _asked(refresh_func)
            token = told.get(token_field)
            if not token:
                raise Transient(f"{account.carrier} answered without a token.")
            return str(token), _life(told, expiry_field, expiry_format)

        return Asking(self._store, name, fetch)


class Asking:
    """Stands for karrio.core.utils.caching.ThreadSafeTokenManager."""

    def __init__(self, store: TokenStore, name: str, fetch: Callable[[], tuple[str, float]]) -> None:
        self._store, self._name, self._fetch = store, name, fetch

    def get_token(self) -> str:
        """The token. What keeps it from coming is the talk's `token_error`, too."""
        talk = transport.current()
        try:
            token = self._store.token(self._name, self._fetch)
        except OutsideError as error:
            if talk is not None:
                talk.token_error = error
            raise
        if talk is not None:
            talk.tokens.append((self._name, token))
        return token

    get_state = get_token


def _asked(refresh: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """What the carrier answers; its refusal in our words."""
    talk = transport.current()
    if talk is None:
        raise Transient("A token was asked for outside of a talk.")
    told: Mapping[str, Any] = {}
    tripped: Exception | None = None
    try:
        with talk.asking_for_token():
            told = refresh()
    except OutsideError:  # of a token that is needed for this one
        raise
    except Exception as error:  # noqa: BLE001 - karrio raises whatever it trips over; what was said is in the talk
        tripped = error
    if trouble := meaning.of_token(talk):  # karrio takes some refusals for answers
        raise trouble
    if tripped is not None:
        raise Transient(f"{talk.wire.who}: asking for a token failed ({type(tripped).__name__}).")
    return told


def _life(told: Mapping[str, Any], expiry_field: str, expiry_format: str) -> float:
    """Seconds. karrio's own expiry is local time without a zone."""
    try:
        return float(told["expires_in"])
    except (KeyError, TypeError, ValueError):
        pass
    try:
        until = datetime.strptime(str(told[expiry_field]), expiry_format)  # noqa: DTZ007 - as karrio writes it
        return (until - datetime.now()).total_seconds()  # noqa: DTZ005
    except (KeyError, ValueError):
        return _DEFAULT_LIFE
