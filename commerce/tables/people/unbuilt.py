"""Accounts and orders whose persons were never worked out."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Text, and_, bindparam, literal, or_, select, update

from commerce.tables.customers import customers
from commerce.tables.orders import orders
from commerce.tables.people.members import members
from commerce.tables.shops import ACTIVE, shops


def shops_without(db: Connection) -> list[int]:
    """Active shops whose persons were never worked out from what is stored."""
    query = select(shops.c.id).where(shops.c.state == ACTIVE, shops.c.people_built_at.is_(None))
    return list(db.execute(query.order_by(shops.c.id)).scalars())


def accounts(db: Connection, *, shop_id: int, after: str, limit: int) -> Sequence[Row[Any]]:
    """Accounts that are part of no person, by id."""
    same = and_(members.c.shop_id == customers.c.shop_id, members.c.key == literal("account:", Text) + customers.c.id)
    there = select(members.c.id).where(same).exists()
    query = select(customers).where(customers.c.shop_id == shop_id, customers.c.id > after, ~there)
    return db.execute(query.order_by(customers.c.id).limit(limit)).all()


def unowned(db: Connection, *, shop_id: int, after: str, limit: int) -> Sequence[Row[Any]]:
    """Orders that are nobody's and say whose they may be, by id."""
    told = or_(orders.c.customer_id != "", orders.c.email != "", orders.c.phone != "")
    query = select(orders).where(orders.c.shop_id == shop_id, orders.c.id > after, orders.c.member_id == "", told)
    return db.execute(query.order_by(orders.c.id).limit(limit)).all()


def number_accounts(db: Connection, *, shop_id: int, phones: Mapping[str, str]) -> None:
    """Write the accounts' phones as they are compared."""
    one = and_(customers.c.shop_id == shop_id, customers.c.id == bindparam("account"))
    rows = [{"account": id_, "compared": phone} for id_, phone in sorted(phones.items())]
    db.execute(update(customers).where(one).values(phone_e164=bindparam("compared")), rows)


def own_orders(db: Connection, *, shop_id: int, owners: Mapping[str, str], phones: Mapping[str, str]) -> None:
    """Write whose the orders are, and their phones as they are compared."""
    one = and_(orders.c.shop_id == shop_id, orders.c.id == bindparam("order"))
    rows = [{"order": id_, "owner": owners.get(id_, ""), "compared": phone} for id_, phone in sorted(phones.items())]
    db.execute(update(orders).where(one).values(member_id=bindparam("owner"), phone_e164=bindparam("compared")), rows)
