"""JSON for browsers that may have it already: an ETag of what it says, and 304 for who does."""

import hashlib
import time
from typing import Any

import orjson
from flask import Response, request

HEADERS = {"Cache-Control": "public, no-cache", "Vary": "Authorization"}


def answer(shape: dict[str, Any], started: float, *, passing: dict[str, Any] | None = None) -> Response:
    """The shape as JSON with `took_ms` since `started` (perf_counter), or 304; caches keep it but ask each time.

    `passing`: fields that differ with each answer and make no other one of it.
    """
    digest, body = written(shape, started, passing or {})
    response = Response(body, mimetype="application/json")
    response.set_etag(digest, weak=True)
    response.headers.update(HEADERS)
    response.make_conditional(request)
    return response


def written(shape: dict[str, Any], started: float, passing: dict[str, Any]) -> tuple[str, bytes]:
    """A digest of the shape, and the shape as JSON with `passing` and `took_ms`."""
    told = orjson.dumps(shape)
    more = orjson.dumps(passing | {"took_ms": round((time.perf_counter() - started) * 1000, 1)})
    return hashlib.blake2b(told, digest_size=16).hexdigest(), told[:-1] + b"," + more[1:]
