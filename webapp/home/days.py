"""What is counted, day by day: by the shop's own calendar, in one statement."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from weakref import WeakKeyDictionary

from commerce.database import Connection, Database
from commerce.rules.notifications.windows import zone_named
from commerce.tables import tallies
from commerce.tables.shops import Shop

KEPT = 30  # days that are looked back on, today with them
LATELY = 14  # of which small lines are drawn

Counted = Mapping[tuple[str, str], int]  # by name and label, as in commerce.tables.tallies

_SETTLED = timedelta(minutes=10)  # after midnight: whatever was counted before it is written by then
_MOST = 1_000  # shops whose days are kept
# Days that are over, by the database, and in it by shop, zone and the present day.
_over: WeakKeyDictionary[Database, dict[tuple[int, str, date], Sequence[Counted]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The shop's counters of each of the last days, oldest first; `dates` are those days in the shop's zone."""

    dates: Sequence[date]
    counted: Sequence[Counted]

    @property
    def today(self) -> Counted:
        """The counters of the present day."""
        return self.counted[-1]

    def of(self, name: str, labels: Collection[str] | None = None) -> list[int]:
        """A counter day by day, all its labels together, or those."""
        return [total(day, name, labels) for day in self.counted]


def total(counted: Counted, name: str, labels: Collection[str] | None = None) -> int:
    """A counter, all its labels together, or those."""
    return sum(
        number for (mine, label), number in counted.items() if mine == name and (labels is None or label in labels)
    )


def dates_of(shop: Shop, now: datetime, days: int = KEPT) -> list[date]:
    """The last days of the shop's calendar, oldest first."""
    today = now.astimezone(zone_named(shop.timezone)).date()
    return [today - timedelta(days=back) for back in range(days - 1, -1, -1)]


def begins(shop: Shop, day: date) -> datetime:
    """When a day begins there, in UTC."""
    return datetime.combine(day, time(), tzinfo=zone_named(shop.timezone)).astimezone(UTC)


def read(database: Database, db: Connection, shop: Shop, now: datetime) -> Days:
    """Read the counters of the last days. Counters are of whole hours: a day has those that begin in it.

    Days that are over change no more: they are read once in a process, as soon as the last counters of yesterday are
    surely written.
    """
    dates = dates_of(shop, now)
    today = begins(shop, dates[-1])
    kept, key = _over.setdefault(database, {}), (shop.id, shop.timezone, dates[-1])
    past = kept.get(key)
    if past is None:
        spans = _read(db, shop, [begins(shop, day) for day in dates])
        if now - today >= _SETTLED:
            if len(kept) >= _MOST:
                kept.clear()
            kept[key] = spans[:-1]
        return Days(dates=dates, counted=spans)
    return Days(dates=dates, counted=[*past, *_read(db, shop, [today])])


def _read(db: Connection, shop: Shop, spans: Sequence[datetime]) -> list[Counted]:
    found: list[dict[tuple[str, str], int]] = [defaultdict(int) for _ in spans]
    for place, name, label, number in tallies.by_span(db, shop_id=shop.id, begins=spans):
        found[place][name, label] += number
    return [dict(day) for day in found]
