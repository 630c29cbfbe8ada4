"""Orders with their lines and refunds."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from commerce.rules.orders import OrderFacts, Refund
from commerce.tables.columns import BigId, Json, Moment, metadata, saved_page, upsert

_MOST_ALIKE = 50  # orders of the same number that are looked at

orders = Table(
    "orders",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("platform_status", Text, nullable=False),
    Column("financial_status", Text, nullable=False),
    Column("fulfillment_status", Text, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("subtotal", BigInteger, nullable=False),
    Column("tax", BigInteger, nullable=False),
    Column("shipping", BigInteger, nullable=False),
    Column("discount", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("member_id", Text, nullable=False, default="", server_default=""),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("phone_e164", Text, nullable=False, default="", server_default=""),
    Column("locale", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("tags", Json, nullable=False),
    Column("refunds", Json, nullable=False),
    Column("billing", Json, nullable=False),
    Column("delivery", Json, nullable=False),
    Column("placed_at", Moment),
    Column("paid_at", Moment),
    Column("updated_at", Moment),
    Column("saved_at", Moment, nullable=False),
    Index("ix_orders_saved", "shop_id", "saved_at", "id"),
    Index("ix_orders_placed", "shop_id", "placed_at", "id"),
    Index("ix_orders_total", "shop_id", "total", "id"),
    Index("ix_orders_customer", "shop_id", "customer_id"),
    Index("ix_orders_member", "shop_id", "member_id", "placed_at"),
    Index("ix_orders_number", "shop_id", "number"),
)

lines = Table(
    "order_lines",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("product_id", Text, nullable=False),
    Column("variant_id", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("fulfilled", Integer, nullable=False, default=0, server_default="0"),
    Column("cancelled", Integer, nullable=False, default=0, server_default="0"),
    Column("returned", Integer, nullable=False, default=0, server_default="0"),
    Index("ix_order_lines_product", "shop_id", "product_id"),
)

_PLAIN = tuple(
    column.name
    for column in orders.c
    if column.name not in ("shop_id", "member_id", "saved_at", "tags", "refunds", "billing", "delivery")
)


def save(
    db: Connection,
    *,
    shop_id: int,
    facts: Sequence[OrderFacts],
    now: datetime,
    members: Mapping[str, str],
) -> None:
    """Insert or replace orders with their lines. `members`: order to the member whose it is, missing for nobody's."""
    if not facts:
        return
    chosen = and_(orders.c.shop_id == shop_id, orders.c.id.in_([fact.id for fact in facts]))
    known = dict(db.execute(select(orders.c.id, orders.c.refunds).where(chosen)).all())
    rows = [
        _row(shop_id, _with_later_refunds(fact, known.get(fact.id, [])), now) | {"member_id": members.get(fact.id, "")}
        for fact in facts
    ]
    upsert(db, orders, rows)
    db.execute(delete(lines).where(lines.c.shop_id == shop_id, lines.c.order_id.in_([fact.id for fact in facts])))
    of_orders = [
        asdict(line) | {"shop_id": shop_id, "order_id": fact.id, "position": position}
        for fact in facts
        for position, line in enumerate(fact.lines)
    ]
    if of_orders:
        db.execute(lines.insert(), of_orders)


def _with_later_refunds(fact: OrderFacts, known: Sequence[dict[str, Any]]) -> OrderFacts:
    """The order with refunds that were told apart from it and made after this picture of it."""
    told = {refund.id for refund in fact.refunds}
    later = []
    for row in known:
        made_at = datetime.fromisoformat(row["created_at"]) if row["created_at"] else None
        if row["id"] not in told and made_at is not None and fact.updated_at is not None and made_at > fact.updated_at:
            later.append(Refund(id=row["id"], amount=row["amount"], reason=row["reason"], created_at=made_at))
    refunded = fact.refunded + sum(refund.amount for refund in later)
    return replace(fact, refunds=(*fact.refunds, *later), refunded=refunded) if later else fact


def _row(shop_id: int, fact: OrderFacts, now: datetime) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in _PLAIN} | {
        "shop_id": shop_id,
        "tags": list(fact.tags),
        "refunds": [_refund(refund) for refund in fact.refunds],
        "billing": asdict(fact.billing),
        "delivery": asdict(fact.delivery),
        "saved_at": now,
    }


