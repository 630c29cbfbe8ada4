"""What points depend on: orders, lines, parcels, sign-ups and other moves of the members, each in one statement."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select

from commerce.rules.loyalty.earnings import Flow, SignUp
from commerce.rules.loyalty.entries import ADJUST, AVAILABLE_POINTS, EXPIRE, ISSUED, PENDING_POINTS, RETURN, SPEND
from commerce.rules.loyalty.worth import PAID, LineNow, OrderNow, kept
from commerce.rules.orders import CANCELLED
from commerce.rules.people.keys import ACCOUNT
from commerce.tables.columns import Moment
from commerce.tables.customers import customers
from commerce.tables.loyalty.ledger import postings, transactions
from commerce.tables.orders import lines, orders
from commerce.tables.people.members import members
from commerce.tables.products import products
from commerce.tables.shipments import shipments

ACTION = "action:"  # how the sources of actions begin
_COLUMNS = tuple(
    orders.c[name]
    for name in (
        "id", "member_id", "placed_at", "total", "tax", "shipping", "refunded", "status", "financial_status",
    )
)  # fmt: skip
_AMOUNTS = tuple(orders.c[name] for name in ("placed_at", "total", "tax", "shipping"))
_KEPT = case(
    (or_(orders.c.status == CANCELLED, orders.c.financial_status.not_in(PAID), orders.c.refunded >= orders.c.total), 0),
    (orders.c.refunded > 0, orders.c.total - orders.c.refunded),
    else_=orders.c.total,
)
_STREAMED = 2000


def orders_of(
    db: Connection, *, shop_id: int, member_ids: Collection[str], since: datetime, currency: str | None
) -> Sequence[Row[Any]]:
    """What these members bought since that time, in that currency: plain columns only."""
    chosen = and_(
        orders.c.shop_id == shop_id,
        orders.c.member_id.in_(member_ids),
        orders.c.placed_at >= since,
        orders.c.currency == currency,
    )
    return db.execute(select(*_COLUMNS).where(chosen)).all()


def streamed(
    db: Connection, *, shop_id: int, since: datetime, until: datetime, currency: str | None
) -> Iterator[OrderNow]:
    """Everybody's orders of that time, person by person: `member_id` is whom they are shown under.

    Plain columns, and `kept` (commerce.rules.loyalty.worth) worked out on the way: there are many of them.
    """
    joined = and_(members.c.shop_id == orders.c.shop_id, members.c.id == orders.c.member_id)
    query: Select[Any] = select(orders.c.id, members.c.root, *_AMOUNTS, _KEPT).join_from(orders, members, joined)
    query = query.where(orders.c.shop_id == shop_id, orders.c.placed_at >= since, orders.c.placed_at < until)
    query = query.where(orders.c.currency == currency).order_by(members.c.root)
    for row in db.execute(query, execution_options={"yield_per": _STREAMED}):
        yield OrderNow(*row)


def newest_from(db: Connection, *, shop_id: int, since: datetime, until: datetime, most: int) -> datetime | None:
    """From when on there are at most so many orders in that time; None where there are no more than that in all."""
    query = select(orders.c.placed_at).where(orders.c.shop_id == shop_id)
    query = query.where(orders.c.placed_at >= since, orders.c.placed_at < until).order_by(orders.c.placed_at.desc())
    behind = db.execute(query.offset(most).limit(1)).scalar_one_or_none()
    return behind + timedelta(microseconds=1) if behind is not None else None


def order_now(row: Row[Any], *, shipped_at: datetime | None = None, lines_now: Sequence[LineNow] = ()) -> OrderNow:
    """An order's row as the rules look at it."""
    id_, member_id, placed_at, total, tax, shipping, refunded, status, financial_status = tuple(row)[:9]
    left = kept(total=total, refunded=refunded, status=status, financial_status=financial_status)
    return OrderNow(id_, member_id, placed_at, total, tax, shipping, left, shipped_at, lines_now)


def bought_before(db: Connection, *, shop_id: int, member_ids: Collection[str], before: datetime) -> set[str]:
    """Those of these members who bought something before that time, in any currency, and did not get it all back."""
    chosen = and_(orders.c.member_id.in_(member_ids), _bought(shop_id, before))
    return set(db.execute(select(orders.c.member_id).where(chosen).distinct()).scalars())


