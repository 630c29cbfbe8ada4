"""What carriers told of parcels, into the tables: lines, how far each parcel is, when its carrier is asked next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from heapq import nlargest
from typing import Any

from sqlalchemy import Connection

from commerce.mirror.outcomes import Happened
from commerce.rules import polling, polling_tables, tracking
from commerce.rules.events import IMPORT, LIVE, PARCEL
from commerce.rules.parcels import Parcel
from commerce.rules.polling_tables import Tables
from commerce.rules.tracking import Place, Scan, State, Told
from commerce.tables import carriers, order_tracking, parcel_erasure, tracking_scans
from commerce.tables.columns import storable
from commerce.tables.tracking_settings import TrackingSettings

_PUSHED = timedelta(days=3)  # for which a carrier that told something by itself is taken to go on doing so
_BEFORE = timedelta(days=1)  # before it was followed: milestones from earlier are history, and told to nobody
_MOST_LINES = 500  # of one telling, the latest: parcels have some tens


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of a parcel: what was told, or why nothing was (`problem`, `error`) and when to try again.

    `asked`: the carrier was asked for it; else it told by itself. `carrier`: whose parcel it was when it was asked for;
    where it was given to another one meanwhile, the answer counts for nothing.
    """

    tracking_id: int
    carrier: str = ""
    told: Told | None = None
    problem: str = ""
    error: str = ""
    again_at: datetime | None = None
    asked: bool = True
    inbox_id: int | None = None
    origin: str = LIVE


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How a shop follows its parcels. `prices`: of a call, by carrier (commerce.rules.polling)."""

    settings: TrackingSettings
    prices: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def tables(self) -> Tables | None:
        """Clock times of the shop's own, where it has some."""
        return polling_tables.own(self.settings.tables)


def apply(
    db: Connection, *, shop_id: int, heard: Sequence[Heard], way: str, ways: Ways, now: datetime
) -> list[Happened]:
    """Write what was heard of a shop's parcels; gives the events it led to, oldest first.

    The rows are held until the caller's transaction ends, so that what a carrier tells by itself meanwhile comes after.
    """
    rows = order_tracking.held(db, sorted({one.tracking_id for one in heard}))
    known = tracking_scans.keys(db, rows)
    writing, done, again = _Writing(ways=ways, now=now), set[int](), list[Heard]()
    for one in heard:
        row = rows.get(one.tracking_id)
        if row is None or row.shop_id != shop_id or one.carrier not in ("", row.carrier):
            continue  # it was deleted, or given to another carrier, meanwhile
        if row.stopped == parcel_erasure.ERASED:
            continue  # nothing is written any more of where it goes
        if row.id in done:
            again.append(one)  # it was asked for twice: the second answer counts from where the first one leads
            continue
        done.add(row.id)
        if one.told is None:
            writing.changes.append(_unanswered(row, one, now))
        else:
            writing.told(row, known[row.id], one, one.told)
    tracking_scans.add(db, shop_id=shop_id, found=writing.lines, way=way, now=now)
    order_tracking.change(db, writing.changes)
    carriers.count_unknown(db, shop_id=shop_id, found=writing.unknown, now=now)
    later = apply(db, shop_id=shop_id, heard=again, way=way, ways=ways, now=now) if again else []
    return writing.happened + later


