"""The short way for pages that are kept: answered before Flask sees the request. Everything else goes the usual way.

A product's page is asked for far more often than anything else, and making a Flask request of it costs more than
reading it. Who may ask, what is answered and how it is counted is the same on both ways.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from commerce.database import UNREACHABLE
from commerce.rules import page_names
from integrations.errors import Transient
from webapp.parts import Parts
from webapp.reading import allowances, page_answers, store_pages
from webapp.reading.kept import Kept, TooMuch
from webapp.reading.page_answers import CORS, Caller, Headers
from webapp.reading.store_pages import Asked
from webapp.reading.storefronts import Storefront

PREFIX = "/storefront/v1/"
_REMEMBERED, _LONGEST = 4_096, 300  # addresses that were understood lately, and characters of such a one
_STATUS = {200: "200 OK", 304: "304 Not Modified"}
SAFE: Headers = [("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin")]

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Answer = tuple[int, Headers, bytes]


class Quick:
    """A WSGI application around another one."""

    def __init__(self, usual: Wsgi, parts: Parts) -> None:
        self._usual, self._parts = usual, parts

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, or let the other one answer."""
        path = environ.get("PATH_INFO", "")
        if environ.get("REQUEST_METHOD") == "GET" and path.startswith(PREFIX):
            try:
                told = self._answer(environ, path)
            except (Transient, TooMuch, *UNREACHABLE):
                told = None
            if told is not None:
                status, headers, body = told
                start_response(_STATUS.get(status) or f"{status} {HTTPStatus(status).phrase}", headers)
                return [body]
        return self._usual(environ, start_response)

    def _answer(self, environ: dict[str, Any], path: str) -> Answer | None:
        query = environ.get("QUERY_STRING", "")
        is_usual = len(path) + len(query) <= _LONGEST
        address = _understood(path, query) if is_usual else _understood.__wrapped__(path, query)
        if address is None:
            return None
        front = self._parts.storefronts.of(address.shop_key)
        token = bearer(environ)
        caller = front.lets_in(token or address.token, is_in_address=not token) if front else ""
        if front is None or not caller:
            return None
        allowance = allowances.of(self._parts.settings, caller, environ.get("REMOTE_ADDR", ""))
        kept = self._parts.reading.look(front, address.asked, allowance)
        return _told(front, address.asked, kept, environ) if kept is not None and kept.entry.etag else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Address:
    """An address of a page: the shop's key, the key that stands in it or "", and the page."""

    shop_key: str
    token: str
    asked: Asked


@lru_cache(maxsize=_REMEMBERED)
def _understood(path: str, query: str) -> _Address | None:
    """What an address asks for, None where that is no page. Nothing but the address itself counts."""
    words = path[len(PREFIX) :].encode("latin-1").decode("utf-8", "replace").split("/")
    if len(words) not in (2, 3) or words[1] not in ("products", "categories") or not words[-1] or "\x00" in path:
        return None
    arguments = parse_qsl(query, keep_blank_values=True)
    asked = asked_for(words[1:], arguments)
    token = next((value for name, value in arguments if name == "key"), "")
    return _Address(shop_key=words[0], token=token, asked=asked) if asked else None


def asked_for(words: list[str], arguments: list[tuple[str, str]]) -> Asked | None:
    """The page of this address as it may be kept, without a look at whether its parameters make sense."""
    given: dict[str, list[str]] = {}
    for name, value in arguments:
        if name != "key":
            given.setdefault(name, []).append(value)
    form = given.get("format", [""])[0].strip()
    is_html = form == "html"
    if words[0] == "products" and len(words) == 2:
        return store_pages.product(words[1], is_html=is_html) if form in ("", "json", "html") else None
    if words[0] == "categories" and len(words) == 2:
        name = page_names.of_category(words[1], given)
        return store_pages.category(words[1], name, store_pages.Wanted(), is_html=is_html)
    return store_pages.all_categories() if words == ["categories"] else None


def bearer(environ: dict[str, Any]) -> str:
    """The token that a caller shows in a header."""
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return str(token.strip()) if scheme.lower() == "bearer" else ""


def _told(front: Storefront, asked: Asked, kept: Kept, environ: dict[str, Any]) -> Answer:
    caller = Caller(
        if_none_match=environ.get("HTTP_IF_NONE_MATCH", ""),
        takes_gzip="gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""),
    )
    status, headers, body = page_answers.answer(front, asked, kept, caller)
    return status, [*headers, *CORS, *SAFE], body
