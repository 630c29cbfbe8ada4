"""Parcels on their way: what a carrier tells of one, and how that moves it forward and never back.

A parcel's state is that of its latest scan by the time at which it was made, not by when we learned of it: carriers
publish late and out of order. Where a parcel ended (delivered, returned, cancelled) it stays, whatever comes in late.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b

LABEL_CREATED, NOT_FOUND, PICKED_UP = "label_created", "not_found", "picked_up"
IN_TRANSIT, CUSTOMS = "in_transit", "customs"
OUT_FOR_DELIVERY, ATTEMPT_FAILED, READY_FOR_PICKUP = "out_for_delivery", "attempt_failed", "ready_for_pickup"
DELAYED, EXCEPTION, RETURNING = "delayed", "exception", "returning"
DELIVERED, RETURNED, CANCELLED, EXPIRED = "delivered", "returned", "cancelled", "expired"

# From the one that says least to the one that says most: of scans of one moment the later one here counts.
STATUSES = (
    NOT_FOUND,
    LABEL_CREATED,
    PICKED_UP,
    IN_TRANSIT,
    CUSTOMS,
    DELAYED,
    OUT_FOR_DELIVERY,
    EXCEPTION,
    ATTEMPT_FAILED,
    READY_FOR_PICKUP,
    RETURNING,
    EXPIRED,
    CANCELLED,
    RETURNED,
    DELIVERED,
)
RANK = {status: rank for rank, status in enumerate(STATUSES)}
ENDED = frozenset({DELIVERED, RETURNED, CANCELLED})
FINAL = ENDED | {EXPIRED}  # nobody asks any more; one that expired goes on where the carrier tells something new
UNMOVED = frozenset({NOT_FOUND, LABEL_CREATED})  # the carrier does not have it yet
# What customers and merchants are told.
MILESTONES = frozenset(
    {
        PICKED_UP,
        OUT_FOR_DELIVERY,
        ATTEMPT_FAILED,
        READY_FOR_PICKUP,
        DELAYED,
        EXCEPTION,
        RETURNING,
        DELIVERED,
        RETURNED,
        CANCELLED,
    }
)
_AHEAD = timedelta(hours=15)
PROBLEMS = frozenset({ATTEMPT_FAILED, DELAYED, EXCEPTION, RETURNING, RETURNED, EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a scan was made, as far as the carrier tells. `country` is ISO 3166 alpha-2."""

    city: str = ""
    province: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One line of what a carrier tells.

    `at` is UTC; `local` the time on the clock there (ISO 8601 without offset) and `zone` its IANA name or offset
    ("+02:00"), both empty where the carrier does not tell it and no place does. `status` is one of STATUSES, or empty
    where the line says nothing of the parcel's state (a code that is not known, a photo that was taken). `code` is the
    carrier's own, as `type:code` where it has types. `at_destination`: at the facility from which it is delivered.
    `guessed`: `at` rests on an assumption about the zone.
    """

    at: datetime
    status: str = ""
    sub_status: str = ""
    code: str = ""
    text: str = ""
    place: Place = Place()
    local: str = ""
    zone: str = ""
    at_destination: bool = False
    guessed: bool = False

    @property
    def key(self) -> str:
        """The same for the same line, whenever and however often it is told."""
        what = "|".join((self.at.isoformat(timespec="seconds"), self.code, self.status, self.text, self.place.city))
        return blake2b(what.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a carrier told of one parcel.

    `scans` in any order. `status`: the carrier's word for the whole in ours, for carriers that tell no lines or less
    than the whole. `expected_first`, `expected_last`: the estimated day at the destination, the same where it is one
    day. `trusted` False: it was put into our words by rules that are not ours. `unknown`: codes (as in Scan.code) that
    no table has, with the carrier's text.
    """

    number: str
    carrier: str
    scans: tuple[Scan, ...] = ()
    status: str = ""
    expected_first: date | None = None
    expected_last: date | None = None
    service: str = ""
    signed_by: str = ""
    trusted: bool = True
    unknown: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far a parcel is. `scanned_at`: when the scan was made that says so."""

    status: str = LABEL_CREATED
    sub_status: str = ""
    scanned_at: datetime | None = None
    at_destination: bool = False
    moved: bool = False
    place: Place = Place()
    local: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What a telling led to: the state, lines that were not known, and milestones to tell, oldest first."""

    state: State
    new: tuple[Scan, ...]
    milestones: tuple[Scan, ...]


