"""Reading what callers send in the query: a value, or a clear error that names the parameter."""

import base64
import binascii
import json
import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from flask import request

from webapp.errors import Problem

LARGEST_ID = 2**63 - 1  # what a BIGINT column holds
_LONGEST = 500
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_LOOSE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?")
_PLUS_LOST = re.compile(r" (\d\d:\d\d)$")  # a "+" that was not escaped arrives as a space


def wrong(name: str, what: str) -> Problem:
    """The answer to a parameter that cannot be: 400, naming it and saying what it may be."""
    return Problem(400, f"Wrong value for {name}", f"`{name}` must be {what}.", field=name)


def text(name: str, *, longest: int = _LONGEST) -> str:
    """The parameter without space around it, "" where it is missing. Raises Problem."""
    value = request.args.get(name, "").strip()
    if len(value) > longest or "\x00" in value:
        raise wrong(name, f"text of at most {longest} characters")
    return value


def whole(name: str, *, default: int, low: int, high: int) -> int:
    """A whole number. Raises Problem."""
    value = request.args.get(name, "").strip()
    if not value:
        return default
    if not re.fullmatch(r"[0-9]{1,12}", value) or not low <= int(value) <= high:
        raise wrong(name, f"a whole number from {low} to {high}")
    return int(value)


def choice(name: str, allowed: Collection[str], *, default: str = "") -> str:
    """One of several words. Raises Problem."""
    value = request.args.get(name, "").strip()
    if value and value not in allowed:
        raise wrong(name, "one of " + ", ".join(allowed))
    return value or default


def moment(name: str, *, loose: bool = False) -> datetime | None:
    """An RFC 3339 time with its zone, in UTC. `loose`: also a date, or a time without zone, taken as UTC."""
    value = _PLUS_LOST.sub(r"+\1", request.args.get(name, "").strip())
    if not value:
        return None
    try:
        if _RFC_3339.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        if loose and _LOOSE.fullmatch(value):
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    raise wrong(name, "a time such as 2026-05-01T12:00:00Z")


def row_id(value: str) -> int | None:
    """The number of one of our own rows in an address; None for what cannot be one."""
    return int(value) if re.fullmatch(r"[0-9]{1,19}", value) and int(value) <= LARGEST_ID else None


def cursor_of(*position: Any) -> str:
    """A position in a list as an opaque word."""
    shown = [value.isoformat() if isinstance(value, datetime) else value for value in position]
    return base64.urlsafe_b64encode(json.dumps(shown).encode()).decode().rstrip("=")


def cursor_in_time() -> tuple[datetime, str] | None:
    """Where a list that is sorted by (time, id) goes on. Raises Problem."""
    match _cursor():
        case None:
            return None
        case [str(at), str(key)] if "\x00" not in key:
            try:
                return datetime.fromisoformat(at).astimezone(UTC), key
            except (ValueError, OverflowError):
                pass
    raise _wrong_cursor()


def cursor_in_rows() -> int | None:
    """Where a list that is sorted by row number goes on. Raises Problem."""
    match _cursor():
        case None:
            return None
        case [int(key)] if 0 <= key <= LARGEST_ID:
            return key
    raise _wrong_cursor()


def _cursor() -> list[Any] | None:
    value = request.args.get("cursor", "").strip()
    if not value:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise _wrong_cursor() from None
    return found if isinstance(found, list) else [None]


def _wrong_cursor() -> Problem:
    return wrong("cursor", "a `next_cursor` that this list gave")
