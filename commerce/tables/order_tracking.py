"""Parcels on their way: one row for each number that a shop wants to know of, and when its carrier is asked next.

The row is the schedule: whoever asks a carrier first moves `next_check_at` ahead, so that nobody else asks meanwhile,
and whoever dies on the way leaves a row that is due again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    update,
)

from commerce.rules.tracking import LABEL_CREATED
from commerce.tables.columns import BigId, Moment, insert, metadata

_WATCHED = timedelta(minutes=2)  # after its page was opened

# Who told us of the number.
SHOP, API, FILE, LABEL = "shop", "api", "file", "label"

order_tracking = Table(
    "order_tracking",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("number", Text, nullable=False),
    Column("carrier", Text, nullable=False, default=""),
    Column("carrier_named", Text, nullable=False, default=""),
    Column("candidates", Text, nullable=False, default=""),
    Column("order_id", Text, nullable=False, default=""),
    Column("shipment_id", Text, nullable=False, default=""),
    Column("source", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("status", Text, nullable=False, default=LABEL_CREATED),
    Column("sub_status", Text, nullable=False, default=""),
    Column("trusted", Boolean, nullable=False, default=True),
    Column("moved", Boolean, nullable=False, default=False),
    Column("at_destination", Boolean, nullable=False, default=False),
    Column("city", Text, nullable=False, default=""),
    Column("province", Text, nullable=False, default=""),
    Column("postcode", Text, nullable=False, default=""),
    Column("country", Text, nullable=False, default=""),
    Column("scanned_at", Moment),
    Column("scanned_local", Text, nullable=False, default=""),
    Column("scanned_zone", Text, nullable=False, default=""),
    Column("expected_first", Date),
    Column("expected_last", Date),
    Column("service", Text, nullable=False, default=""),
    Column("signed_by", Text, nullable=False, default=""),
    Column("to_country", Text, nullable=False, default=""),
    Column("to_postcode", Text, nullable=False, default=""),
    Column("to_zone", Text, nullable=False, default=""),
    Column("from_country", Text, nullable=False, default=""),
    Column("from_zone", Text, nullable=False, default=""),
    Column("language", Text, nullable=False, default=""),
    Column("shipped_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("first_scan_at", Moment),
    Column("ended_at", Moment),
    Column("checked_at", Moment),
    Column("pushed_at", Moment),
    Column("opened_at", Moment),
    Column("next_check_at", Moment),
    Column("silent", Integer, nullable=False, default=0),
    Column("calls", Integer, nullable=False, default=0),
    Column("problem", Text, nullable=False, default=""),
    Column("error", Text, nullable=False, default=""),
    Column("stopped", Text, nullable=False, default=""),
    Column("settled_at", Moment),
    Column("saved_at", Moment, nullable=False),
    Index("uq_order_tracking_number", "shop_id", "number", unique=True),
    Index("uq_order_tracking_token", "token", unique=True),
    Index(
        "ix_order_tracking_due",
        "next_check_at",
        "shop_id",
        sqlite_where=text("next_check_at IS NOT NULL"),
        postgresql_where=text("next_check_at IS NOT NULL"),
    ),
    Index("ix_order_tracking_order", "shop_id", "order_id"),
    Index("ix_order_tracking_carrier", "shop_id", "carrier"),
    Index("ix_order_tracking_status", "shop_id", "status", "id"),
    Index("ix_order_tracking_saved", "shop_id", "saved_at", "id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How many of a shop's parcels with one carrier are due, since when the first of them is, and whether somebody
    looks at one."""

    shop_id: int
    carrier: str
    number: int
    since: datetime
    is_watched: bool