def advance(state: State, known: Collection[str], told: Told, *, now: datetime) -> Advance:
    """Move a parcel by what was told; `known` are the keys of its lines so far. Pure.

    The same lines give the same status in any order and however often they are told; of two different ends the one that
    was heard first stays. Each milestone is told once, and never one that lies before the parcel's state.
    """
    by_key = {scan.key: scan for scan in (_if_made(scan, now) for scan in told.scans)}
    new = sorted((scan for key, scan in by_key.items() if key not in known), key=_order)
    milestones = []
    for scan in new:
        after = _moved(state, scan)
        if after is not state and after.status in MILESTONES and _is_news(state, scan):
            milestones.append(scan)
        state = after
    after = _as_a_whole(state, told)
    if after.status != state.status and after.status in MILESTONES:
        milestones.append(Scan(at=now, status=after.status))
    return Advance(state=after, new=tuple(new), milestones=tuple(milestones))


def recount(scans: Iterable[Scan]) -> State:
    """The state that these lines alone lead to, as if nothing had been known before."""
    state = State()
    for scan in sorted(scans, key=_order):
        state = _moved(state, scan)
    return state


def _if_made(scan: Scan, now: datetime) -> Scan:
    """The line; without its word where it lies ahead by more than clocks and zones go wrong: nothing comes after it."""
    return scan if scan.at <= now + _AHEAD else replace(scan, status="", sub_status="", at_destination=False)


def _as_a_whole(state: State, told: Told) -> State:
    """The state by the carrier's word for the whole, where its lines leave open what that is.

    When it became so is not told, so a line of any time may still follow.
    """
    last = latest(told.scans)
    is_open = last is None or not last.status or told.status in ENDED
    if not told.status or not is_open or state.status in ENDED or told.status == state.status:
        return state
    if state.moved and told.status in UNMOVED:
        return state
    return replace(state, status=told.status, sub_status="", moved=state.moved or told.status not in UNMOVED)


def _order(scan: Scan) -> tuple[datetime, int, str]:
    return scan.at, RANK.get(scan.status, -1), scan.key


def _is_news(state: State, scan: Scan) -> bool:
    """A milestone counts again only where the parcel was somewhere else meanwhile, or on another day."""
    if state.status != scan.status or state.scanned_at is None:
        return True
    return scan.status == ATTEMPT_FAILED and scan.at.date() != state.scanned_at.date()


def _moved(state: State, scan: Scan) -> State:
    if not scan.status or state.status in ENDED:
        return state
    if state.moved and scan.status in UNMOVED:
        return state
    is_first_move = not state.moved and scan.status not in UNMOVED
    if state.scanned_at is not None and scan.status not in ENDED and not is_first_move:
        if scan.at < state.scanned_at:
            return state
        if scan.at == state.scanned_at and RANK[scan.status] < RANK[state.status]:
            return state
    return State(
        status=scan.status,
        sub_status=scan.sub_status,
        scanned_at=scan.at,
        at_destination=scan.at_destination or (state.at_destination and scan.status in _STAYS_THERE),
        moved=state.moved or scan.status not in UNMOVED,
        place=scan.place if scan.place != Place() else state.place,
        local=scan.local,
        zone=scan.zone,
    )


_STAYS_THERE = frozenset({OUT_FOR_DELIVERY, ATTEMPT_FAILED, READY_FOR_PICKUP, DELIVERED, DELAYED})


def progress(status: str) -> int:
    """How many of the five steps of a journey are done: ordered, handed over, on its way, out for delivery, there."""
    return _STEPS.get(status, 2)


_STEPS = {
    **dict.fromkeys((NOT_FOUND, LABEL_CREATED, CANCELLED), 1),
    PICKED_UP: 2,
    **dict.fromkeys((IN_TRANSIT, CUSTOMS, DELAYED, EXCEPTION, RETURNING, EXPIRED), 3),
    **dict.fromkeys((OUT_FOR_DELIVERY, READY_FOR_PICKUP, ATTEMPT_FAILED), 4),
    **dict.fromkeys((DELIVERED, RETURNED), 5),
}


def latest(scans: Sequence[Scan]) -> Scan | None:
    """The line that was made last."""
    return max(scans, key=_order, default=None)
