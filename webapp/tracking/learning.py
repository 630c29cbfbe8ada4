"""The hours at which carriers are asked, fitted to a shop's own parcels that ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from commerce.rules import refit
from commerce.rules.polling_tables import read, written
from commerce.rules.refit import Cost, Observed, Seen, UnableToRefit
from commerce.tables import tracking_lists, tracking_scans
from commerce.tables.tracking_settings import TrackingSettings
from webapp.parts import Parts

MOST = 5_000  # parcels, the newest that ended
_TOGETHER = 500


class UnableToLearn(Exception):
    """There is too little to learn from; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Fitted tables as they are stored, whether they are better, and what they gain, as JSON."""

    tables: dict[str, Any]
    is_better: bool
    told: dict[str, Any]


def learn(here: Parts, *, shop_id: int, level: str) -> Learned:
    """Fit the usual hours to the shop's parcels; takes seconds. Raises UnableToLearn."""
    try:
        found = refit.refit(_observed(here, shop_id), level)
    except UnableToRefit as error:
        raise UnableToLearn(str(error)) from error
    told = {
        "before": _cost(found.before),
        "after": _cost(found.after),
        "worthwhile": found.worthwhile,
        "changes": dict(found.changes),
    }
    return Learned(tables=written(found.tables), is_better=found.worthwhile, told=told)


def with_tables(chosen: TrackingSettings, tables: dict[str, Any] | None) -> TrackingSettings:
    """The settings with other hours; None: the usual ones. Raises ValueError for what are no tables."""
    if tables is not None:
        read(tables)
    return replace(chosen, tables=tables)


def _cost(cost: Cost) -> dict[str, float]:
    return {"calls": round(cost.calls, 2), "hours": round(cost.mean_h, 2), "parcels": cost.shipments}


def _observed(here: Parts, shop_id: int) -> list[Observed]:
    found: list[Observed] = []
    with here.database.read() as db:
        rows = tracking_lists.ended(db, shop_id=shop_id, limit=MOST)
        for start in range(0, len(rows), _TOGETHER):
            some = rows[start : start + _TOGETHER]
            scans = tracking_scans.of_parcels(db, [row.id for row in some])
            found += [_one(row, scans[row.id]) for row in some if scans[row.id]]
    return found


def _one(row: Any, scans: Sequence[Any]) -> Observed:
    seen = [
        Seen(
            made_at=scan.at,
            shown_at=refit.shown(scan.at, scan.seen_at),
            status=scan.status,
            at_destination=scan.at_destination,
        )
        for scan in scans
    ]
    seen.sort(key=lambda scan: scan.shown_at)
    return Observed(
        key=f"{row.shop_id}:{row.number}",
        created_at=row.shipped_at or row.created_at,
        scans=tuple(seen),
        # When the carrier named the day is not kept: with the first line, mostly.
        estimates=((seen[0].shown_at, row.expected_last),) if row.expected_last else (),
        zone=row.to_zone,
        origin_zone=row.from_zone,
        country=row.to_country,
        international=bool(row.from_country and row.to_country and row.from_country != row.to_country),
        service=row.service,
    )
