"""What a storefront tells of a search: read from JSON, each field checked, and counted."""

import json
from collections.abc import Callable
from typing import Any

from commerce.rules.searches import counted_as, is_token
from commerce.tables.clicks import Click
from webapp.errors import Problem
from webapp.shoppers.search_log import SearchLog

LARGEST = 4_096  # bytes of one call
MOST_EVENTS = 20  # in one call
_LONGEST_QUERY, _LONGEST_ID = 500, 64
_LAST = 10_000


def count(log: SearchLog, shop_id: int, body: bytes) -> int:
    """Count one event, or the list of several; gives how many. Raises Problem naming what is wrong, counting none."""
    counted = [_read(log, shop_id, told) for told in _events(body)]
    for one in counted:
        one()
    return len(counted)


def _events(body: bytes) -> list[dict[str, Any]]:
    if len(body) > LARGEST:
        raise Problem(413, "Too much at a time", f"Send at most {LARGEST} bytes.")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Problem(400, "No JSON", "The body must be an event as JSON, or a list of events.") from None
    events = told if isinstance(told, list) else [told]
    if not 1 <= len(events) <= MOST_EVENTS or not all(isinstance(event, dict) for event in events):
        raise Problem(400, "No events", f"The body must be an event as JSON, or a list of 1 to {MOST_EVENTS}.")
    return events


def _read(log: SearchLog, shop_id: int, told: dict[str, Any]) -> Callable[[], None]:
    kind = told.get("type")
    if kind == "search":
        query, found = _text(told, "query", _LONGEST_QUERY), _whole(told, "found", 0, 10**9)
        shown = _whole(told, "shown", 0, 100) if "shown" in told else 0
        return lambda: log.asked(shop_id, query, found=found, shown=min(shown, found))
    token = told.get("token")
    if kind in ("click", "cart", "order") and not is_token(token):
        raise _wrong("token", "a `search_id`, a dot and the position of the hit")
    if kind == "click":
        click = Click(
            shop_id=shop_id,
            token=str(token),
            query=counted_as(_text(told, "query", _LONGEST_QUERY)),
            product_id=_text(told, "product_id", _LONGEST_ID),
            position=_whole(told, "position", 1, _LAST),
        )
        return lambda: log.clicked(click)
    if kind == "cart":
        return lambda: log.carted(shop_id, str(token))
    if kind == "order":
        order_id = _text(told, "order_id", _LONGEST_ID)
        return lambda: log.ordered(shop_id, str(token), order_id)
    raise _wrong("type", "search, click, cart or order")


def _text(told: dict[str, Any], name: str, longest: int) -> str:
    value = told.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip() or len(value) > longest or "\x00" in value:
        raise _wrong(name, f"text of 1 to {longest} characters")
    return _storable(value.strip(), name)


def _storable(value: str, name: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:  # halves of characters, as JSON may write them
        raise _wrong(name, "text that is valid Unicode") from None
    return value


def _whole(told: dict[str, Any], name: str, low: int, high: int) -> int:
    value = told.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise _wrong(name, f"a whole number from {low} to {high}")
    return value


def _wrong(name: str, what: str) -> Problem:
    return Problem(400, f"Wrong value for {name}", f"`{name}` must be {what}.", field=name)
