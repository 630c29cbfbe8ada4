"""Calls to outside parties: time-outs, no redirects, a cap on what is read, no private networks, errors in our words.

The address is checked again where the connection is made, so that a name that is looked up twice cannot lead to a
private network the second time.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import LocationParseError, ProtocolError, ReadTimeoutError

from integrations.deadlines import Watched
from integrations.errors import OutsideError, Permanent, RateLimited, Refused, Transient, Unanswered
from integrations.networks import PrivateAddress, is_outside, refuse_private

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 30.0
LARGEST_ANSWER = 64 * 1024 * 1024
_LONGEST_WAIT = 3600.0
_DEFAULT_WAIT = 5.0
_NO_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    LocationParseError,  # a host's name that is too long, which requests lets through
)
_WORDS: dict[type[BaseException], str] = {
    socket.gaierror: "nobody knows the name of its server",
    ConnectionRefusedError: "nothing answers at its address",
    ConnectionResetError: "it closed the connection",
}
_SHOWN = 200  # characters of an answer that an error shows


class _Http(Watched, HTTPConnection):
    pass


class _Https(Watched, HTTPSConnection):
    pass


class _GuardedHttp(_Http):
    def _new_conn(self) -> socket.socket:
        refuse_private(self.host, self.port)
        return _checked(super()._new_conn())


class _GuardedHttps(_Https):
    def _new_conn(self) -> socket.socket:
        refuse_private(self.host, self.port)
        return _checked(super()._new_conn())


def _checked(connection: socket.socket) -> socket.socket:
    """The connection, closed at once where its other end is no public address."""
    host = connection.getpeername()[0]
    if not is_outside(host):
        connection.close()
        raise PrivateAddress(f"{host} is in a private network")
    return connection


def _pools(http: Any, https: Any) -> dict[str, Any]:
    named = {"http": (HTTPConnectionPool, http), "https": (HTTPSConnectionPool, https)}
    return {scheme: type("Pool", (pool,), {"ConnectionCls": kind}) for scheme, (pool, kind) in named.items()}


_OPEN, _GUARDED = _pools(_Http, _Https), _pools(_GuardedHttp, _GuardedHttps)


class _Adapter(HTTPAdapter):
    """requests' adapter with connections that look where they lead, and that end with their calls."""

    pools = _OPEN

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.pools


class _Guarded(_Adapter):
    pools = _GUARDED


class Outbound:
    """A session to outside parties. `who` is whom errors name. One per thread of work; connections are kept open."""

    def __init__(self, who: str, *, ca_bundle: str = "", allow_private_hosts: bool = False) -> None:
        self._who = who
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = ca_bundle or True
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter() if allow_private_hosts else _Guarded())

    def close(self) -> None:
        """Close its connections."""
        self._session.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        largest: int = LARGEST_ANSWER,
        **options: Any,
    ) -> requests.Response:
        """Send a request and read its answer, whatever its status. Raises Transient where none came.

        `options` are those of requests (params, json, data, auth). Redirects are not followed.
        """
        with self.stream(method, url, headers=headers, answer_seconds=answer_seconds, **options) as answer:
            body = bytearray()
            for chunk in self.chunks(answer):
                body += chunk
                if len(body) > largest:
                    raise Permanent(f"{self._who} answered with more than {largest:,} bytes.")
            answer._content = bytes(body)  # noqa: SLF001 - what requests itself does when it reads a body
            return answer

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        **options: Any,
    ) -> Iterator[requests.Response]:
        """Send a request and give the answer with its body unread."""
        with _transient(self._who):
            answer = self._session.request(
                method,
                url,
                headers={"User-Agent": "Backroom", **(headers or {})},
                timeout=(CONNECT_SECONDS, answer_seconds),
                allow_redirects=False,
                stream=True,
                **options,
            )
        with answer:
            yield answer

    def chunks(self, answer: requests.Response) -> Iterator[bytes]:
        """The body of an answer of `stream`, piece by piece. Raises Transient where it breaks off."""
        with _transient(self._who):
            yield from answer.iter_content(1 << 16)


@contextmanager
def _transient(who: str) -> Iterator[None]:
    """Turn what requests raises into our errors; addresses stay out of them, as they may hold keys."""
    try:
        yield
    except OutsideError:
        raise
    except requests.exceptions.SSLError as error:
        if "CERTIFICATE" in str(error):
            raise Transient(f"{who}: its certificate is not accepted ({_root(error)}).") from None
        raise Transient(f"{who} does not speak https at this address.") from None
    except requests.exceptions.ConnectTimeout:
        raise Transient(f"{who} did not answer in time.") from None
    except requests.exceptions.Timeout:
        raise Unanswered(f"{who} did not answer in time.") from None
    except _NO_ADDRESS:
        raise Permanent(f"{who}: the address is not one that can be called.") from None
    except (requests.exceptions.RequestException, OSError) as error:
        if isinstance(_root(error), PrivateAddress):
            raise Permanent(f"{who}: {_root(error)}. ALLOW_PRIVATE_HOSTS=1 allows that, for tests.") from None
        missed = Unanswered if _was_connected(error) else Transient
        raise missed(f"{who} cannot be reached: {_plain(_root(error))}.") from None


def _was_connected(error: BaseException) -> bool:
    """Whether the connection broke only after it was there, so that the request may have gone through."""
    if isinstance(error, requests.exceptions.ConnectionError):
        return any(isinstance(inner, ProtocolError | ReadTimeoutError) for inner in error.args)
    return isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError)


def _plain(error: BaseException) -> str:
    """Why a connection failed, in plain words where there are some."""
    for kind, words in _WORDS.items():
        if isinstance(error, kind):
            return words
    return f"the connection broke ({type(error).__name__})"


def _root(error: BaseException) -> BaseException:
    """What lies at the bottom of an exception that wraps others."""
    for inner in (getattr(error, "reason", None), *error.args, error.__cause__, error.__context__):
        if isinstance(inner, BaseException) and inner is not error:
            return _root(inner)
    return error


def checked(answer: requests.Response, who: str) -> requests.Response:
    """The answer where it is a success. Raises what its status means; a part of the body is shown, never a header."""
    status = answer.status_code
    if status < 300:
        return answer
    shown = " ".join(answer.text[:_SHOWN].split())
    if status in (429, 503) and (status == 429 or "Retry-After" in answer.headers):
        raise RateLimited(f"{who} was asked too often ({status}).", retry_after=retry_after(answer.headers))
    if status in (408, 425) or status >= 500:
        raise Transient(f"{who} answered {status}: {shown}")
    if status == 401:
        raise Refused(f"{who} refused the key or token (401): {shown}")
    raise Permanent(f"{who} answered {status}: {shown}")


def retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float:
    """Seconds to wait that Retry-After names, as a number or as a date (RFC 9110, 10.2.3); 5 where it names none."""
    told = headers.get("Retry-After", "").strip()
    try:
        seconds = float(told)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(told) - (now or datetime.now(UTC))).total_seconds()
        except (TypeError, ValueError, OverflowError):
            seconds = _DEFAULT_WAIT
    return min(max(seconds, 1.0), _LONGEST_WAIT) if seconds == seconds else _DEFAULT_WAIT  # noqa: PLR0124 - NaN


def is_public(url: str) -> bool:
    """Whether every address that the URL's host has now is a public one; False where it has none."""
    try:
        parts = urlsplit(url)
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, proto=socket.IPPROTO_TCP)
        return bool(found) and all(is_outside(str(entry[4][0])) for entry in found)
    except (OSError, ValueError, UnicodeError):
        return False
