"""Runs through a shop's own API in plain words: how far one is, and what one found and healed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from commerce.rules.events import CATEGORY, CUSTOMER, ORDER, PRODUCT, SHIPMENT, SHOP
from commerce.tables import syncs
from commerce.tables.syncs import CHANGES, COMPARE, IMPORT

TITLES = {IMPORT: "First import", CHANGES: "Look for changes", COMPARE: "Comparison of everything"}
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
_NOUNS = {
    PRODUCT: ("product", "products"),
    CATEGORY: ("category", "categories"),
    ORDER: ("order", "orders"),
    CUSTOMER: ("customer", "customers"),
    SHIPMENT: ("parcel", "parcels"),
    "inventory": ("stock level", "stock levels"),
}
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
        behind=[TITLES[row.kind] for row in going[1:]],
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
        title=TITLES[row.kind],
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
        return "about to begin"
    if row.listing < len(listings):
        name = listings[row.listing]
        number = row.totals.get(name)
        return f"looks at {name}" + (f", {number:,} in all" if number else "")
    return "looks for what the shop does not have any more" if listings and row.kind != CHANGES else "under way"


def ended(row: Any) -> Ended:
    """A run that is over."""
    found = found_words(row.found)
    if row.kind == IMPORT:
        found = f"{row.done:,} {'object was' if row.done == 1 else 'objects were'} brought in."
    return Ended(
        title=TITLES[row.kind],
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
        kind, _, what = name.partition(".")
        if number:
            by_kind.setdefault(kind, {})[what] = number
    if not by_kind:
        return "Nothing differed."
    sentences = [_of_kind(kind, by_kind[kind]) for kind in sorted(by_kind, key=_order)]
    put_right = "It was put right." if sum(found.values()) == 1 else "All of it was put right."
    return " ".join([*sentences, put_right])


def _order(kind: str) -> int:
    return list(_NOUNS).index(kind) if kind in _NOUNS else len(_NOUNS)


def _of_kind(kind: str, numbers: Mapping[str, int]) -> str:
    """ "3 products were missing, 1 was out of date, 2 were here but not at the shop any more." """
    if kind == SHOP:
        return "The shop's own details were out of date."
    one, many = _NOUNS.get(kind, (kind, f"{kind}s"))
    parts: list[str] = []
    for what, words in (
        ("missing", "missing"),
        ("stale", "out of date"),
        ("surplus", "here but not at the shop any more"),
    ):
        number = numbers.get(what, 0)
        if number:
            noun = f" {one if number == 1 else many}" if not parts else ""
            parts.append(f"{number:,}{noun} {'was' if number == 1 else 'were'} {words}")
    return ", ".join(parts) + "."
