"""Errors that speak to the one who can act: pages for people, problem+json (RFC 9457) for programs."""

from typing import Any

import structlog
from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from commerce.database import UNREACHABLE
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext, translated

_log = structlog.get_logger(__name__)
_PROGRAMS = (
    *("/api/", "/storefront/", "/webhooks/", "/healthz", "/readyz", "/metrics"),
    *("/shopify/proxy/", "/woocommerce/callback"),
)


# What Werkzeug says of the commonest ones.
_STANDARD = (
    lazy_gettext("Not Found"),
    lazy_gettext(
        "The requested URL was not found on the server. If you entered the URL manually please check your spelling and"
        " try again."
    ),
    lazy_gettext("Method Not Allowed"),
    lazy_gettext("The method is not allowed for the requested URL."),
    lazy_gettext("Bad Request"),
    lazy_gettext("The browser (or proxy) sent a request that this server could not understand."),
    lazy_gettext("Request Entity Too Large"),
    lazy_gettext("The data value transmitted exceeds the capacity limit."),
)


class Problem(Exception):
    """An answer that is an error: HTTP status, a title of a few words, what to do, and fields that are wrong.

    Pages show `action`, the (address, words) of what to do, in the place of the way to the dashboard. `retry_after`
    in seconds becomes a header.
    """

    def __init__(self, status: int, title: str, detail: str = "", **extra: Any) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.extra = status, title, detail, extra


def install(app: Flask) -> None:
    """Answer every error of the application in one of the two ways."""
    app.register_error_handler(Problem, _on_problem)
    app.register_error_handler(HTTPException, _on_http)
    for unreachable in UNREACHABLE:
        app.register_error_handler(unreachable, _on_unreachable)
    app.register_error_handler(Exception, _on_bug)


def _on_problem(problem: Problem) -> Response:
    return _answer(problem.status, problem.title, problem.detail, **problem.extra)


def _on_http(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()  # type: ignore[return-value]
    response = _answer(error.code or 500, translated(error.name), translated(error.description or ""))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _on_unreachable(error: Exception) -> Response:
    _log.error("database.unreachable", error=type(error).__name__, path=request.path)
    response = _answer(503, _("The database cannot be reached"), _("Try again in a moment."))
    response.headers["Retry-After"] = "5"
    return response


def _on_bug(error: Exception) -> Response:
    _log.exception("request.broke", path=request.path, error=type(error).__name__)
    detail = _("It is in the log with the time of this answer. Trying again may help.")
    return _answer(500, _("Something broke here"), detail)


def _answer(status: int, title: str, detail: str, **extra: Any) -> Response:
    action, retry_after = extra.pop("action", None), extra.pop("retry_after", None)
    if request.path.startswith(_PROGRAMS):
        response = jsonify({"type": "about:blank", "title": title, "status": status, "detail": detail, **extra})
        response.mimetype = "application/problem+json"
    else:
        response = Response(
            render_template("error.html", status=status, title=title, detail=detail, action=action),
            mimetype="text/html",
        )
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"  # a CDN may keep a 404 for as long as it likes otherwise
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
