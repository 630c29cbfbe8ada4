"""The load that is taken off the store: everything that is counted where it happens, and how it is counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from commerce.database import Connection
from commerce.tables import searches
from commerce.tables.shops import Shop
from webapp.home.days import Counted, Days, total
from webapp.languages import lazy_gettext as _
from webapp.reading.kept import HIT, STALE
from webapp.stores.connected import PURPOSES

_PAGES = ("product", "category", "categories")
_FROM_CACHE = tuple(f"{kind}.{how}" for kind in _PAGES for how in (HIT, STALE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One kind of load: what it is, how much of it each day, and how that is counted."""

    name: str
    title: str
    how: str
    by_day: Sequence[int]

    @property
    def today(self) -> int:
        """So many today."""
        return self.by_day[-1]

    @property
    def month(self) -> int:
        """So many in all the days."""
        return sum(self.by_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """All of it. `seconds`: of reading tables that the cache spared, day by day. `spent`: calls that Backroom itself
    made to the store, by purpose: today, and in all the days."""

    saved: Sequence[Saved]
    seconds: Sequence[float]
    spent: Sequence[tuple[str, int, int]]

    @property
    def today(self) -> int:
        """Everything together, today."""
        return sum(one.today for one in self.saved)

    @property
    def by_day(self) -> list[int]:
        """Everything together, day by day."""
        return [sum(numbers) for numbers in zip(*(one.by_day for one in self.saved), strict=True)]

    def of(self, *names: str) -> int:
        """These together, today."""
        return sum(one.today for one in self.saved if one.name in names)


_HOW = {
    "searches": (
        _("Searches answered"),
        _("Each search with words that was answered here; further pages of it are not counted. Days are those of UTC."),
    ),
    "reads": (
        _("Reads of products and categories"),
        _("Each read of a product or category page that was answered here, from the cache or from the tables."),
    ),
    "api": (
        _("Reads by your own systems"),
        _("Each GET that a system with one of your keys sent to Backroom's API instead of the store's."),
    ),
    "tracking": (_("Tracking pages"), _("Each time the page of a parcel was opened.")),
    "polls": (_("Questions to carriers"), _("Each parcel for which a carrier was asked from here.")),
    "calls": (
        _("API calls that nobody had to make"),
        _(
            "Deliveries that changed something: each would take a call to be found. Our calls to read again are taken"
            " off."
        ),
    ),
}


def searched(db: Connection, shop: Shop, days: Days, now: datetime) -> Mapping[date, tuple[int, int]]:
    """Searches, and those without results, on each of the days. They are counted by days of UTC: the present one there
    stands for the shop's, also where the shop has another date at the moment."""
    apart = now.astimezone(UTC).date() - days.dates[-1]
    found = searches.by_day(db, shop_id=shop.id, since=days.dates[0] + apart)
    return {day - apart: numbers for day, numbers in found.items()}


def savings(days: Days, searched: Mapping[date, tuple[int, int]]) -> Savings:
    """Work it out from the counters and the searches (`searched`)."""
    by_day = {
        "searches": [searched.get(day, (0, 0))[0] for day in days.dates],
        "reads": days.of("pages"),
        "api": days.of("api_reads"),
        "tracking": days.of("track_pages"),
        "polls": days.of("parcel_checks"),
        "calls": [_calls(day) for day in days.counted],
    }
    month = total_of(days)
    return Savings(
        saved=[Saved(name=name, title=_HOW[name][0], how=_HOW[name][1], by_day=by_day[name]) for name in _HOW],
        seconds=[_seconds(day) for day in days.counted],
        spent=[(words, _made(days.today, purpose), _made(month, purpose)) for purpose, words in PURPOSES.items()],
    )


def total_of(days: Days) -> dict[tuple[str, str], int]:
    """All the days in one."""
    found: dict[tuple[str, str], int] = {}
    for day in days.counted:
        for key, number in day.items():
            found[key] = found.get(key, 0) + number
    return found


def hit_ratio(day: Counted) -> float | None:
    """The share of reads that the cache answered, in percent; None without reads."""
    reads = total(day, "pages")
    return 100 * total(day, "pages", _FROM_CACHE) / reads if reads else None


def _calls(day: Counted) -> int:
    return max(0, total(day, "changed") - _made(day, "re-read"))


def _made(day: Counted, purpose: str) -> int:
    return day.get(("api_calls", purpose), 0)


def _seconds(day: Counted) -> float:
    """Reads from the cache, times what making such a page took on average that day."""
    spared = 0.0
    for kind in _PAGES:
        made, spent = day.get(("pages_made", kind), 0), day.get(("pages_made_us", kind), 0) / 1e6
        hits = total(day, "pages", (f"{kind}.{HIT}", f"{kind}.{STALE}"))
        spared += hits * spent / made if made else 0.0
    return spared
