"""How values are compared, so that Python and both databases come to the same answer."""

import operator
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from commerce.rules.people import words

_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_YEAR = 366

# A number by an operator's name: of plain values a truth, of a column a condition.
COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "is": operator.eq,
    "at_least": operator.ge,
    "at_most": operator.le,
    "more_than": operator.gt,
    "less_than": operator.lt,
}


def folded(text: str) -> str:
    """Text without the difference of case, of A to Z only: that is what both databases do alike."""
    return text.translate(_SMALL)


def spellings(needle: str) -> tuple[str, ...]:
    """What is looked for, as it may stand in folded text: other letters than A to Z in small, capitals, as a title."""
    return tuple(sorted({folded(one) for one in (needle, needle.lower(), needle.upper(), needle.title())}))


def tag_word(tag: str) -> str:
    """The word under which customers with a tag are found."""
    return next(word for _, word in words.of_person(names=(), mails=(), phones=(), tags=(tag,), ids=()))


def begin_of(day: date) -> datetime:
    """The moment at which a day begins, in UTC."""
    return datetime.combine(day, time.min, UTC)


def end_of(day: date) -> datetime:
    """The moment at which the next day begins."""
    return begin_of(day) + timedelta(days=1)


def anniversaries(today: date, days: int) -> frozenset[str]:
    """The days of the year (MM-DD) from today on; who was born on a leap day has it on the 28th in other years."""
    coming = [today + timedelta(days=ahead) for ahead in range(min(days, _YEAR) + 1)]
    found = {f"{day:%m-%d}" for day in coming}
    if any((day.month, day.day) == (2, 28) and (day + timedelta(days=1)).day == 1 for day in coming):
        found.add("02-29")
    return frozenset(found)
