"""What is wrong with what was sent, field by field, in our own words: a value never comes back in them."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from webapp.errors import Problem

MOST = 20  # fields that are named at once
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,49}")
# By how pydantic calls it; `{…}` is filled from what the model says, never from what was sent.
_WORDS: Mapping[str, str] = {
    "missing": "is needed",
    "extra_forbidden": "is not known",
    "string_type": "must be text",
    "string_unicode": "must be text that can be stored",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must say something, without control characters or other signs that do not belong there",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "none_required": "must be null",
    "timezone_aware": "must be a time with its zone, such as 2026-05-01T12:00:00Z",
    "union_tag_not_found": "is not of a known kind",
    "union_tag_invalid": "is not of a known kind",
    "json_invalid": "is not JSON",
}
_BY_BEGINNING = {
    "datetime_": "must be a time such as 2026-05-01T12:00:00Z",
    "date_": "must be a day such as 2026-05-01",
    "url_": "must be an address such as https://shop.example",
    "uuid_": "must be a UUID",
}


class UnableToTake(ValueError):
    """For validators of models: `text` stands behind the field's name. It must not hold what was sent."""


def of_body(error: ValidationError) -> Problem:
    """The answer to a body that cannot be: 422, with `errors` by field."""
    found = _errors(error)
    return Problem(
        422,
        "Some fields are wrong",
        "; ".join(f"`{each['field']}` {each['message']}" for each in found[:3]) + ".",
        field=found[0]["field"],
        errors=found,
    )


def of_parameters(error: ValidationError) -> Problem:
    """The answer to parameters that cannot be: 400, with `errors` by parameter."""
    found = _errors(error)
    name, message = found[0]["field"], found[0]["message"]
    return Problem(400, f"Wrong value for {name}", f"`{name}` {message}.", field=name, errors=found)


def name_of(sent: str) -> str:
    """A field's name as it was sent, where it looks like one."""
    return sent if _NAME.fullmatch(sent) else "…"


def _errors(error: ValidationError) -> list[dict[str, str]]:
    told = error.errors(include_url=False, include_input=False)
    found = [{"field": _field(each["loc"]), "message": _message(each)} for each in told]
    unique = {(each["field"], each["message"]): each for each in found}
    return list(unique.values())[:MOST]


def _field(place: tuple[Any, ...]) -> str:
    """Where it is, as a path; a name that is no name is left out, since it may be somebody's address."""
    steps = [str(step) if isinstance(step, int) else name_of(step) for step in place]
    return ".".join(steps)[:200] or "body"


def _message(told: Any) -> str:
    kind, about = told["type"], told.get("ctx", {})
    if kind == "value_error":
        own = about.get("error")
        return str(own) if isinstance(own, UnableToTake) else "cannot be that"
    words = _WORDS.get(kind) or next((text for start, text in _BY_BEGINNING.items() if kind.startswith(start)), "")
    return (words or "cannot be that").format(**about)