def persons_before(db: Connection, *, shop_id: int, roots: Collection[str], before: datetime) -> set[str]:
    """Those of these persons who bought something before that time, with any of their members."""
    joined = and_(members.c.shop_id == orders.c.shop_id, members.c.id == orders.c.member_id)
    query: Select[Any] = select(members.c.root).join_from(members, orders, joined)
    query = query.where(members.c.shop_id == shop_id, members.c.root.in_(roots), _bought(shop_id, before))
    return set(db.execute(query.distinct()).scalars())


def _bought(shop_id: int, before: datetime) -> ColumnElement[bool]:
    return and_(
        orders.c.shop_id == shop_id,
        orders.c.placed_at < before,
        orders.c.status != CANCELLED,
        orders.c.financial_status.in_(PAID),
        orders.c.total > orders.c.refunded,
    )


def shipped(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> dict[str, datetime]:
    """When the last parcel of each of these orders was sent."""
    last = func.max(shipments.c.shipped_at, type_=Moment())
    chosen = and_(shipments.c.shop_id == shop_id, shipments.c.order_id.in_(order_ids))
    query = select(shipments.c.order_id, last).where(chosen, shipments.c.shipped_at.is_not(None))
    return dict(db.execute(query.group_by(shipments.c.order_id)).all())


def lines_of(db: Connection, *, shop_id: int, order_ids: Collection[str], with_tags: bool) -> dict[str, list[LineNow]]:
    """The lines of these orders, with the tags that their products have now."""
    columns = (lines.c.order_id, lines.c.product_id, lines.c.total, lines.c.quantity)
    chosen = and_(lines.c.shop_id == shop_id, lines.c.order_id.in_(order_ids))
    found: dict[str, list[LineNow]] = defaultdict(list)
    rows = db.execute(select(*columns).where(chosen).order_by(lines.c.order_id, lines.c.position)).all()
    tags = _tags(db, shop_id, {row.product_id for row in rows}) if with_tags else {}
    for row in rows:
        of_product = tags.get(row.product_id, frozenset())
        told = LineNow(product_id=row.product_id, total=row.total, quantity=row.quantity, tags=of_product)
        found[row.order_id].append(told)
    return found


def _tags(db: Connection, shop_id: int, product_ids: Collection[str]) -> dict[str, frozenset[str]]:
    chosen = and_(products.c.shop_id == shop_id, products.c.id.in_(product_ids))
    return {row.id: frozenset(row.tags) for row in db.execute(select(products.c.id, products.c.tags).where(chosen))}


def sign_ups(db: Connection, *, shop_id: int, member_ids: Collection[str]) -> dict[str, SignUp]:
    """When those of these members who are accounts were opened, as far as the platform tells."""
    joined = and_(customers.c.shop_id == members.c.shop_id, members.c.key == "account:" + customers.c.id)
    query = select(members.c.id, customers.c.created_at).join_from(members, customers, joined)
    query = query.where(members.c.shop_id == shop_id, members.c.id.in_(member_ids), members.c.kind == ACCOUNT)
    query = query.where(customers.c.created_at.is_not(None))
    return {row.id: SignUp(row.id, row.created_at) for row in db.execute(query)}


def flows(db: Connection, *, shop_id: int, member_ids: Collection[str]) -> dict[str, list[Flow]]:
    """How these members' points moved otherwise than by orders and sign-ups."""
    of_others = or_(
        transactions.c.kind.in_((SPEND, RETURN, ADJUST, EXPIRE)),
        transactions.c.about.startswith(ACTION, autoescape=True),
    )
    held, earned = _sum((AVAILABLE_POINTS, PENDING_POINTS)), -_sum((ISSUED,))
    query = select(postings.c.member_id, transactions.c.at, held, earned).join_from(
        postings, transactions, transactions.c.id == postings.c.transaction_id
    )
    query = query.where(postings.c.shop_id == shop_id, postings.c.member_id.in_(member_ids), of_others)
    found: dict[str, list[Flow]] = defaultdict(list)
    for member_id, at, moved, given in db.execute(query.group_by(postings.c.member_id, transactions.c.id)):
        found[member_id].append(Flow(at, int(moved), int(given)))
    return found


def _sum(accounts: Collection[str]) -> ColumnElement[Any]:
    return func.sum(case((postings.c.account.in_(accounts), postings.c.points), else_=0))
