"""The short way to a search: answered before Flask sees the request. Whatever is out of the ordinary (a parameter that
is wrong, an answer that is known, an engine that is away) goes the usual way, and is answered there.

Making a Flask request costs as much as finding products that were found a moment ago and reading what they cost.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from commerce.database import REFUSED, UNREACHABLE
from integrations.errors import OutsideError
from webapp import conditional
from webapp.errors import Problem
from webapp.inputs import Args
from webapp.parts import Parts
from webapp.reading import allowances
from webapp.reading.page_answers import CORS, Headers
from webapp.reading.quick import SAFE, bearer
from webapp.reading.storefronts import Storefront
from webapp.shoppers.asking import asked
from webapp.shoppers.search_log import SearchLog

_PATH = re.compile(r"/storefront/v1/([A-Za-z0-9_-]{1,64})/search")
_LONGEST = 2_000
_HEADERS = [("Content-Type", "application/json"), *conditional.HEADERS.items(), *CORS, *SAFE]

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class QuickSearch:
    """A WSGI application around another one. `log` gives where searches are counted."""

    def __init__(self, usual: Wsgi, parts: Parts, log: Callable[[], SearchLog]) -> None:
        self._usual, self._parts, self._log = usual, parts, log

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, or let the other one answer."""
        if environ.get("REQUEST_METHOD") == "GET" and "HTTP_IF_NONE_MATCH" not in environ:
            path = _PATH.fullmatch(environ.get("PATH_INFO", ""))
            told = self._answer(path[1], environ) if path else None
            if told is not None:
                headers, body = told
                start_response("200 OK", [*_HEADERS, *headers, ("Content-Length", str(len(body)))])
                return [body]
        return self._usual(environ, start_response)

    def _answer(self, shop_key: str, environ: dict[str, Any]) -> tuple[Headers, bytes] | None:
        started, query = time.perf_counter(), environ.get("QUERY_STRING", "")
        if len(query) > _LONGEST:
            return None
        args: Args = MultiDict(parse_qsl(query, keep_blank_values=True))
        try:
            front = self._parts.storefronts.of(shop_key)
            if front is None or not self._may(front, args, environ):
                return None
            told = asked(self._parts, front.shop, args, log=self._log())
        except (Problem, OutsideError, *UNREACHABLE, REFUSED):
            return None
        digest, body = conditional.written(told, started, {"search_id": secrets.token_urlsafe(6)})
        return [("ETag", f'W/"{digest}"')], body

    def _may(self, front: Storefront, args: Args, environ: dict[str, Any]) -> bool:
        """Whether the caller shows a key of the shop, and has enough left of its allowance. Raises Problem."""
        token = bearer(environ)
        caller = front.lets_in(token or args.get("key", ""), is_in_address=not token)
        if not caller:
            return False
        address = environ.get("REMOTE_ADDR", "")
        allowance = allowances.of(self._parts.settings, caller, address, units=allowances.SEARCH)
        allowances.take(self._parts.pages, front.shop.id, allowance)
        return True
