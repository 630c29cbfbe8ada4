"""From a carrier's answer to ours: numbers as they compare, and readers that may trip."""

import re
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import Any

import structlog

from commerce.rules.tracking import Told
from integrations.carrier_api import GARBLED, INVALID, Answer, Asked, Problem

Read = Callable[..., Told | Problem]
NO_NUMBER = Problem(
    kind=INVALID, message="This is no tracking number: letters and digits, at least four, at most fifty."
)
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{3,49}")
_log = structlog.get_logger(__name__)


def reader(carrier: str) -> Read:
    """How a carrier's answers are read by our rules."""
    read: Read = import_module(f"integrations.carriers.{carrier}.read").read
    return read


def answer(read: Read, raw: Any, asked: Asked, *, now: datetime) -> Answer:
    """What a reader makes of an answer; what it trips over stays with the one number."""
    try:
        found = read(raw, asked, now=now)
    except Exception:  # noqa: BLE001 - an answer of a shape that nobody has seen yet
        _log.warning("carriers.unreadable", reader=getattr(read, "__module__", ""), exc_info=True)
        found = Problem(kind=GARBLED, message="The carrier's answer has a shape that we do not know.")
    if isinstance(found, Problem):
        return Answer(number=asked.number, problem=found)
    return Answer(number=asked.number, told=found)


def is_number(number: str) -> bool:
    """Whether it can be one: karrio writes numbers into addresses as they are."""
    return _NUMBER.fullmatch(plain(number)) is not None


def plain(number: str) -> str:
    """A number as it compares."""
    return "".join(number.split()).upper()
