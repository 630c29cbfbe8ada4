"""Lists of parcels: those with which something is wrong, all of them by filters, and counts of both."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, literal, or_, select, tuple_

from commerce.rules import tracking
from commerce.tables import keyset
from commerce.tables.carriers import health, unknown_codes
from commerce.tables.columns import Moment
from commerce.tables.keyset import Place, Sort
from commerce.tables.order_tracking import order_tracking
from commerce.tables.orders import orders
from commerce.tables.tracking_settings import TrackingSettings

# What may be wrong with a parcel, the most pressing first.
RETURNED, EXCEPTION, ATTEMPT_FAILED = "returned", "exception", "attempt_failed"
STUCK, OVERDUE, NOT_HANDED_OVER, NO_INFORMATION = "stuck", "overdue", "not_handed_over", "no_information"
NO_ACCOUNT, UNKNOWN_CARRIER = "no_account", "unknown_carrier"
REASONS = (
    *(RETURNED, EXCEPTION, ATTEMPT_FAILED, STUCK, OVERDUE),
    *(NOT_HANDED_OVER, NO_INFORMATION, NO_ACCOUNT, UNKNOWN_CARRIER),
)
_WELL = frozenset({tracking.DELIVERED, tracking.CANCELLED})
_LOOKED_AT = tuple(status for status in tracking.STATUSES if status not in _WELL)
_GOING = tuple(status for status in tracking.STATUSES if status not in tracking.FINAL)
_LEFT_ALONE = ("done", "history", "not_in_shop", "erased")

_AT_ONCE = 10_000  # values in one statement
_row = order_tracking.c
_NEWEST = Sort(column=_row.saved_at, descends=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which parcels are listed. `order`: an order's id or number; `number`: a part of the parcel's, as it is kept;
    `since`, `until`: when it was first known here."""

    status: str = ""
    carrier: str = ""
    order: str = ""
    number: str = ""
    since: datetime | None = None
    until: datetime | None = None


def _reason(chosen: TrackingSettings, now: datetime) -> Any:
    """What is wrong with a parcel, as an expression; NULL where nothing is. Settled ones come back with news."""

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    begun = func.coalesce(_row.shipped_at, _row.created_at, type_=Moment())
    last = func.coalesce(_row.scanned_at, _row.shipped_at, _row.created_at, type_=Moment())
    is_told = or_(_row.checked_at.is_not(None), _row.pushed_at.is_not(None), _row.scanned_at.is_not(None))
    is_on_its_way = _row.moved & _row.status.not_in(tracking.ENDED)
    is_label = _row.status == tracking.LABEL_CREATED
    return case(
        (_row.status.in_((tracking.RETURNING, tracking.RETURNED)), RETURNED),
        (_row.status == tracking.EXCEPTION, EXCEPTION),
        (_row.status == tracking.ATTEMPT_FAILED, ATTEMPT_FAILED),
        (_row.stopped == NO_ACCOUNT, NO_ACCOUNT),
        (_row.stopped == UNKNOWN_CARRIER, UNKNOWN_CARRIER),
        (is_on_its_way & (last < before(chosen.stuck_days)), STUCK),
        (is_on_its_way & (_row.expected_last < before(chosen.overdue_days).date()), OVERDUE),
        (is_label & is_told & (begun < before(chosen.not_handed_over_days)), NOT_HANDED_OVER),
        (
            or_(_row.status == tracking.NOT_FOUND, is_label & ~is_told) & (begun < before(chosen.no_information_days)),
            NO_INFORMATION,
        ),
        ((_row.status == tracking.EXPIRED), STUCK),
    ).label("reason")


def _troubled(shop_id: int, chosen: TrackingSettings, now: datetime) -> Any:
    """The shop's parcels with which something is wrong and that nobody settled since."""
    query = select(_row.id.label("key"), _row.saved_at, _reason(chosen, now)).where(
        _row.shop_id == shop_id,
        _row.status.in_(_LOOKED_AT),
        _row.stopped.not_in(_LEFT_ALONE),
        or_(_row.settled_at.is_(None), _row.saved_at > _row.settled_at),
    )
    inner = query.subquery()
    return select(inner).where(inner.c.reason.is_not(None)).subquery("troubled")


