"""The short way to one customer for other programs: answered before Flask sees the request.

A profile is asked for far more often than anything else here, and making a Flask request of it costs more than reading
it. Whatever is out of the ordinary (another address, a version that is known, a key that may not, nobody of that id, a
database that is away) goes the usual way, and is answered there.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

import orjson
from werkzeug.http import quote_etag

from commerce.database import REFUSED, UNREACHABLE
from commerce.rules.api_keys import may
from commerce.tables.people import profile_pages
from webapp.api import rates
from webapp.api.calling import READS
from webapp.api.ids import NO_IDS
from webapp.parts import Parts
from webapp.people import customer_shapes

PREFIX = "/api/v1/customers/"
SCOPE = "customers:read"
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HEADERS = [
    ("Content-Type", "application/json"),
    ("Cache-Control", "private, no-cache"),
    ("Vary", "Authorization"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
]

Headers = list[tuple[str, str]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class QuickCustomers:
    """A WSGI application around another one."""

    def __init__(self, usual: Wsgi, parts: Parts) -> None:
        self._usual, self._parts = usual, parts

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, or let the other one answer."""
        if environ.get("PATH_INFO", "").startswith(PREFIX) and _is_plain(environ):
            told = self._answer(environ["PATH_INFO"][len(PREFIX) :], environ["HTTP_AUTHORIZATION"])
            if told is not None:
                headers, body = told
                start_response("200 OK", [*_HEADERS, *headers, ("Content-Length", str(len(body)))])
                return [body]
        return self._usual(environ, start_response)

    def _answer(self, key: str, authorization: str) -> tuple[Headers, bytes] | None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or key in NO_IDS or not _PLAIN.fullmatch(key):
            return None
        try:
            caller = self._parts.keys.of(token.strip())
            if caller is None or not may(caller.key.scopes, SCOPE):
                return None
            taken = rates.counted(self._parts, caller)
            if taken is not None and not taken.is_there:
                return None
            with self._parts.database.glance() as db:
                row = profile_pages.one(db, shop_id=caller.shop.id, key=key)
        except (*UNREACHABLE, REFUSED):
            return None
        if row is None:
            return None
        self._parts.counting.add(caller.shop.id, READS, "")
        currency = caller.shop.currency
        self._parts.sightings.saw(caller.shop.id, [row.id], f"key {caller.key.id} ({caller.key.name})", "read")
        headers = [("ETag", quote_etag(customer_shapes.etag(row, currency=currency)))]
        headers += rates.headers(taken).items() if taken is not None else ()
        return headers, orjson.dumps(customer_shapes.customer(row, currency=currency), option=orjson.OPT_UTC_Z)


def _is_plain(environ: dict[str, Any]) -> bool:
    """Whether there is nothing in the request that the short way does not know."""
    return (
        environ.get("REQUEST_METHOD") == "GET"
        and not environ.get("QUERY_STRING")
        and "HTTP_AUTHORIZATION" in environ
        and "HTTP_IF_NONE_MATCH" not in environ
    )
