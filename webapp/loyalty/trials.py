"""A programme tried on a shop's past orders, as the page shows it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from commerce.database import Connection
from commerce.mirror.points import zone_of
from commerce.mirror.points_simulation import BANDS, Simulated, simulate
from commerce.rules.loyalty.programmes import Programme
from commerce.tables.shops import Shop
from webapp import dated, formats
from webapp.languages import gettext as _

_FURTHEST = 10  # years
_MOST, _MOST_WITH_LINES = 150_000, 50_000  # orders: no page is waited for much longer than a second


class UnableToReadDay(ValueError):
    """It is no day, or one on which nothing can begin; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is shown. `asked` and `since`: the day that was asked for, and from which on orders were looked at.
    `months` and `bands`: (words, number, share of the highest)."""

    found: Simulated
    asked: str
    since: str
    months: list[tuple[str, int, float]]
    bands: list[tuple[str, int, float]]
    tiers: list[tuple[str, int]]
    dearest: str


def day(shop: Shop, at: datetime) -> str:
    """The day of a time in the shop's zone, in words."""
    return dated.in_full(at.astimezone(zone_of(shop)))


def day_before(shop: Shop, now: datetime, *, days: int = 365) -> str:
    """A day so long ago in the shop's zone, as forms have it."""
    return f"{(now - timedelta(days=days)).astimezone(zone_of(shop)):%Y-%m-%d}"


def beginning(shop: Shop, told: str, now: datetime) -> datetime:
    """When that day began in the shop's zone. Raises UnableToReadDay."""
    try:
        begins = datetime.strptime(told, "%Y-%m-%d").replace(tzinfo=zone_of(shop)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnableToReadDay(_("This must be a day, such as 2026-01-31.")) from None
    if begins > now:
        raise UnableToReadDay(_("This must be a day in the past."))
    if begins < now - timedelta(days=366 * _FURTHEST):
        raise UnableToReadDay(_("This must be a day of the last %(number)s years.", number=_FURTHEST))
    return begins


def today(shop: Shop, now: datetime) -> datetime:
    """When today began in the shop's zone."""
    return beginning(shop, day_before(shop, now, days=0), now)


def tried(db: Connection, shop: Shop, programme: Programme, *, since: datetime, now: datetime) -> Trial:
    """Try a programme on the orders since then."""
    most = _MOST_WITH_LINES if programme.products else _MOST
    found = simulate(db, shop, programme, since=since, until=now, most=most)
    names = [*[tier.name for tier in reversed(programme.tiers)], ""]
    return Trial(
        found=found,
        asked=day(shop, since),
        since=day(shop, found.since or since),
        months=_shares([(_month(month), points) for month, points in found.months.items()]),
        bands=_shares([(_band(low), found.bands[low]) for low in BANDS if low in found.bands]),
        tiers=[(name, found.tiers.get(name, 0)) for name in names] if programme.tiers else [],
        dearest=max(found.rates, key=found.rates.__getitem__, default=""),
    )


def _month(told: str) -> str:
    return dated.month(datetime.strptime(told, "%Y-%m").replace(tzinfo=UTC))


def _band(low: int) -> str:
    place = BANDS.index(low)
    if place + 1 == len(BANDS):
        return _("%(number)s and more", number=formats.number(low))
    return _("%(low)s to %(high)s", low=formats.number(max(low, 1)), high=formats.number(BANDS[place + 1] - 1))


def _shares(rows: list[tuple[str, int]]) -> list[tuple[str, int, Any]]:
    highest = max((number for _words, number in rows), default=0)
    return [(words, number, number / highest if highest else 0.0) for words, number in rows]
