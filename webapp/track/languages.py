"""The languages of the shopper's pages: one table of words for each, and how it writes days and times.

To add one: a file in words/ with the same keys, and its code below.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import orjson

CODES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt")
_WORDS = Path(__file__).parent / "words"
_NO_BREAK = "\u00a0"
_HALF_A_DAY = 12


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its ISO 639-1 code, with its words."""

    code: str
    words: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What those call it who speak it."""
        return str(self.words["name"])

    def say(self, name: str, **values: object) -> str:
        """A sentence by its name, with values in it. Raises KeyError."""
        return str(self.words[name]).format(**values)

    def status(self, status: str, what: str = "title") -> str:
        """A parcel's state: its `title`, the `line` of a timeline, or what comes `next`."""
        return str(self.words["status"][status][what])

    def step(self, name: str) -> str:
        """A step of a journey."""
        return str(self.words["steps"][name])

    def day(self, day: date, *, today: date) -> str:
        """A day within a sentence, with its year where that is another one than today's."""
        form = "day" if day.year == today.year else "day_of_year"
        weekday, month = self.words["weekdays"][day.weekday()], self.words["months"][day.month - 1]
        return self.say(form, weekday=weekday, day=day.day, month=month, year=day.year)

    def heading(self, day: date, *, today: date) -> str:
        """A day that stands alone: today and yesterday by these names."""
        if day == today:
            return self.say("today")
        if day == today - timedelta(days=1):
            return self.say("yesterday")
        written = self.day(day, today=today)
        return written[:1].upper() + written[1:]

    def clock(self, at: time) -> str:
        """A time of the day."""
        if self.words["clock"] != _HALF_A_DAY:
            return f"{at.hour:02}:{at.minute:02}"
        half = "am" if at.hour < _HALF_A_DAY else "pm"
        return f"{at.hour % _HALF_A_DAY or _HALF_A_DAY}:{at.minute:02}{_NO_BREAK}{half}"

    def moment(self, at: datetime, *, today: date, zone: str = "") -> str:
        """A day and its time; `zone` is named where it is not that of the place."""
        told = self.say("at", day=self.heading(at.date(), today=today), time=self.clock(at.time()))
        return f"{told} {zone}".strip()


@cache
def language(code: str) -> Language:
    """The language of that code, one of CODES."""
    return Language(code, orjson.loads((_WORDS / f"{code}.json").read_bytes()))


def choose(asked: str, accepted: Iterable[str], own: str = "") -> Language:
    """The language for whoever looks at a page.

    What they chose (`asked`) goes first; then that of the order (`own`), unless the browser, which names the languages
    that it is set to best first, leaves it out and names another one that we speak. Else English.
    """
    read = [code for code in map(_code, accepted) if code]
    order = _code(own)
    if order and read and order not in read:
        order = ""
    return language(_code(asked) or order or next(iter(read), "") or CODES[0])


def _code(locale: str) -> str:
    """One of CODES for "de", "de-AT" or "de_DE_formal"; empty for any other."""
    code = locale.strip().lower().replace("_", "-").partition("-")[0]
    return code if code in CODES else ""