def _refund(refund: Refund) -> dict[str, Any]:
    at = refund.created_at.isoformat() if refund.created_at else None
    return {"id": refund.id, "amount": refund.amount, "reason": refund.reason, "created_at": at}


def mark_saved(db: Connection, *, shop_id: int, ids: Collection[str], now: datetime) -> None:
    """Something of these orders changed that is told apart from them: whoever asks for what changed is told them."""
    if ids:
        chosen = and_(orders.c.shop_id == shop_id, orders.c.id.in_(ids))
        db.execute(update(orders).where(chosen).values(saved_at=now))


def add_refund(db: Connection, *, shop_id: int, order_id: str, refund: Refund, now: datetime) -> bool:
    """Add a refund that was told apart from its order; False where the order is not there or has it already."""
    chosen = and_(orders.c.shop_id == shop_id, orders.c.id == order_id)
    row = db.execute(select(orders.c.refunds, orders.c.refunded).where(chosen)).one_or_none()
    if row is None or any(known["id"] == refund.id for known in row.refunds):
        return False
    refunds = [*row.refunds, _refund(refund)]
    db.execute(
        update(orders).where(chosen).values(refunds=refunds, refunded=row.refunded + refund.amount, saved_at=now)
    )
    return True


def remove(db: Connection, *, shop_id: int, ids: Collection[str]) -> None:
    """Delete orders with their lines."""
    if ids:
        db.execute(delete(orders).where(orders.c.shop_id == shop_id, orders.c.id.in_(ids)))
        db.execute(delete(lines).where(lines.c.shop_id == shop_id, lines.c.order_id.in_(ids)))


def there(db: Connection, *, shop_id: int, order_id: str) -> bool:
    """Whether the order is known."""
    chosen = and_(orders.c.shop_id == shop_id, orders.c.id == order_id)
    return db.execute(select(orders.c.id).where(chosen)).one_or_none() is not None


def by_ids(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, Row[Any]]:
    """Orders by their ids."""
    if not ids:
        return {}
    chosen = and_(orders.c.shop_id == shop_id, orders.c.id.in_(ids))
    return {row.id: row for row in db.execute(select(orders).where(chosen))}


def lines_of(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, list[Row[Any]]]:
    """The lines of these orders, in one query."""
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    if ids:
        chosen = and_(lines.c.shop_id == shop_id, lines.c.order_id.in_(ids))
        for row in db.execute(select(lines).where(chosen).order_by(lines.c.order_id, lines.c.position)):
            found[row.order_id].append(row)
    return found


def page(
    db: Connection,
    *,
    shop_id: int,
    limit: int,
    after: tuple[datetime, str] | None = None,
    updated_since: datetime | None = None,
) -> Sequence[Row[Any]]:
    """Orders by when they were saved, oldest first; `after` is where to go on."""
    query = saved_page(orders, shop_id=shop_id, limit=limit, after=after, updated_since=updated_since)
    return db.execute(query).all()


def newest(db: Connection, *, shop_id: int, text: str = "", limit: int) -> Sequence[Row[Any]]:
    """Orders placed last, first; `text` is a number, an id or a part of an email address."""
    query = select(orders).where(orders.c.shop_id == shop_id)
    if text:
        query = query.where(
            or_(
                orders.c.number.in_([text, f"#{text.lstrip('#')}"]),
                orders.c.id == text,
                func.lower(orders.c.email).contains(text.lower(), autoescape=True),
            )
        )
    query = query.order_by(orders.c.placed_at.desc(), orders.c.id.desc())
    return db.execute(query.limit(limit)).all()


def numbered(db: Connection, *, shop_id: int, numbers: Collection[str]) -> Sequence[Row[Any]]:
    """Orders of exactly these numbers, those placed last first."""
    query = select(orders).where(orders.c.shop_id == shop_id, orders.c.number.in_(numbers))
    return db.execute(query.order_by(orders.c.placed_at.desc(), orders.c.id.desc()).limit(_MOST_ALIKE)).all()


def count(db: Connection, *, shop_id: int, since: datetime | None = None) -> int:
    """How many orders the shop has, or had placed since that time."""
    query = select(func.count()).where(orders.c.shop_id == shop_id)
    if since is not None:
        query = query.where(orders.c.placed_at >= since)
    return db.execute(query).scalar_one()