def troubled(
    db: Connection,
    *,
    shop_id: int,
    chosen: TrackingSettings,
    now: datetime,
    limit: int,
    reason: str = "",
    offset: int = 0,
) -> Sequence[Row[Any]]:
    """Parcels with which something is wrong, the most pressing kind first, with `reason` and `order_number`."""
    found = _troubled(shop_id, chosen, now)
    place = case({name: position for position, name in enumerate(REASONS)}, value=found.c.reason)
    some = select(found.c.key, found.c.reason, place.label("place")).select_from(found)
    if reason:
        some = some.where(found.c.reason == reason)
    shown = some.order_by(place, found.c.saved_at, found.c.key).limit(limit).offset(offset).subquery("shown")
    query = select(order_tracking, orders.c.number.label("order_number"), shown.c.reason).select_from(
        shown.join(order_tracking, _row.id == shown.c.key).outerjoin(orders, _of_order())
    )
    return db.execute(query.order_by(shown.c.place, _row.saved_at, _row.id)).all()


def troubles(db: Connection, *, shop_id: int, chosen: TrackingSettings, now: datetime) -> dict[str, int]:
    """How many parcels each thing is wrong with, in the order of REASONS; what is wrong with none is left out."""
    found = _troubled(shop_id, chosen, now)
    counted: dict[str, int] = dict(db.execute(select(found.c.reason, func.count()).group_by(found.c.reason)).all())
    return {reason: counted[reason] for reason in REASONS if reason in counted}


def _of_order() -> Any:
    return and_(orders.c.shop_id == _row.shop_id, orders.c.id == _row.order_id)


def one(db: Connection, *, shop_id: int, tracking_id: int, chosen: TrackingSettings, now: datetime) -> Row[Any] | None:
    """One parcel with `order_number` and `reason`, also where it is settled."""
    query = select(order_tracking, orders.c.number.label("order_number"), _reason(chosen, now))
    query = query.select_from(order_tracking.outerjoin(orders, _of_order()))
    return db.execute(query.where(_row.shop_id == shop_id, _row.id == tracking_id)).first()


def newest(
    db: Connection, *, shop_id: int, filters: Filters, after: Place | None = None, limit: int
) -> Sequence[Row[Any]]:
    """Parcels that fit behind a place, those with the latest news first, with `order_number`."""
    query = select(order_tracking, orders.c.number.label("order_number"))
    query = _filtered(query.select_from(order_tracking.outerjoin(orders, _of_order())), shop_id, filters)
    return keyset.page(db, query, sort=_NEWEST, key=_row.id, after=after, limit=limit)


def _filtered(query: Select[Any], shop_id: int, filters: Filters) -> Select[Any]:
    conditions = [_row.shop_id == shop_id]
    if filters.status:
        conditions.append(_row.status == filters.status)
    if filters.carrier:
        conditions.append(_row.carrier == filters.carrier)
    if filters.number:
        conditions.append(_row.number.contains(filters.number, autoescape=True))
    if filters.order:
        told = filters.order.lstrip("#")
        named = select(orders.c.id).where(
            orders.c.shop_id == shop_id, orders.c.number.in_([filters.order, told, f"#{told}"])
        )
        conditions.append(or_(_row.order_id == filters.order, _row.order_id.in_(named)))
    if filters.since:
        conditions.append(_row.created_at >= filters.since)
    if filters.until:
        conditions.append(_row.created_at < filters.until)
    return query.where(*conditions)


def page(
    db: Connection,
    *,
    shop_id: int,
    limit: int,
    after: tuple[datetime, int] | None = None,
    updated_since: datetime | None = None,
    **equal: str,
) -> Sequence[Row[Any]]:
    """Parcels by when something new was told of them, oldest first; `after` is where to go on, `equal` are columns."""
    query = select(order_tracking).where(_row.shop_id == shop_id, *(_row[name] == told for name, told in equal.items()))
    if after is not None:
        query = query.where(tuple_(_row.saved_at, _row.id) > tuple_(literal(after[0], Moment()), literal(after[1])))
    if updated_since is not None:
        query = query.where(_row.saved_at >= updated_since)
    return db.execute(query.order_by(_row.saved_at, _row.id).limit(limit)).all()