def add(db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert parcels, all with the same columns; a number that the shop has already stays as it is."""
    if rows:
        statement = insert(db, order_tracking).on_conflict_do_nothing(index_elements=["shop_id", "number"])
        db.execute(statement, sorted(rows, key=lambda row: (row["shop_id"], row["number"])))


def change(db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write columns of parcels, all rows with the same ones and an `id`, in one statement."""
    if not rows:
        return
    names = [name for name in rows[0] if name != "id"]
    statement = update(order_tracking).where(order_tracking.c.id == bindparam("row"))
    ordered = sorted(rows, key=lambda row: row["id"])
    db.execute(
        statement.values({name: bindparam(f"new_{name}") for name in names}),
        [{"row": row["id"]} | {f"new_{name}": row[name] for name in names} for row in ordered],
    )


def by_numbers(db: Connection, *, shop_id: int, numbers: Collection[str]) -> dict[str, Row[Any]]:
    """The shop's parcels of these numbers."""
    return {row.number: row for row in _chosen(db, shop_id, order_tracking.c.number.in_(numbers))} if numbers else {}


def by_orders(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> Sequence[Row[Any]]:
    """The parcels of these orders, oldest first."""
    return _chosen(db, shop_id, order_tracking.c.order_id.in_(order_ids)) if order_ids else []


def by_id(db: Connection, *, shop_id: int, tracking_id: int) -> Row[Any] | None:
    """One parcel of the shop."""
    return next(iter(_chosen(db, shop_id, order_tracking.c.id == tracking_id)), None)


def by_token(db: Connection, token: str) -> Row[Any] | None:
    """The parcel whose tracking page has this token, whichever shop's it is."""
    return db.execute(select(order_tracking).where(order_tracking.c.token == token)).first()


def _chosen(db: Connection, shop_id: int, condition: Any) -> Sequence[Row[Any]]:
    query = select(order_tracking).where(order_tracking.c.shop_id == shop_id, condition)
    return db.execute(query.order_by(order_tracking.c.id)).all()


def held(db: Connection, ids: Collection[int]) -> dict[int, Row[Any]]:
    """These parcels, which nobody else changes until the transaction ends."""
    if not ids:
        return {}
    query = select(order_tracking).where(order_tracking.c.id.in_(ids)).order_by(order_tracking.c.id)
    return {row.id: row for row in db.execute(query.with_for_update())}


def due_groups(db: Connection, *, now: datetime, shop_id: int | None = None) -> list[Due]:
    """What is due, by shop and carrier."""
    waiting = order_tracking.c.next_check_at <= now
    if shop_id is not None:
        waiting = and_(waiting, order_tracking.c.shop_id == shop_id)
    first = func.min(order_tracking.c.next_check_at, type_=Moment())
    opened = func.max(order_tracking.c.opened_at, type_=Moment())
    query = select(order_tracking.c.shop_id, order_tracking.c.carrier, func.count(), first, opened).where(waiting)
    rows = db.execute(query.group_by(order_tracking.c.shop_id, order_tracking.c.carrier))
    return [
        Due(
            shop_id=shop_id,
            carrier=carrier,
            number=number,
            since=since,
            is_watched=opened_at is not None and now - opened_at < _WATCHED,
        )
        for shop_id, carrier, number, since, opened_at in rows
    ]


def due(db: Connection, *, shop_id: int, carrier: str, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """The shop's parcels with that carrier that are due, those that wait for longest first."""
    waiting = and_(
        order_tracking.c.next_check_at <= now,
        order_tracking.c.shop_id == shop_id,
        order_tracking.c.carrier == carrier,
    )
    query = select(order_tracking).where(waiting).order_by(order_tracking.c.next_check_at, order_tracking.c.id)
    return db.execute(query.limit(limit)).all()


def claim(db: Connection, ids: Collection[int], *, now: datetime, until: datetime) -> set[int]:
    """Take these parcels for asking; gives those that were still due. Nobody else takes them before that time."""
    if not ids:
        return set()
    due = and_(order_tracking.c.id.in_(ids), order_tracking.c.next_check_at <= now)
    free = select(order_tracking.c.id).where(due).order_by(order_tracking.c.id).with_for_update(skip_locked=True)
    mine = set(db.execute(free).scalars())
    db.execute(update(order_tracking).where(order_tracking.c.id.in_(mine)).values(next_check_at=until))
    return mine


def stop(db: Connection, *, shop_id: int, carrier: str, why: str, now: datetime) -> None:
    """Nobody can ask for the shop's parcels with that carrier that are due; they wait until somebody can."""
    due = and_(
        order_tracking.c.shop_id == shop_id, order_tracking.c.carrier == carrier, order_tracking.c.next_check_at <= now
    )
    db.execute(update(order_tracking).where(due).values(next_check_at=None, stopped=why))


def release(db: Connection, ids: Collection[int], *, at: datetime, claimed_until: datetime) -> None:
    """Give parcels back that were taken and not asked for."""
    if ids:
        mine = and_(order_tracking.c.id.in_(ids), order_tracking.c.next_check_at == claimed_until)
        db.execute(update(order_tracking).where(mine).values(next_check_at=at))


def ask_soon(db: Connection, *, shop_id: int, carriers: Collection[str], now: datetime) -> int:
    """The shop can ask these carriers from now on: parcels that waited for that are due, and those that were refused
    with what it had before; gives how many."""
    waiting = and_(
        order_tracking.c.shop_id == shop_id,
        order_tracking.c.carrier.in_(carriers),
        order_tracking.c.ended_at.is_(None),
        or_(
            and_(order_tracking.c.next_check_at.is_(None), order_tracking.c.stopped.in_(("", "no_account"))),
            and_(order_tracking.c.next_check_at > now, order_tracking.c.problem == "refused"),
        ),
    )
    return db.execute(update(order_tracking).where(waiting).values(next_check_at=now, stopped="")).rowcount


def opened(db: Connection, tracking_id: int, *, now: datetime, ask: bool) -> None:
    """Somebody looks at the parcel's page; `ask`: its carrier is asked at once."""
    values: dict[str, Any] = {"opened_at": now}
    if ask:
        values["next_check_at"] = now
    db.execute(update(order_tracking).where(order_tracking.c.id == tracking_id).values(values))
