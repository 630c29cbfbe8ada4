"""When a line was written: from what a carrier tells of it to UTC, the time on the clock there, and the zone.

A carrier tells UTC, or a time with its offset, or only the time on the clock of the place. Then the place tells the
zone; where it does not, the zone of the destination is assumed and the line says that it is a guess.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from commerce.rules.tracking import Place
from commerce.rules.zones import is_sure, zone_of
from integrations.carrier_api import Asked

_DIGITS = re.compile(r"[^0-9]")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_WIDEST = timedelta(hours=26)  # between two clocks of this world
YEARS = range(1995, 2100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A moment as Scan has it: `local` without offset; both `local` and `zone` are empty where nothing tells them."""

    at: datetime
    local: str = ""
    zone: str = ""
    guessed: bool = False


def written(value: str) -> datetime | None:
    """A date with time as ISO 8601 writes it, aware or not; None for anything else."""
    try:
        read = datetime.fromisoformat(value.strip())
        return read if read.year in YEARS else None
    except ValueError:
        return None


def joined(day: str, time: str) -> datetime | None:
    """A date and a time of the clock that are told apart, with or without signs between; None without a date."""
    digits, clock = _DIGITS.sub("", day)[:8], _DIGITS.sub("", time)[:6]
    clock = clock.ljust(6, "0") if len(clock) in (4, 6) else "000000"
    try:
        read = datetime.fromisoformat(f"{digits}T{clock}")
        return read if read.year in YEARS else None
    except ValueError:
        return None


def told(value: str, place: Place, asked: Asked) -> Clock | None:
    """Of an ISO text: with an offset it is told, with "Z" it is UTC, with neither it is the clock of the place."""
    read = written(value)
    if read is None:
        return None
    if read.tzinfo is None:
        return of_place(read, place, asked)
    return of_utc(read, place) if value.strip()[-1:] in "Zz" else of_offset(read, place)


def of_offset(read: datetime, place: Place) -> Clock | None:
    """Of an aware time: the zone is that of the place where its offset agrees, else the offset itself."""
    at = _utc(read)
    if at is None:
        return None
    zone = _zone(_anyhow(place))
    named = zone is not None and at.astimezone(zone).utcoffset() == read.utcoffset()
    return Clock(at=at, local=_local(read), zone=str(zone) if named else _offset(read))


def of_utc(read: datetime, place: Place) -> Clock | None:
    """Of UTC: the time on the clock is that of the place, where it tells a zone."""
    at = _utc(read if read.tzinfo else read.replace(tzinfo=UTC))
    zone = _zone(_surely(place))
    if at is None:
        return None
    return Clock(at=at) if zone is None else Clock(at=at, local=_local(at.astimezone(zone)), zone=str(zone))


def of_both(at: datetime, local: datetime | None, place: Place) -> Clock | None:
    """Of UTC and the clock of the place, both told: their difference is the offset."""
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if local is None:
        return of_utc(at, place)
    apart = local.replace(tzinfo=UTC) - at
    minutes = round(apart.total_seconds() / 900) * 15  # offsets are whole quarters; seconds were cut off on one side
    if abs(apart) > _WIDEST or abs(minutes) > 15 * 60:
        return of_utc(at, place)
    exact = at.replace(microsecond=0).astimezone(timezone(timedelta(minutes=minutes)))
    clock = of_offset(exact, place)
    return None if clock is None else Clock(at=clock.at, local=_local(local), zone=clock.zone)


def of_place(read: datetime, place: Place, asked: Asked) -> Clock | None:
    """Of the time on a clock: the place tells the zone, else where the parcel comes from or goes to."""
    read, sure = read.replace(tzinfo=None), _surely(place)
    at_origin = bool(place.country) and place.country == asked.origin_country != asked.country
    assumed = (asked.origin_zone, asked.zone) if at_origin else (asked.zone, asked.origin_zone)
    for name in (sure, *assumed, _anyhow(place)):
        zone = _zone(name)
        at = _utc(read.replace(tzinfo=zone)) if zone else None
        if at is not None:
            return Clock(at=at, local=_local(read), zone=name, guessed=name != sure)
    at = _utc(read.replace(tzinfo=UTC))
    return None if at is None else Clock(at=at, local=_local(read), guessed=True)


def with_offset(read: datetime, offset: str) -> datetime:
    """The time with an offset that is told apart ("-05:00"), as it is where that is none."""
    found = _OFFSET.fullmatch(offset)
    if found is None or int(found[2]) > 15:
        return read
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return read.replace(tzinfo=timezone(ahead if found[1] == "+" else -ahead))


def day(value: str) -> date | None:
    """The day of an ISO text or of eight digits, as it is written: carriers tell days of the destination."""
    read = joined(value, "") if len(value) == 8 and value.isdigit() else written(value)
    return read.date() if read else None


def day_there(value: str, zone: str, *, is_end: bool = False) -> date | None:
    """The day at the destination. UTC is put on the clock there, but for midnight, which stands for the day itself.

    `is_end`: an end at midnight sharp belongs to the day before.
    """
    read, there = written(value), _zone(zone)
    if read is None or there is None or value.strip()[-1:] not in "Zz" or (read.hour, read.minute) == (0, 0):
        return day(value)
    at = read.astimezone(there)
    return (at - timedelta(seconds=1)).date() if is_end else at.date()


def span(*days: date | None) -> tuple[date | None, date | None]:
    """The first and the last of the days that are known."""
    known = [one for one in days if one is not None]
    return (min(known), max(known)) if known else (None, None)


@lru_cache(maxsize=4096)
def _surely(place: Place) -> str:
    where = (place.country, place.postcode, place.province)
    return zone_of(*where) if is_sure(*where) else ""


@lru_cache(maxsize=4096)
def _anyhow(place: Place) -> str:
    return zone_of(place.country, place.postcode, place.province) if place.country else ""


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, LookupError):
        return None


def _utc(read: datetime) -> datetime | None:
    try:
        return read.astimezone(UTC)
    except OverflowError:
        return None


def _local(read: datetime) -> str:
    return read.replace(tzinfo=None).isoformat(timespec="seconds")


def _offset(read: datetime) -> str:
    return read.isoformat()[-6:] if read.utcoffset() is not None else ""
