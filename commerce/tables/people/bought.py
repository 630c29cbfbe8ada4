"""Whose orders are: the member of each, and the orders of members."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, select, update

from commerce.tables.orders import orders


def members_of(db: Connection, *, shop_id: int, ids: Collection[str]) -> set[str]:
    """The members whose these orders are."""
    if not ids:
        return set()
    chosen = and_(orders.c.shop_id == shop_id, orders.c.id.in_(ids), orders.c.member_id != "")
    return set(db.execute(select(orders.c.member_id).where(chosen)).scalars())


def set_members(db: Connection, *, shop_id: int, members: Mapping[str, str]) -> None:
    """Write whose these orders are: order to member."""
    if members:
        one = and_(orders.c.shop_id == shop_id, orders.c.id == bindparam("order"))
        rows = [{"order": order, "owner": member} for order, member in sorted(members.items())]
        db.execute(update(orders).where(one).values(member_id=bindparam("owner")), rows)


def of_account(db: Connection, *, shop_id: int, account_ids: Collection[str]) -> Sequence[Any]:
    """What tells whose the orders are that were placed with these accounts."""
    columns = (orders.c.id, orders.c.customer_id, orders.c.member_id, orders.c.email, orders.c.phone_e164)
    chosen = and_(orders.c.shop_id == shop_id, orders.c.customer_id.in_(account_ids))
    return db.execute(select(*columns).where(chosen).order_by(orders.c.id)).all()


def newest_of(db: Connection, *, shop_id: int, member_ids: Collection[str]) -> dict[str, Row[Any]]:
    """The order that each of these members placed last."""
    if not member_ids:
        return {}
    chosen = and_(orders.c.shop_id == shop_id, orders.c.member_id.in_(member_ids))
    place = func.row_number().over(
        partition_by=orders.c.member_id, order_by=(orders.c.placed_at.desc().nulls_last(), orders.c.id.desc())
    )
    ranked = select(orders.c.id, place.label("place")).where(chosen).subquery()
    first = and_(orders.c.shop_id == shop_id, orders.c.id.in_(select(ranked.c.id).where(ranked.c.place == 1)))
    return {row.member_id: row for row in db.execute(select(orders).where(first))}


def of_members(db: Connection, *, shop_id: int, member_ids: Collection[str], limit: int) -> Sequence[Row[Any]]:
    """These members' newest orders."""
    query = select(orders).where(orders.c.shop_id == shop_id, orders.c.member_id.in_(member_ids))
    return db.execute(query.order_by(orders.c.placed_at.desc()).limit(limit)).all()
