"""What the read cache does for a shop, in figures: counted as it is read, written every few seconds."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from commerce.database import Connection
from commerce.rules.page_scope import NOTHING_DROPPED
from commerce.tables import effect_lists, effects, page_templates, tallies
from commerce.tables.shops import Shop
from integrations.cache.pages import Space
from integrations.errors import Transient
from webapp.languages import lazy_gettext as _
from webapp.parts import Parts
from webapp.reading.kept import BYPASS, HIT, MISS, STALE

KINDS = (("product", _("Product pages")), ("category", _("Category pages")), ("categories", _("List of categories")))
PERIODS = ((1, _("24 hours")), (7, _("7 days")), (30, _("30 days")))
_LARGEST, _LATEST, _LOOKED_AT = 10, 20, 300
_USUAL = timedelta(seconds=2)  # what a change takes to reach the cache at most, unless something is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """Reads of one kind of page. `seconds`: how long making one takes on average, None where none was made."""

    title: str
    hits: int
    misses: int
    seconds: float | None

    @property
    def total(self) -> int:
        """All reads."""
        return self.hits + self.misses

    @property
    def saved(self) -> float:
        """Seconds that were not spent on making pages, by what making one takes."""
        return self.hits * (self.seconds or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All of it. `bytes` and `largest` (name, bytes) are None and empty while Redis is away."""

    reads: Sequence[Reads]
    bytes: int | None
    most_bytes: int
    largest: Sequence[tuple[str, int]]
    latest: Sequence[Any]
    waiting: int
    has_cdn: bool

    @property
    def total(self) -> int:
        """All reads."""
        return sum(one.total for one in self.reads)

    @property
    def hits(self) -> int:
        """Reads that the tables were spared."""
        return sum(one.hits for one in self.reads)

    @property
    def saved(self) -> float:
        """Seconds that were spared."""
        return sum(one.saved for one in self.reads)


def figures(here: Parts, shop: Shop, *, now: datetime, days: int) -> Figures:
    """The shop's figures of so many days."""
    with here.database.read() as db:
        reads = _reads(db, shop.id, now - timedelta(days=days))
        recent = effect_lists.page(db, shop_id=shop.id, kind=effects.PAGES, limit=_LOOKED_AT)
        has_cdn = page_templates.has_cdn(db, shop_id=shop.id)
    held, largest = None, list[tuple[str, int]]()
    with contextlib.suppress(Transient):
        held, largest = here.pages.sizes(Space(shop_id=shop.id, version=shop.pages_version), most=_LARGEST)
    return Figures(
        reads=reads,
        bytes=held,
        most_bytes=here.settings.cache_shop_mb * 1_000_000,
        largest=largest,
        latest=[row for row in recent if _is_told(row, now)][:_LATEST],
        waiting=sum(row.state == effects.WAITING and _is_told(row, now) for row in recent),
        has_cdn=has_cdn,
    )


def _is_told(row: Any, now: datetime) -> bool:
    """Whether an effect is worth telling: something was dropped, or has been waiting for longer than usual."""
    if row.state == effects.WAITING:
        return bool(row.created_at < now - _USUAL)
    return bool(row.state != effects.DONE or row.reason != NOTHING_DROPPED)


def _reads(db: Connection, shop_id: int, since: datetime) -> list[Reads]:
    counted = tallies.of_shop(db, shop_id=shop_id, since=since)
    found = []
    for kind, title in KINDS:
        made = counted.get(("pages_made", kind), 0)
        spent = counted.get(("pages_made_us", kind), 0) / 1e6
        hits = sum(counted.get(("pages", f"{kind}.{how}"), 0) for how in (HIT, STALE))
        misses = sum(counted.get(("pages", f"{kind}.{how}"), 0) for how in (MISS, BYPASS))
        found.append(Reads(title=title, hits=hits, misses=misses, seconds=spent / made if made else None))
    return found
