"""Days and times as they stand at the axes of charts, in the language of the page."""

from datetime import date, datetime

from babel.dates import format_date

from webapp.languages import GERMAN, current


def day_label(at: date) -> str:
    """A day: "01 Apr"."""
    return _short(at) if current() == GERMAN else f"{at:%d %b}"


def time_label(at: datetime) -> str:
    """A time of a day: "1 Apr, 09:00"."""
    day = _short(at) if current() == GERMAN else f"{at:%-d %b}"
    return f"{day}, {at:%H:%M}"


def _short(at: date) -> str:
    return format_date(at, "d. MMM", locale=GERMAN)
