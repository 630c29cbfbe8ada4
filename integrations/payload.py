"""A delivery's body as JSON, whatever platforms put into it."""

import json
from collections.abc import Iterable
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
    """The value with clean texts: lists and objects change in place, without recursion, as some nest very deep."""
    holder = [value]
    waiting: list[Any] = [holder]
    while waiting:
        container = waiting.pop()
        if isinstance(container, list):
            container[:] = [_text(entry) for entry in container]
            inner: Iterable[Any] = container
        else:
            entries = [(_text(key), _text(entry)) for key, entry in container.items()]
            container.clear()
            container.update(entries)
            inner = container.values()
        waiting.extend(entry for entry in inner if isinstance(entry, list | dict))
    return holder[0]


def _text(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8", "replace")
    return value
