"""What a person's timeline is made of: their orders with refunds and parcels, points, consents, merges, happenings."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, or_, select

from commerce.rules.loyalty.entries import AVAILABLE_POINTS, PENDING_POINTS
from commerce.rules.tracking import MILESTONES
from commerce.tables.loyalty.ledger import postings, transactions
from commerce.tables.order_tracking import order_tracking
from commerce.tables.orders import orders
from commerce.tables.people.consents import consents
from commerce.tables.people.happenings import happenings
from commerce.tables.people.merges import merges
from commerce.tables.tracking_scans import scans


def placed(
    db: Connection, *, shop_id: int, member_ids: Collection[str], until: datetime | None, limit: int
) -> Sequence[Row[Any]]:
    """Orders of these members, placed last first."""
    columns = (orders.c.id, orders.c.number, orders.c.status, orders.c.total, orders.c.currency, orders.c.placed_at)
    query = select(*columns).where(_of(orders, shop_id, member_ids), orders.c.placed_at.is_not(None))
    return _newest(db, query, orders.c.placed_at, orders.c.id, until, limit)


def refunded(db: Connection, *, shop_id: int, member_ids: Collection[str], limit: int) -> Sequence[Row[Any]]:
    """Orders of these members of which something was refunded, placed last first."""
    columns = (orders.c.id, orders.c.number, orders.c.currency, orders.c.refunds)
    query = select(*columns).where(_of(orders, shop_id, member_ids), orders.c.refunded != 0)
    return _newest(db, query, orders.c.placed_at, orders.c.id, None, limit)


def carried(
    db: Connection, *, shop_id: int, member_ids: Collection[str], until: datetime | None, limit: int
) -> Sequence[Row[Any]]:
    """Milestones of the parcels of these members' orders: each parcel's first line of a status, newest first."""
    theirs = select(orders.c.id).where(_of(orders, shop_id, member_ids))
    at = func.min(scans.c.at, type_=scans.c.at.type).label("at")
    columns = (order_tracking.c.id, order_tracking.c.number, order_tracking.c.order_id, scans.c.status, at)
    parcels = order_tracking.join(scans, scans.c.tracking_id == order_tracking.c.id)
    query: Select[Any] = select(*columns).select_from(parcels)
    query = query.where(
        order_tracking.c.shop_id == shop_id,
        order_tracking.c.order_id.in_(theirs),
        scans.c.status.in_(sorted(MILESTONES)),
    )
    query = query.group_by(*columns[:-1])
    if until is not None:
        query = query.having(at.element <= until)
    return db.execute(query.order_by(at.desc(), order_tracking.c.id).limit(limit)).all()


def points(
    db: Connection, *, shop_id: int, member_ids: Collection[str], until: datetime | None, limit: int
) -> Sequence[Row[Any]]:
    """Transactions that changed what these members hold or wait for, newest first, with by how much each of the two."""
    columns = (transactions.c.id, transactions.c.kind, transactions.c.about, transactions.c.reason, transactions.c.at)
    ledger = transactions.join(postings, postings.c.transaction_id == transactions.c.id)
    sums = (_sum(AVAILABLE_POINTS).label("points"), _sum(PENDING_POINTS).label("pending"))
    query: Select[Any] = select(*columns, *sums).select_from(ledger)
    query = query.where(_of(postings, shop_id, member_ids)).group_by(*columns)
    return _newest(db, query, transactions.c.at, transactions.c.id, until, limit)


def _sum(account: str) -> Any:
    return func.sum(case((postings.c.account == account, postings.c.points), else_=0))


def consented(
    db: Connection, *, shop_id: int, member_ids: Collection[str], until: datetime | None, limit: int
) -> Sequence[Row[Any]]:
    """What these members allowed or withdrew here, newest first."""
    query = select(consents).where(_of(consents, shop_id, member_ids))
    return _newest(db, query, consents.c.at, consents.c.id, until, limit)


def happened(
    db: Connection, *, shop_id: int, member_ids: Collection[str], until: datetime | None, limit: int
) -> Sequence[Row[Any]]:
    """What other systems and people put here, newest first."""
    query = select(happenings).where(_of(happenings, shop_id, member_ids))
    return _newest(db, query, happenings.c.happened_at, happenings.c.id, until, limit)


def merged(db: Connection, *, shop_id: int, member_ids: Collection[str], limit: int) -> Sequence[Row[Any]]:
    """Merges these members took part in, newest first."""
    part = or_(merges.c.primary_id.in_(member_ids), merges.c.secondary_id.in_(member_ids))
    return _newest(
        db, select(merges).where(merges.c.shop_id == shop_id, part), merges.c.made_at, merges.c.id, None, limit
    )


def _of(table: Any, shop_id: int, member_ids: Collection[str]) -> Any:
    return and_(table.c.shop_id == shop_id, table.c.member_id.in_(member_ids))


def _newest(
    db: Connection, query: Select[Any], at: Any, id_: Any, until: datetime | None, limit: int
) -> Sequence[Row[Any]]:
    if until is not None:
        query = query.where(at <= until)
    return db.execute(query.order_by(at.desc(), id_.desc()).limit(limit)).all()
