"""Send windows: between which hours of which weekdays people are written to, by their own clock."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Weekday (Monday is 0) to minutes of the day, from and until; a weekday that is missing has none.
Windows = Mapping[int, tuple[int, int]]
MINUTES = 24 * 60
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ALWAYS: Windows = dict.fromkeys(range(7), (0, MINUTES))


def zone_named(*names: str) -> ZoneInfo:
    """The first of these zones that there is; UTC without one."""
    for name in names:
        try:
            if name:
                return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def opens_at(windows: Windows, zone: ZoneInfo, *, now: datetime) -> datetime | None:
    """When a message may go out: `now` within a window, or else the start of the next one (UTC). None where there is
    no window in the next week, as where all are closed.
    """
    today = now.astimezone(zone).date()
    for offset in range(-1, 9):
        day = today + timedelta(days=offset)
        first, last = windows.get(day.weekday(), (0, 0))
        opens, closes = _moment(day, first, zone), _moment(day, last, zone)
        if opens < closes and now < closes:
            return max(now, opens)
    return None


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """A time on the clock there, in UTC; one that the clock skips counts as if it had not."""
    if minutes >= MINUTES:
        day, minutes = day + timedelta(days=1), 0
    return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone).astimezone(UTC)


def minutes_of(text: str) -> int:
    """ "08:30" as minutes of the day; "24:00" is its end. Raises ValueError."""
    hours, colon, minutes = text.strip().partition(":")
    if not colon or not (hours.isdecimal() and minutes.isdecimal() and hours.isascii() and minutes.isascii()):
        raise ValueError("a time such as 08:30")
    total = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or total > MINUTES:
        raise ValueError("a time from 00:00 to 24:00")
    return total


def clock_text(minutes: int) -> str:
    """Minutes of the day as people read them."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
