"""Liquid as templates of messages may use it: nothing but reading what it is given, within bounds.

Two environments: in HTML every value is escaped, and there is no way around it; in plain text nothing is.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from liquid import StrictUndefined, Undefined
from liquid.exceptions import LiquidError
from liquid.filter import with_context
from liquid.template import BoundTemplate

from integrations.bounded_liquid import Bounded
from integrations.channels import localized

# What Liquid raises of a template's own doing, beside its own errors.
FAULTS = (LiquidError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, MemoryError, RecursionError)
_OTHER_FILES = ("include", "render", "extends", "block", "macro", "call")


class Money(dict[str, Any]):
    """An amount that a template may write as it is; its parts can be read too."""

    def __init__(self, told: Mapping[str, Any], tag: str) -> None:
        super().__init__(told)
        self._tag = tag

    def __str__(self) -> str:
        return localized.money(int(self["amount"]), str(self["currency"]), self._tag)


def ready(value: Any, tag: str) -> Any:
    """A context with its amounts made such that templates can write them, for a reader of that language."""
    if isinstance(value, Mapping):
        if value.keys() == {"amount", "currency"}:
            return Money(value, tag)
        return {name: ready(inner, tag) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [ready(inner, tag) for inner in value]
    return value


@with_context
def _money(value: Any, *, context: Any) -> str:
    """A price: what `{{ order.total }}` writes by itself."""
    if isinstance(value, Mapping) and value.keys() >= {"amount", "currency"}:
        return str(Money(value, _tag(context)))
    return "" if isinstance(value, Undefined) or value is None else str(value)


@with_context
def _day(value: Any, *, context: Any) -> str:
    """A day in words: 23 November 2026."""
    at = localized.read_time(value)
    return localized.day(at, _tag(context), _zone(context)) if at is not None else ""


@with_context
def _moment(value: Any, *, context: Any) -> str:
    """A day in words and the time."""
    at = localized.read_time(value)
    if isinstance(at, datetime):
        return localized.moment(at, _tag(context), _zone(context))
    return localized.day(at, _tag(context), _zone(context)) if at is not None else ""


@with_context
def _number(value: Any, *, context: Any) -> str:
    """A number with its separators."""
    return localized.number(value, _tag(context)) if isinstance(value, int | float) else str(value)


def _tag(context: Any) -> str:
    return str(context.globals.get("language", ""))


def _zone(context: Any) -> str:
    shop = context.globals.get("shop")
    return str(shop.get("timezone", "")) if isinstance(shop, Mapping) else ""


def _as_it_is(value: Any, *_: Any) -> Any:
    """What makes HTML has nothing to make in plain text."""
    return value


@cache
def environment(*, is_html: bool, is_strict: bool) -> Bounded:
    """Where templates are made. Strict ones do not take variables that do not exist."""
    made = Bounded(autoescape=is_html, undefined=StrictUndefined if is_strict else Undefined)
    for name, function in {"money": _money, "day": _day, "moment": _moment, "number": _number}.items():
        made.add_filter(name, function)
    for tag in _OTHER_FILES:
        made.tags.pop(tag, None)
    made.filters.pop("safe", None)
    if not is_html:
        made.suppress_blank_control_flow_blocks = False  # a line break is all that some of them write
        for name in ("escape", "escape_once", "newline_to_br"):
            made.add_filter(name, _as_it_is)
    return made


@lru_cache(maxsize=2048)
def plain(source: str) -> BoundTemplate:
    """A template of a line of text. Raises LiquidError."""
    return environment(is_html=False, is_strict=False).from_string(source)


def told(error: BaseException) -> str:
    """What is wrong with a template, in one line for whoever wrote it."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
