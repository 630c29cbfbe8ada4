"""Days and minutes as the dashboard writes them where there is room, in its language."""

from datetime import date, datetime

from babel.dates import format_date

from webapp import languages


def in_full(day: date) -> str:
    """ "1 April 2026"."""
    return _german(day, "d. MMMM y") or f"{day:%-d %B %Y}"


def in_year(day: date) -> str:
    """ "1 April"."""
    return _german(day, "d. MMMM") or f"{day:%-d %B}"


def in_short(day: date) -> str:
    """ "1 Apr"."""
    return _german(day, "d. MMM") or f"{day:%-d %b}"


def month(day: date) -> str:
    """ "Apr 2026"."""
    return _german(day, "MMM y") or f"{day:%b %Y}"


def minute(at: datetime) -> str:
    """ "2026-04-01 08:00"; the zone is that of the time."""
    return f"{at:%d.%m.%Y, %H:%M}" if languages.current() == languages.GERMAN else f"{at:%Y-%m-%d %H:%M}"


def _german(day: date, pattern: str) -> str:
    if languages.current() != languages.GERMAN:
        return ""
    return str(format_date(day, pattern, locale=languages.GERMAN))
