"""Where a list goes on: an opaque word that fits only the shop, the list and the filters that it was given for.

It is encrypted, since a place in a list may be somebody's name, and addresses are logged.
"""

from datetime import UTC, datetime
from typing import Any

import orjson
from flask import g, request

from commerce.vault import UnableToDecrypt, digest
from webapp.errors import Problem
from webapp.inputs import LARGEST_ID
from webapp.parts import parts
from webapp.stores import embedded

# What may differ from one page to the next; Shopify adds to the addresses of pages within its frame.
_PASSING = {"cursor", "limit", "fields"} | embedded.PASSING
_LONGEST = 4_000


def cursor_of(*position: Any) -> str:
    """A position in the list that is asked for: times, texts, whole numbers or nothing."""
    return parts().vault.seal(orjson.dumps({"of": _list(), "at": position}).decode())


def cursor() -> list[Any] | None:
    """The position that the caller goes on from; None where they begin. Raises Problem 404.

    Times are texts again: `at` reads them.
    """
    value = request.args.get("cursor", "").strip()
    if not value:
        return None
    try:
        told = orjson.loads(parts().vault.open(value)) if len(value) <= _LONGEST and value.isascii() else {}
    except (UnableToDecrypt, ValueError):
        raise wrong_cursor() from None
    if not isinstance(told, dict) or told.get("of") != _list():
        raise wrong_cursor()
    return list(told["at"])


def at(told: Any) -> datetime:
    """A time in a position. Raises Problem 404."""
    try:
        return datetime.fromisoformat(told).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise wrong_cursor() from None


def cursor_in_time() -> tuple[datetime, str] | None:
    """Where a list that is sorted by (time, id) goes on. Raises Problem."""
    match cursor():
        case None:
            return None
        case [str(told), str(key)] if "\x00" not in key:
            return at(told), key
    raise wrong_cursor()


def cursor_in_rows() -> int | None:
    """Where a list that is sorted by row number goes on. Raises Problem."""
    match cursor():
        case None:
            return None
        case [int(key)] if 0 <= key <= LARGEST_ID:
            return key
    raise wrong_cursor()


def place(*, is_by_time: bool) -> tuple[Any, Any] | None:
    """Behind which row a page of the dashboard begins: what it is sorted by, nothing where a row has none of it, and
    its key, a text or a number. Raises Problem.
    """
    told = cursor()
    if told is None:
        return None
    match told:
        case [str() as value, str() | int() as key]:
            return at(value) if is_by_time else value, key
        case [None, str() | int() as key]:
            return None, key
        case [int() as value, str() | int() as key] if not is_by_time:
            return value, key
    raise wrong_cursor()


def wrong_cursor() -> Problem:
    """The answer to a cursor of another shop, another list or nobody: the list has no such place."""
    text = "`cursor` must be a `next_cursor` that this list gave, for the same filters and order."
    return Problem(404, "The list has no such place", text, field="cursor")


def _list() -> str:
    """What the position is in: whose list, which one, with which filters in which order."""
    asked = sorted((name, value) for name, value in request.args.items(multi=True) if name not in _PASSING)
    return digest(orjson.dumps([g.shop.id, request.endpoint, request.view_args, asked]).decode())[:24]