@dataclass(slots=True)
class _Writing:
    """What a batch writes."""

    ways: Ways
    now: datetime
    changes: list[dict[str, Any]] = field(default_factory=list)
    lines: list[tuple[int, Scan]] = field(default_factory=list)
    unknown: list[tuple[str, str, str]] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)

    def told(self, row: Any, known: set[str], heard: Heard, told: Told) -> None:
        """A carrier told something of this parcel."""
        if len(told.scans) > _MOST_LINES:
            told = replace(told, scans=tuple(nlargest(_MOST_LINES, told.scans, key=lambda scan: scan.at)))
        step = tracking.advance(state_of(row), known, told, now=self.now)
        self.lines.extend((row.id, scan) for scan in step.new)
        new_codes = {scan.code for scan in step.new}
        self.unknown.extend((row.carrier, code, words) for code, words in told.unknown if code in new_codes)
        values = _values(row, step.state, told, heard, found=bool(step.new), now=self.now)
        values |= self._schedule(row, values)
        self.changes.append(values)
        for scan in step.milestones:
            parcel = Parcel.of(row, scan, expected=values["expected_last"])
            self.happened.append(
                Happened(
                    name=f"parcel.{scan.status}",
                    kind=PARCEL,
                    object_id=str(row.id),
                    inbox_id=heard.inbox_id,
                    origin=IMPORT if scan.at < row.created_at - _BEFORE else heard.origin,
                    parcel=parcel,
                )
            )

    def _schedule(self, row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        """When to ask next, and what becomes of a parcel of which nothing was heard for too long."""
        if row.stopped:
            return {"next_check_at": None, "stopped": row.stopped, "ended_at": values["ended_at"] or row.ended_at}
        known = known_of(row, values, now=self.now)
        price = self.ways.prices.get(row.carrier, 1.0)
        level, tables = self.ways.settings.level, self.ways.tables
        due = polling.next_check(known, self.now, level, price=price, tables=tables)
        if due is None and values["status"] not in tracking.FINAL:
            return {"next_check_at": None, "stopped": "", "status": tracking.EXPIRED, "ended_at": self.now}
        return {"next_check_at": due, "stopped": "", "ended_at": values["ended_at"]}


def state_of(row: Any) -> State:
    """How far a stored parcel is."""
    return State(
        status=row.status,
        sub_status=row.sub_status,
        scanned_at=row.scanned_at,
        at_destination=row.at_destination,
        moved=row.moved,
        place=Place(city=row.city, province=row.province, postcode=row.postcode, country=row.country),
        local=row.scanned_local,
        zone=row.scanned_zone,
    )


def _values(row: Any, state: State, told: Told, heard: Heard, *, found: bool, now: datetime) -> dict[str, Any]:
    """The row's new columns but for its schedule. What the carrier does not tell any more stays."""
    ended = state.status in tracking.FINAL
    moved_at = min((scan.at for scan in told.scans if scan.status not in (*tracking.UNMOVED, "")), default=None)
    return {
        "id": row.id,
        "status": state.status,
        "sub_status": storable(state.sub_status, 100),
        "scanned_at": state.scanned_at,
        "at_destination": state.at_destination,
        "moved": state.moved,
        "city": storable(state.place.city, 100),
        "province": storable(state.place.province, 100),
        "postcode": storable(state.place.postcode, 30),
        "country": storable(state.place.country, 2),
        "scanned_local": state.local,
        "scanned_zone": state.zone,
        "expected_first": told.expected_first or row.expected_first,
        "expected_last": told.expected_last or row.expected_last,
        "service": storable(told.service, 100) or row.service,
        "signed_by": storable(told.signed_by, 100) or row.signed_by,
        "trusted": told.trusted,
        "first_scan_at": row.first_scan_at or moved_at,
        "ended_at": (row.ended_at or now) if ended else None,
        "checked_at": now if heard.asked else row.checked_at,
        "pushed_at": row.pushed_at if heard.asked else now,
        "silent": 0 if found else row.silent + int(heard.asked),
        "calls": row.calls + int(heard.asked),
        "problem": "",
        "error": "",
        "saved_at": now if found or state != state_of(row) else row.saved_at,
    }


def _unanswered(row: Any, heard: Heard, now: datetime) -> dict[str, Any]:
    """The same columns for a parcel of which nothing could be learned: it stays as it is."""
    kept = _values(row, state_of(row), Told(number=row.number, carrier=row.carrier), heard, found=False, now=now)
    is_over = row.stopped or row.status in tracking.FINAL
    return kept | {
        "trusted": row.trusted,
        "pushed_at": row.pushed_at,
        "ended_at": row.ended_at,
        "checked_at": row.checked_at,
        "problem": heard.problem,
        "error": storable(heard.error, 500),
        "next_check_at": None if is_over else heard.again_at,
        "stopped": row.stopped,
    }


def known_of(row: Any, values: Mapping[str, Any], *, now: datetime) -> polling.Known:
    """What the polling policy needs to know of a parcel; `values` are the columns as they will be."""
    pushed_at = values.get("pushed_at", row.pushed_at)
    return polling.Known(
        key=f"{row.shop_id}:{row.number}",
        status=values["status"],
        created_at=row.shipped_at or row.created_at,
        scanned_at=values["scanned_at"],
        at_destination=values["at_destination"],
        moved=values["moved"],
        expected_first=values["expected_first"],
        expected_last=values["expected_last"],
        zone=row.to_zone,
        origin_zone=row.from_zone,
        country=row.to_country,
        international=bool(row.from_country and row.to_country and row.from_country != row.to_country),
        service=values.get("service", "") or "",
        checked_at=values.get("checked_at"),
        fruitless=values.get("silent", 0),
        pushed=pushed_at is not None and now - pushed_at < _PUSHED,
    )
