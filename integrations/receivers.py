"""Merchants' own receivers of webhooks: what is sent to them, signed as Standard Webhooks has it, and what they answer.

Source: standardwebhooks.com, specification 1.0.0: `webhook-id`, `webhook-timestamp`, `webhook-signature`; several
signatures, one for each secret that holds, are separated by spaces; the time is that of the try.
"""

import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from commerce.rules.outgoing.tries import TIMEOUT_SECONDS, is_success
from integrations.channels.webhook import signed_headers
from integrations.deadlines import within
from integrations.errors import OutsideError
from integrations.outbound import Outbound, is_public, retry_after

LONGEST_ANSWER = 4096  # bytes of an answer that are kept
LONGEST_URL = 2000
_LONGEST_HEADER, _MOST_HEADERS = 300, 30
_NEVER_KEPT = {"set-cookie", "authorization", "proxy-authorization", "www-authenticate"}
_SECRET_BYTES = 32  # the specification: 24 to 64
_WHO = "The endpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent: `key` stays the same with every try, `body` is the very text that is signed."""

    key: str
    body: str
    secrets: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a try. `status` None: none came, `error` says why; it is empty for a success. `wished`: seconds
    for which the receiver asks to be left alone."""

    status: int | None
    error: str
    seconds: float
    sent: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    is_cut: bool = False
    wished: float | None = None


def new_secret() -> str:
    """A secret as receivers' libraries take it."""
    return f"whsec_{b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


def wrong_url(url: str, *, allow_private_hosts: bool) -> str:
    """What is wrong with the address of an endpoint, "" where nothing is. It is looked at again with each call."""
    if not url.startswith("https://") and not (allow_private_hosts and url.startswith("http://")):
        return "The address has to begin with https://."
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        return f"The address can have at most {LONGEST_URL} letters, numbers and signs, and no spaces."
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "This is no address."
    if not host:
        return "There is no host in this address."
    if "@" in parts.netloc or parts.fragment:
        return "The address can hold neither a name and password nor a part behind #."
    if not allow_private_hosts and not is_public(url):
        return "There is no such host on the internet, or it is in a private network."
    return ""


class Receiver:
    """A merchant's endpoint; its connections are kept open. One per thread of work."""

    def __init__(self, url: str, *, ca_bundle: str = "", allow_private_hosts: bool = False) -> None:
        self._url = url
        self._outbound = Outbound(_WHO, ca_bundle=ca_bundle, allow_private_hosts=allow_private_hosts)

    def close(self) -> None:
        """Close its connections."""
        self._outbound.close()

    def send(self, message: Message, *, now: datetime, seconds: float = TIMEOUT_SECONDS) -> Answer:
        """Send it, and wait for an answer for that long, all in all. Never raises for what the other end does."""
        sent = _headers(message, now)
        began = monotonic()
        with within(seconds) as deadline:
            try:
                told = self._told(message, sent, seconds)
            except OutsideError as error:
                told = {"status": None, "error": str(error)}
        if deadline.has_passed and told["status"] is None:
            told["error"] = f"{_WHO} did not answer within {seconds:g} seconds."
        return Answer(sent=sent, seconds=monotonic() - began, **told)

    def _told(self, message: Message, sent: Mapping[str, str], seconds: float) -> dict[str, Any]:
        body = message.body.encode()
        with self._outbound.stream("POST", self._url, headers=sent, answer_seconds=seconds, data=body) as answer:
            content, is_cut = self._beginning(answer)
            status = answer.status_code
            wished = retry_after(answer.headers) if "Retry-After" in answer.headers else None
            return {
                "status": status,
                "error": "" if is_success(status) else _error(status),
                "headers": _kept(answer.headers),
                "body": content.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}"),
                "is_cut": is_cut,
                "wished": wished,
            }

    def _beginning(self, answer: Any) -> tuple[bytes, bool]:
        """The first bytes of an answer, and whether there are more, which nobody reads. Where it breaks off, its status
        counts all the same."""
        content = b""
        try:
            for chunk in self._outbound.chunks(answer):
                content += chunk
                if len(content) > LONGEST_ANSWER:
                    return content[:LONGEST_ANSWER], True
        except OutsideError:
            return content[:LONGEST_ANSWER], True
        return content, False


def _headers(message: Message, now: datetime) -> dict[str, str]:
    signed = signed_headers(message.secrets, key=message.key, body=message.body, at=now)
    return {"Content-Type": "application/json", "User-Agent": "Backroom-Webhooks/1", **signed}


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    told = [(name, value) for name, value in headers.items() if name.lower() not in _NEVER_KEPT]
    return {name[:100]: value.replace("\x00", "")[:_LONGEST_HEADER] for name, value in told[:_MOST_HEADERS]}


def _error(status: int) -> str:
    if 300 <= status < 400:
        return f"It answered {status}: redirects are not followed. Enter the address that it leads to."
    if status == 410:
        return "It answered 410: it wants nothing any more."
    return f"It answered {status}."
