"""The audit log is written where the guard lets a change through, so that no view can forget it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from flask import Response, current_app, g, make_response, request
from werkzeug.exceptions import HTTPException

from commerce.database import UNREACHABLE
from commerce.tables.team import audit
from webapp.languages import translated
from webapp.parts import parts

View = TypeVar("View", bound=Callable[..., Any])

_log = structlog.get_logger(__name__)


def noted(view: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Response:
    """Let a view change something: before, it is noted that it was begun, and after, what it answered.

    A process that ends in between leaves an entry without an end. What the view gave to `detail` is kept with it.
    """
    shop = None if getattr(view, "is_of_all_shops", False) else g.get("shop")
    entry = _begin(shop, kwargs)
    try:
        answer = make_response(view(*args, **kwargs))
    except Exception as error:
        _end(entry, _status(error))
        raise
    _end(entry, answer.status_code)
    return answer


def detail(**told: Any) -> None:
    """Say in the audit log what is changed: short words and numbers, nothing secret, nothing of customers."""
    g.audit_detail |= told


def of_all_shops(view: View) -> View:
    """Mark a view whose changes are no single shop's: they stand in no shop's log."""
    view.is_of_all_shops = True  # type: ignore[attr-defined]
    return view


def words(route: str) -> str:
    """What a route does, as its first line says it, in the language of the page (webapp.team.audit_words)."""
    said = (getattr(current_app.view_functions.get(route), "__doc__", None) or route).strip().splitlines()[0]
    return translated(said).removesuffix(".")


def _begin(shop: Any, arguments: Mapping[str, Any]) -> int:
    g.audit_detail = {}
    with parts().database.write() as db:
        return audit.begin(
            db,
            shop_id=shop.id if shop is not None else None,
            actor=g.seen_by,
            route=request.endpoint or "",
            subject=", ".join(str(value) for value in arguments.values()),
            address=request.remote_addr or "",
            now=datetime.now(UTC),
        )


def _end(entry: int, status: int) -> None:
    """What was changed stays changed, also where that cannot be noted any more."""
    try:
        with parts().database.write() as db:
            audit.end(db, entry, status=status, detail=g.audit_detail)
    except UNREACHABLE as error:
        _log.warning("database.unreachable", error=type(error).__name__, effect="a change has no end in the audit log")


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.code or 500
    return int(getattr(error, "status", 500))
