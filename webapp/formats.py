"""Numbers, money and times as people read them in the dashboard: in its language, and in the zone of the shop."""

import html
import math
import re
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from babel.dates import format_date
from markupsafe import Markup, escape

from commerce.rules.money import decimal_text
from webapp import languages
from webapp.languages import GERMAN
from webapp.languages import gettext as _

NO_BREAK = "\u00a0"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_MARK = re.compile(r"(</?mark>)")
_MARKS = str.maketrans(",.", ".,")
_KEPT = {"<mark>": Markup("<mark>"), "</mark>": Markup("</mark>")}


def number(value: int | None) -> str:
    """12345 as "12,345"; a dash for what is not known."""
    return "–" if value is None else languages.thousands(value)


def decimal(value: float, places: int = 1) -> str:
    """1234.56 as "1,234.6"."""
    return _in_language(f"{value:,.{places}f}")


def percent(share: float | None, places: int = 0) -> str:
    """0.123 as "12 %"; a dash for what is not known."""
    return "–" if share is None else f"{decimal(share * 100, places)}{NO_BREAK}%"


def money(amount: int | None, currency: str | None) -> str:
    """Minor units as "1,234.50 EUR"; a dash for what is not known."""
    if amount is None:
        return "–"
    whole, point, rest = decimal_text(abs(amount), currency).partition(".")
    sign = "−" if amount < 0 else ""
    shown = _in_language(f"{sign}{int(whole):,}{point}{rest}")
    return f"{shown}{NO_BREAK}{currency}" if currency else shown


def seconds(value: float | None) -> str:
    """A duration: "85 ms", "1.2 s", "3 min"; a dash for what is not known."""
    if value is None:
        return "–"
    if math.isinf(value):
        return _("over an hour")
    for limit, unit, size, places in (
        (0.9995, "ms", 0.001, 0),
        (9.95, "s", 1, 1),
        (59.5, "s", 1, 0),
        (_HOUR - 30, "min", _MINUTE, 0),
        (_DAY - 1800, "h", _HOUR, 0),
    ):
        if value < limit:
            shown = f"{max(value, 0) / size:.{places}f}"
            shown = shown.rstrip("0").rstrip(".") if places else shown
            return f"{_in_language(shown)}{NO_BREAK}{unit}"
    return f"{value / _DAY:.0f}{NO_BREAK}" + _("d")


def ago(at: datetime, now: datetime) -> str:
    """How long ago, in words; the date for what is more than a week away."""
    passed = (now - at).total_seconds()
    distance = abs(passed)
    if distance < 10:
        return _("just now")
    if distance >= 7 * _DAY:
        return day(at)
    shown = seconds(float(int(distance)) if distance < _MINUTE else distance)
    return _("%(time)s ago", time=shown) if passed > 0 else _("in %(time)s", time=shown)


def day(at: datetime | date) -> str:
    """The day of a time where the shop is, or a day: "1 Apr 2026"."""
    here = at.astimezone(languages.zone()).date() if isinstance(at, datetime) else at
    if languages.current() == GERMAN:
        return format_date(here, "d. MMM y", locale=GERMAN)
    return f"{here:%d %b %Y}".lstrip("0")


def long_day(at: date, *, with_year: bool = False) -> str:
    """A day in words: "1 April", or "1 April 2026"."""
    if languages.current() == GERMAN:
        return format_date(at, "d. MMMM y" if with_year else "d. MMMM", locale=GERMAN)
    return f"{at:%-d %B %Y}" if with_year else f"{at:%-d %B}"


def clock(at: datetime) -> str:
    """What a clock and a calendar beside it show: "Tue 24 Nov, 10:05"."""
    if languages.current() == GERMAN:
        return f"{format_date(at, 'EEE d. MMM', locale=GERMAN)}, {at:%H:%M}"
    return f"{at:%a %-d %b, %H:%M}"


def stamp(at: datetime) -> str:
    """A time to the second where the shop is, with its zone's name."""
    pattern = "%d.%m.%Y, %H:%M:%S %Z" if languages.current() == GERMAN else "%Y-%m-%d %H:%M:%S %Z"
    return at.astimezone(languages.zone()).strftime(pattern)


def when(at: datetime | None, now: datetime) -> Markup:
    """A <time> with relative words, the exact time as its title; a dash for what has not happened."""
    if at is None:
        return Markup("–")
    machine = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(machine, stamp(at), ago(at, now))


def exact(at: datetime | None) -> Markup:
    """A <time> to the second; a dash for what has not happened."""
    if at is None:
        return Markup("–")
    machine = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}">{}</time>').format(machine, stamp(at))


def web_address(url: str) -> str:
    """The URL where it leads to a web page or picture, else "": a shop may write anything into its products."""
    try:
        return url if urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def marked(title_html: str) -> Markup:
    """A search engine's title: its <mark>s stay, all else is text."""
    pieces = _MARK.split(title_html)
    return Markup("").join(_KEPT.get(piece) or escape(html.unescape(piece)) for piece in pieces)


def _in_language(written: str) -> str:
    """A number that is written the English way, with the language's marks."""
    return written.translate(_MARKS) if languages.current() == GERMAN else written
