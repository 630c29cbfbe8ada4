"""Runs through a shop's own API in plain words: how far one is, and what one found and healed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from commerce.rules.events import CATEGORY, CUSTOMER, ORDER, PRODUCT, SHIPMENT, SHOP
from commerce.tables import syncs
from commerce.tables.syncs import CHANGES, COMPARE, IMPORT
from webapp import formats
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext, ngettext, translated

TITLES = {
    IMPORT: lazy_gettext("First import"),
    CHANGES: lazy_gettext("Look for changes"),
    COMPARE: lazy_gettext("Comparison of everything"),
}
# What each platform's API is walked through, in its order: (platform, whether only for changes) to names. A test holds
# them against the platforms' own lists.
LISTINGS: dict[tuple[str, bool], tuple[str, ...]] = {
    ("shopify", False): ("collections", "products", "stock", "customers", "orders"),
    ("shopify", True): ("collections", "products", "deletions", "customers", "orders"),
    ("woocommerce", False): ("categories", "products", "variations", "customers", "orders"),
    ("woocommerce", True): (
        *("categories", "changed products", "published products", "trashed products"),
        *("changed variations", "newest customers", "changed orders", "trashed orders"),
    ),
}
# What these are called on pages.
LISTED = (
    lazy_gettext("collections"),
    lazy_gettext("categories"),
    lazy_gettext("products"),
    lazy_gettext("stock"),
    lazy_gettext("customers"),
    lazy_gettext("orders"),
    lazy_gettext("deletions"),
    lazy_gettext("variations"),
    lazy_gettext("changed products"),
    lazy_gettext("published products"),
    lazy_gettext("trashed products"),
    lazy_gettext("changed variations"),
    lazy_gettext("newest customers"),
    lazy_gettext("changed orders"),
    lazy_gettext("trashed orders"),
)
_INVENTORY = "inventory"
_KINDS = (PRODUCT, CATEGORY, ORDER, CUSTOMER, SHIPMENT, _INVENTORY)  # in the order in which they are told
_SOON = timedelta(seconds=5)  # a wait that is not worth a word
_LATELY = timedelta(days=1)
_MEASURED = 2.0  # seconds after which a rate says something


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is. `total` and `left` (seconds) are None while the shop has not counted everything; `rate` is
    objects per second since it began. `now_at`: what is walked through at present, in words.
    """

    title: str
    kind: str
    done: int
    total: int | None
    rate: float | None
    left: float | None
    now_at: str
    waits_until: datetime | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A run that is over: how long it took (seconds), what it found in sentences, and why it failed, if it did."""

    title: str
    kind: str
    state: str
    at: datetime
    seconds: float
    objects: int
    calls: int
    found: str
    healed: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """The shop's runs: under way, waiting behind it, the last of each kind that came to its end, the last that failed
    and was not followed by one that came to its end. `healed`: the last that put something right within a day."""

    going: Progress | None
    behind: Sequence[str]
    last: Mapping[str, Ended]
    failed: Sequence[Ended]
    totals: Mapping[str, int]
    counted_at: datetime | None
    healed: Ended | None


def runs_of(rows: Sequence[Any], platform: str, now: datetime) -> Runs:
    """Sort the newest runs of each kind and state (commerce.tables.syncs.latest, newest first)."""
    going = sorted((row for row in rows if row.state == syncs.RUNNING), key=lambda row: row.id)
    last = {row.kind: row for row in rows if row.state == syncs.DONE}
    succeeded = {kind: row.id for kind, row in last.items()}
    everything = [row for kind, row in last.items() if kind in (IMPORT, COMPARE)]
    counted = max(everything, key=lambda row: row.id, default=None)
    known: Mapping[str, int] = counted.totals if counted is not None else {}
    failed = [row for row in rows if row.state == syncs.FAILED and row.id > succeeded.get(row.kind, 0)]
    again = {row.kind for row in going}
    over = {kind: ended(row) for kind, row in last.items()}
    reconciled = [one for kind, one in over.items() if kind != IMPORT and one.healed and one.at > now - _LATELY]
    return Runs(
        going=progress(going[0], platform, now, known) if going else None,
        behind=[str(TITLES[row.kind]) for row in going[1:]],
        last=over,
        failed=[ended(row) for row in failed if row.kind not in again],
        totals={name: number for name, number in known.items() if name != SHOP},
        counted_at=counted.finished_at if counted is not None else None,
        healed=max(reconciled, key=lambda one: one.at, default=None),
    )


def progress(row: Any, platform: str, now: datetime, known: Mapping[str, int] | None = None) -> Progress:
    """How far a run is; `known` are the counts of the last run through everything, for what was not counted yet."""
    listings = LISTINGS.get((platform, row.kind == CHANGES), ())
    counts = {**(known or {}), **row.totals} if row.kind != CHANGES else row.totals
    counted = bool(listings) and all(name in counts for name in listings)
    total = max(sum(counts[name] for name in listings), row.done) if counted else None
    passed = (now - row.started_at).total_seconds()
    rate = row.done / passed if row.done and passed >= _MEASURED else None
    waits = row.due_at > now + _SOON
    return Progress(
        title=str(TITLES[row.kind]),
        kind=row.kind,
        done=row.done,
        total=total,
        rate=rate,
        left=(total - row.done) / rate if total is not None and rate and not waits else None,
        now_at=_now_at(row, listings),
        waits_until=row.due_at if waits else None,
        error=row.error,
    )


def _now_at(row: Any, listings: Sequence[str]) -> str:
    if row.listing == 0 and not row.place and not row.totals:
        return _("about to begin")
    if row.listing < len(listings):
        name = listings[row.listing]
        number, what = row.totals.get(name), translated(name)
        if number:
            return _("looks at %(what)s, %(number)s in all", what=what, number=formats.number(number))
        return _("looks at %(what)s", what=what)
    is_whole = listings and row.kind != CHANGES
    return _("looks for what the shop does not have any more") if is_whole else _("under way")


def ended(row: Any) -> Ended:
    """A run that is over."""
    found = found_words(row.found)
    if row.kind == IMPORT:
        found = ngettext("%(num)s object was brought in.", "%(num)s objects were brought in.", row.done)
    return Ended(
        title=str(TITLES[row.kind]),
        kind=row.kind,
        state=row.state,
        at=row.finished_at or row.started_at,
        seconds=((row.finished_at or row.started_at) - row.started_at).total_seconds(),
        objects=row.done,
        calls=row.calls,
        found=" ".join([found, *row.notes.values()]),
        healed=sum(row.found.values()),
        error=row.error,
    )


def found_words(found: Mapping[str, int]) -> str:
    """What differed here from the shop and was put right: "3 products were missing here: put right."."""
    by_kind: dict[str, dict[str, int]] = {}
    for name, number in found.items():
        kind, _point, what = name.partition(".")
        if number:
            by_kind.setdefault(kind, {})[what] = number
    if not by_kind:
        return _("Nothing differed.")
    sentences = [_of_kind(kind, by_kind[kind]) for kind in sorted(by_kind, key=_order)]
    put_right = _("It was put right.") if sum(found.values()) == 1 else _("All of it was put right.")
    return " ".join([*sentences, put_right])


def _order(kind: str) -> int:
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


def _of_kind(kind: str, numbers: Mapping[str, int]) -> str:
    """ "3 products were missing, 1 was out of date, 2 were here but not at the shop any more." """
    if kind == SHOP:
        return _("The shop's own details were out of date.")
    parts: list[str] = []
    for what in ("missing", "stale", "surplus"):
        number = numbers.get(what, 0)
        if number:
            things = formats.number(number) if parts else _counted(kind, number)
            parts.append(_differed(what, number, things))
    return ", ".join(parts) + "."


def _differed(what: str, number: int, things: str) -> str:
    if what == "missing":
        return ngettext("%(things)s was missing", "%(things)s were missing", number, things=things)
    if what == "stale":
        return ngettext("%(things)s was out of date", "%(things)s were out of date", number, things=things)
    return ngettext(
        "%(things)s was here but not at the shop any more",
        "%(things)s were here but not at the shop any more",
        number,
        things=things,
    )


def _counted(kind: str, number: int) -> str:
    words = {
        PRODUCT: ngettext("%(num)s product", "%(num)s products", number),
        CATEGORY: ngettext("%(num)s category", "%(num)s categories", number),
        ORDER: ngettext("%(num)s order", "%(num)s orders", number),
        CUSTOMER: ngettext("%(num)s customer", "%(num)s customers", number),
        SHIPMENT: ngettext("%(num)s parcel", "%(num)s parcels", number),
        _INVENTORY: ngettext("%(num)s stock level", "%(num)s stock levels", number),
    }
    return words.get(kind) or f"{formats.number(number)} {kind if number == 1 else f'{kind}s'}"
