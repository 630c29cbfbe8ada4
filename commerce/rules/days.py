"""Days as people and programs write them."""

import re
from datetime import date

EXAMPLE = "2026-05-01"
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST, _LAST = 1800, 2999  # years: whatever lies beyond is a slip


def day_of(told: object) -> date | None:
    """The day that is written as 2026-05-01, and in no other way that ISO 8601 has; None for what is none."""
    if not isinstance(told, str) or not _WRITTEN.fullmatch(told):
        return None
    try:
        day = date.fromisoformat(told)
    except ValueError:
        return None
    return day if _FIRST <= day.year <= _LAST else None
