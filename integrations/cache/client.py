"""The connection to Redis, and by which run of it: what a server that was restarted remembers may be too old."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError, ResponseError
from redis.retry import Retry

from integrations.errors import Transient

_SECONDS = 0.25  # a shopper waits no longer for the cache; the tables have it all
_PAUSE = 0.5  # seconds without a try after Redis did not answer
_log = structlog.get_logger(__name__)


class Client:
    """Redis for pages. `run` names the present run of the server, from the first connection on.

    Safe to share among threads.
    """

    def __init__(self, url: str) -> None:
        options: dict[str, Any] = {"socket_timeout": _SECONDS, "retry": Retry(NoBackoff(), 0)}
        if not url.startswith("unix"):
            options["socket_connect_timeout"] = _SECONDS
        self.redis = Redis.from_url(url, redis_connect_func=self._greet, **options)
        self.run = ""
        self._silent_until = 0.0
        self._local = threading.local()

    def _greet(self, connection: Any) -> None:
        """Every connection is to the run that its server told: connections do not outlive a server."""
        connection.on_connect()
        connection.send_command("INFO", "server")
        try:
            told = connection.read_response()
        except ResponseError:  # a server that tells nobody: what it remembers after a restart is taken for good
            told = b""
        text = told if isinstance(told, str) else bytes(told).decode("ascii", "replace")
        found = [line.partition(":")[2] for line in text.splitlines() if line.startswith("run_id:")]
        self.run = found[0].strip()[:8] if found else "any"

    def connected(self) -> str:
        """The server's present run; connects where nobody did yet. Raises Transient."""
        if not self.run:
            with self.reached():
                self.redis.ping()
        return self.run

    def quickly(self, *words: Any) -> Any:
        """One command on a connection that only this thread has: half of what the pool's way costs.

        Raises NoScriptError for a script that the server does not know, otherwise as `reached`.
        """
        with self.reached():
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = self.redis.connection_pool.make_connection()
            try:
                connection.send_command(*words, check_health=False)
                return connection.read_response()
            except ResponseError:
                raise
            except BaseException:
                connection.disconnect()  # what comes next on it would be the answer to this
                raise

    @contextmanager
    def reached(self) -> Iterator[None]:
        """Calls within either reach Redis or raise Transient, soon; for half a second after one failed, at once."""
        if time.monotonic() < self._silent_until:
            raise Transient("the cache is away")
        try:
            yield
        except NoScriptError:
            raise
        except (RedisError, OSError) as error:
            self._silent_until = time.monotonic() + _PAUSE
            _log.warning("cache.unreachable", error=type(error).__name__, effect="pages are read from the tables")
            raise Transient(f"the cache is away: {type(error).__name__}") from error
