"""Access tokens of carriers: asked for once, kept in Redis for all workers, sealed.

Carriers count requests for tokens (USPS among the 60 calls of an hour), so ten threads of two workers that find none
ask once: they wait for each other, first in their process, then on a lock in Redis. Without Redis every process keeps
its own.
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import Any, Protocol

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import LockError, RedisError
from redis.retry import Retry

from commerce.vault import UnableToDecrypt
from integrations.carrier_api import Fetch
from integrations.errors import OutsideError

_MARGIN = 300.0  # seconds before its end from which on a token is not used, at most a tenth of its life
_SHORTEST = 10.0  # seconds; what lives shorter is not kept
_LONGEST = 86400.0
_ASKING = 60  # seconds for which the lock holds: a connection and an answer take 25 at most
_SECONDS = 1.0  # until Redis counts as away
_log = structlog.get_logger(__name__)


class Seal(Protocol):
    """Encrypts what is kept, as commerce.vault.Vault does."""

    def seal(self, text: str) -> str:
        """Encrypt."""

    def open(self, sealed: str) -> str:
        """Decrypt. Raises UnableToDecrypt."""


class Tokens:
    """The TokenStore of a process. Safe to share among threads."""

    def __init__(self, redis: "Redis", seal: Seal) -> None:
        self._redis, self._seal = redis, seal
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()
        self._own: dict[str, tuple[str, float]] = {}
        self._failed: dict[str, tuple[float, OutsideError]] = {}

    def token(self, key: str, fetch: Fetch) -> str:
        """The token kept under the key, or what `fetch` gets, asked for once however many want it. Raises what it
        raises, for all who waited."""
        name, began = _name(key), time.monotonic()
        if token := self._kept(name):
            return token
        with self._guard:
            lock = self._locks[name]
        with lock:
            if token := self._kept(name):
                return token
            failed_at, error = self._failed.get(name, (-1.0, None))
            if error is not None and failed_at >= began:
                raise error
            with self._alone(name):
                return self._kept(name) or self._fetched(name, fetch)

    def drop(self, key: str, token: str) -> None:
        """The carrier refused that token before its time; one that came in its place meanwhile stays."""
        name = _name(key)
        if self._own.get(name, ("", 0.0))[0] == token:
            self._own.pop(name, None)
        with suppress(RedisError, OSError):
            if self._opened(self._redis.get(name)) == token:
                self._redis.delete(name)

    def _fetched(self, name: str, fetch: Fetch) -> str:
        try:
            token, seconds = fetch()
        except OutsideError as error:
            self._failed[name] = (time.monotonic(), error)
            raise
        self._failed.pop(name, None)
        left = min(seconds, _LONGEST) - min(_MARGIN, seconds / 10)
        if left >= _SHORTEST:
            self._own[name] = (token, time.monotonic() + left)
            text = json.dumps({"token": token, "until": time.time() + left})
            with suppress(RedisError, OSError):
                self._redis.set(name, self._seal.seal(text), px=int(left * 1000))
        return token

    def _kept(self, name: str) -> str:
        """The token that all share; where Redis is away, this process's own."""
        try:
            return self._opened(self._redis.get(name))
        except (RedisError, OSError):
            token, until = self._own.get(name, ("", 0.0))
            return token if time.monotonic() < until else ""

    def _opened(self, kept: object) -> str:
        if not kept:
            return ""
        try:
            told = json.loads(self._seal.open(kept.decode() if isinstance(kept, bytes) else str(kept)))
            return str(told["token"]) if told["until"] > time.time() else ""
        except (UnableToDecrypt, ValueError, KeyError, TypeError):  # of another SECRET_KEY, or not ours
            return ""

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """Within, nobody else asks; without Redis, nobody of this process."""
        lock = self._redis.lock(f"{name}:asking", timeout=_ASKING, sleep=0.05, blocking_timeout=_ASKING)
        held = False
        try:
            held = lock.acquire()
        except (RedisError, OSError) as error:
            _log.warning("tokens.redis_away", error=type(error).__name__, effect="every process asks for its own token")
        try:
            yield
        finally:
            if held:
                with suppress(LockError, RedisError, OSError):
                    lock.release()


def open_tokens(redis_url: str, seal: Seal) -> Tokens:
    """The tokens in that Redis; it is called when first used, and never waited for."""
    options: dict[str, Any] = {"socket_timeout": _SECONDS, "retry": Retry(NoBackoff(), 0)}
    if not redis_url.startswith("unix"):
        options["socket_connect_timeout"] = _SECONDS
    return Tokens(Redis.from_url(redis_url, **options), seal)


def _name(key: str) -> str:
    return f"backroom:carrier-token:{sha256(key.encode()).hexdigest()[:32]}"
