"""Times on the clock of the place where something happened."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


def zone(name: str) -> tzinfo | None:
    """The zone of an IANA name or an offset ("+02:00"); None for what is neither."""
    found = _OFFSET.fullmatch(name)
    if found:
        size = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(size if found[1] == "+" else -size) if size < timedelta(days=1) else None
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError):  # not known, or no name at all
        return None


def there(at: datetime, *, local: str = "", name: str = "", otherwise: str = "") -> tuple[datetime, str]:
    """What the clock showed at that moment (UTC), and the zone's name where it is not that of the place.

    `local` is what the carrier told, `name` its zone, `otherwise` that of the destination.
    """
    try:
        if local:
            return datetime.fromisoformat(local).replace(tzinfo=None), ""
    except ValueError:
        pass  # what a carrier made of it is no time; the moment itself is known
    known = zone(name) or zone(otherwise)
    return at.astimezone(known or UTC).replace(tzinfo=None), "" if known else "UTC"


def today(now: datetime, *names: str) -> date:
    """The day it is in the first of these zones that is known."""
    known = next((found for found in map(zone, names) if found), UTC)
    return now.astimezone(known).date()
