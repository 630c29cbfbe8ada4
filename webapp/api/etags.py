"""Versions of objects: `ETag` in answers, `If-None-Match` for who has it already, `If-Match` for who changes it."""

import hashlib
from typing import Any

from flask import Response, request

from webapp.errors import Problem


def etag_of(*version: Any) -> str:
    """An ETag of what makes a version of an object: the moment it was saved, a number, its whole shape."""
    return hashlib.blake2b(repr(version).encode(), digest_size=12).hexdigest()


def require(etag: str) -> None:
    """Go on only if the caller's `If-Match`, where they sent one, names this version. Raises Problem 412."""
    if "If-Match" in request.headers and not request.if_match.contains(etag):
        text = "It was changed since you read it. Read it again, then repeat the change with the new `ETag`."
        raise Problem(412, "It is another version now", text, field="If-Match")


def mark(response: Response, etag: str) -> Response:
    """The answer with its version; 304 for a reader who has it already."""
    response.set_etag(etag)
    if request.method in ("GET", "HEAD"):
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers["Vary"] = "Authorization"
        response.make_conditional(request)
    return response