def carriers_of(db: Connection, *, shop_id: int) -> list[str]:
    """The carriers of the shop's parcels."""
    return keyset.distinct(db, _row.carrier, _row.shop_id == shop_id)


def on_their_way(db: Connection, *, shop_id: int) -> dict[str, int]:
    """How many parcels are not at an end yet, by carrier."""
    chosen = and_(_row.shop_id == shop_id, _row.status.in_(_GOING), _row.stopped.not_in(_LEFT_ALONE))
    return dict(db.execute(select(_row.carrier, func.count()).where(chosen).group_by(_row.carrier)).all())


def by_status(db: Connection, *, shop_id: int) -> dict[str, int]:
    """How many of the shop's parcels are not at an end, by status."""
    chosen = and_(_row.shop_id == shop_id, _row.status.in_(_LOOKED_AT))
    return dict(db.execute(select(_row.status, func.count()).where(chosen).group_by(_row.status)).all())


def delivered_since(db: Connection, *, shop_id: int, since: datetime) -> int:
    """How many parcels reached their addressees since then."""
    chosen = and_(_row.shop_id == shop_id, _row.saved_at >= since, _row.ended_at >= since)
    return db.execute(select(func.count()).where(chosen, _row.status == tracking.DELIVERED)).scalar_one()


def due(db: Connection, *, shop_id: int, at: datetime) -> int:
    """How many of the shop's parcels were due by that time and were not asked for yet."""
    return db.execute(select(func.count()).where(_row.shop_id == shop_id, _row.next_check_at <= at)).scalar_one()


def unknown_codes_of(db: Connection, *, shop_id: int, carrier: str, codes: Collection[str]) -> set[str]:
    """Those of a carrier's codes that nobody understood."""
    if not codes:
        return set()
    mine = and_(unknown_codes.c.shop_id == shop_id, unknown_codes.c.carrier == carrier, unknown_codes.c.code.in_(codes))
    return set(db.execute(select(unknown_codes.c.code).where(mine)).scalars())


def totals(db: Connection, *, now: datetime) -> tuple[Mapping[str, int], int, Mapping[str, int]]:
    """Of all shops: parcels by status, how many are due, and with how many shops each carrier is not asked now."""
    states: dict[str, int] = dict(db.execute(select(_row.status, func.count()).group_by(_row.status)).all())
    waiting = db.execute(select(func.count()).where(_row.next_check_at <= now)).scalar_one()
    broken = select(health.c.carrier, func.count()).where(health.c.closed_until > now).group_by(health.c.carrier)
    return states, waiting, dict(db.execute(broken).all())


def orders_by_numbers(db: Connection, *, shop_id: int, numbers: Collection[str]) -> dict[str, str]:
    """The shop's orders by these numbers, which stand with or without "#" in the shop."""
    if not numbers:
        return {}
    written = [*numbers, *(f"#{number}" for number in numbers)]
    found: dict[str, str] = {}
    for start in range(0, len(written), _AT_ONCE):
        chosen = and_(orders.c.shop_id == shop_id, orders.c.number.in_(written[start : start + _AT_ONCE]))
        found |= {
            row.number.lstrip("#"): row.id for row in db.execute(select(orders.c.number, orders.c.id).where(chosen))
        }
    return found


def newest_to_ask(db: Connection, *, shop_id: int, carrier: str) -> Row[Any] | None:
    """The carrier's newest parcel that is on its way and asked for."""
    chosen = (_row.shop_id == shop_id, _row.carrier == carrier, _row.stopped == "", _row.status.not_in(tracking.FINAL))
    return db.execute(select(order_tracking).where(*chosen).order_by(_row.id.desc()).limit(1)).first()


def ended(db: Connection, *, shop_id: int, limit: int) -> Sequence[Row[Any]]:
    """Parcels that were delivered or came back, the newest first."""
    chosen = (_row.shop_id == shop_id, _row.status.in_((tracking.DELIVERED, tracking.RETURNED)))
    return db.execute(select(order_tracking).where(*chosen).order_by(_row.id.desc()).limit(limit)).all()
