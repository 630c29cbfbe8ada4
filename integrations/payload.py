"""A delivery's body as JSON, whatever platforms put into it."""

import json
from typing import Any

import orjson


class UnableToParse(ValueError):
    """The body is not JSON; the message says where it stops being so."""


def parse(body: bytes) -> Any:
    """Parse JSON. Raises UnableToParse.

    Characters that no database stores come out replaced: NUL is dropped, halves of surrogate pairs (shops cut texts
    in the middle of an emoji) become U+FFFD.
    """
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        parsed = _parse_leniently(body, error)
    return _cleaned(parsed) if b"\\u0000" in body else parsed


def _parse_leniently(body: bytes, error: Exception) -> Any:
    """What orjson refuses and JSON allows: lone surrogates."""
    if b"\\ud" not in body.lower():
        raise UnableToParse(str(error)) from error
    try:
        return _cleaned(json.loads(body))
    except (ValueError, RecursionError) as again:
        raise UnableToParse(str(again)) from again


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8", "replace")
    if isinstance(value, list):
        return [_cleaned(entry) for entry in value]
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(entry) for key, entry in value.items()}
    return value
