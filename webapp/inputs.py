"""Reading what callers send in the query: a value, or a clear error that names the parameter."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from commerce.rules.people import keys
from integrations.channels import occasions
from webapp.errors import Problem
from webapp.languages import gettext as _

Args = MultiDict[str, str]

LARGEST_ID = 2**63 - 1  # what a BIGINT column holds
LONGEST = 500
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_LOOSE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?")
_LEAP = re.compile(r"(?<=T\d\d:\d\d):60")
_PLUS_LOST = re.compile(r" (\d\d:\d\d)$")  # a "+" that was not escaped arrives as a space


def _args(given: Args | None) -> Args:
    """The query's parameters: those given, or else those of the present request."""
    return request.args if given is None else given


def wrong(name: str, what: str) -> Problem:
    """The answer to a parameter that cannot be: 400, naming it and saying what it may be."""
    title = _("Wrong value for %(name)s", name=name)
    return Problem(400, title, _("`%(name)s` must be %(what)s.", name=name, what=what), field=name)


def json_object() -> dict[str, Any]:
    """The body, which must be a JSON object. Raises Problem."""
    told = request.get_json(force=True, silent=True)
    if not isinstance(told, dict):
        raise Problem(400, "Not a JSON object", "Send a JSON object as the request's body.")
    return told


def only(*names: str) -> None:
    """Refuse parameters that nobody reads: a filter with a slip in its name would show everything. Raises Problem."""
    if any(name not in names for name in request.args):
        known = ", ".join(names)
        raise Problem(400, _("Unknown parameter"), _("There are %(known)s.", known=known), field="parameters")


def limit(*, default: int, most: int) -> int:
    """How many rows a page of the API has at most. Raises Problem."""
    if not request.args.get("limit", "1").strip():
        raise wrong("limit", f"a whole number from 1 to {most}")
    return whole("limit", default=default, low=1, high=most)


def text(name: str, *, longest: int = LONGEST, args: Args | None = None) -> str:
    """The parameter without space around it, "" where it is missing. Raises Problem."""
    value = _args(args).get(name, "").strip()
    if len(value) > longest or "\x00" in value:
        raise wrong(name, _("text of at most %(number)s characters", number=longest))
    return value


def whole(name: str, *, default: int, low: int, high: int, args: Args | None = None) -> int:
    """A whole number. Raises Problem."""
    value = _args(args).get(name, "").strip()
    if not value:
        return default
    if not re.fullmatch(r"[0-9]{1,12}", value) or not low <= int(value) <= high:
        raise wrong(name, _("a whole number from %(low)s to %(high)s", low=low, high=high))
    return int(value)


def choice(
    name: str, allowed: Collection[str], *, default: str = "", may_be_empty: bool = True, args: Args | None = None
) -> str:
    """One of several words. `may_be_empty`: as forms send what nobody chose. Raises Problem."""
    args = _args(args)
    value = args.get(name, "").strip()
    if value not in allowed and (value or (name in args and not may_be_empty)):
        raise wrong(name, _("one of %(values)s", values=", ".join(allowed)))
    return value or default


def moment(name: str, *, loose: bool = False) -> datetime | None:
    """An RFC 3339 time with its zone, in UTC. `loose`: also a date, or a time without zone, taken as UTC."""
    told = request.args.get(name)
    value = (told or "").strip()
    if told is None or (loose and not value):  # forms send what was left empty
        return None
    try:
        if loose and _LOOSE.fullmatch(value):
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        return read_moment(value)
    except ValueError:
        raise wrong(name, _("a time such as %(example)s", example="2026-05-01T12:00:00Z")) from None


def read_moment(told: str) -> datetime:
    """An RFC 3339 time with its zone, in UTC. Raises ValueError.

    A second that leaps is the one before; a "+" that was not escaped in an address, and came as a space, is understood.
    """
    value = _PLUS_LOST.sub(r"+\1", told.strip())
    if not _RFC_3339.fullmatch(value):
        raise ValueError("no time")
    at = datetime.fromisoformat(_LEAP.sub(":59", value.upper()))
    try:
        return at.astimezone(UTC)
    except OverflowError:  # the first or the last day that there is
        return at.replace(tzinfo=UTC)


def is_time(value: object) -> bool:
    """Whether it is a time in RFC 3339, which is what the description calls `date-time`."""
    return isinstance(value, str) and _RFC_3339.fullmatch(value) is not None


def row_id(value: str) -> int | None:
    """The number of one of our own rows in an address; None for what cannot be one."""
    return int(value) if re.fullmatch(r"[0-9]{1,19}", value) and int(value) <= LARGEST_ID else None


def mail_address(told: str) -> str:
    """A mail address as users' are compared; empty for what mail cannot be sent to."""
    plain = keys.mail(told)
    return plain if plain and occasions.is_address(plain) else ""
