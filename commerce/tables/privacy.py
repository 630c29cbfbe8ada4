"""Requests under privacy law: what is asked and about whom, and the proof that it was done, without personal data."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Row,
    Table,
    Text,
    UniqueConstraint,
    and_,
    func,
    or_,
    select,
    update,
)

from commerce.rules.events import PrivacyRequest
from commerce.tables.columns import BigId, Json, Moment, insert, metadata
from commerce.tables.customers import customers
from commerce.tables.orders import orders

# Kinds: what is asked for.
EXPORT, ERASE_CUSTOMER, ERASE_SHOP = "customer_data", "customer_erasure", "shop_erasure"

requests = Table(
    "privacy_requests",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("inbox_id", BigId),  # None: the merchant asked here
    Column("kind", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("order_ids", Json, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("fulfilled_at", Moment),
    Column("summary", Json),
    UniqueConstraint("shop_id", "inbox_id"),
)


def save(db: Connection, *, shop_id: int, inbox_id: int, asked: PrivacyRequest, received_at: datetime) -> None:
    """Store a request once per delivery."""
    row = {
        "shop_id": shop_id,
        "inbox_id": inbox_id,
        "kind": asked.kind,
        "customer_id": asked.customer_id,
        "email": asked.email,
        "phone": asked.phone,
        "order_ids": list(asked.order_ids),
        "received_at": received_at,
    }
    statement = insert(db, requests).values(row)
    db.execute(statement.on_conflict_do_nothing(index_elements=["shop_id", "inbox_id"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a request is about: their ids as a customer, their orders (also guests'), and by what else to know them."""

    customer_ids: tuple[str, ...] = ()
    order_ids: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


def subject(db: Connection, *, shop_id: int, request: Row[Any]) -> Subject:
    """Find whom a request is about: by the id, or where none is told by the mail address, or else by the phone."""
    emails, phones = {request.email.lower()} - {""}, {request.phone} - {""}
    by_phone = bool(phones) and not emails and not request.customer_id
    if request.customer_id:
        known: Any = customers.c.id == request.customer_id
    else:
        known = customers.c.phone.in_(phones) if by_phone else func.lower(customers.c.email).in_(emails)
    query = select(customers.c.id, customers.c.email, customers.c.phone)
    found = db.execute(query.where(customers.c.shop_id == shop_id, known)).all()
    ids = {row.id for row in found} | ({request.customer_id} - {""})
    emails |= {row.email.lower() for row in found} - {""}
    phones |= {row.phone for row in found} - {""}
    guest = and_(
        orders.c.customer_id == "",
        or_(func.lower(orders.c.email).in_(emails), orders.c.phone.in_(phones if by_phone else ())),
    )
    theirs = or_(orders.c.customer_id.in_(ids), orders.c.id.in_(request.order_ids), guest)
    of_them = db.execute(select(orders.c.id).where(orders.c.shop_id == shop_id, theirs)).scalars()
    return Subject(
        customer_ids=tuple(sorted(ids)),
        order_ids=tuple(sorted({*of_them, *request.order_ids})),
        emails=tuple(sorted(emails)),
        phones=tuple(sorted(phones)),
    )


def one(db: Connection, *, shop_id: int, request_id: int) -> Row[Any] | None:
    """A request, fulfilled or not."""
    query = select(requests).where(requests.c.shop_id == shop_id, requests.c.id == request_id)
    return db.execute(query).one_or_none()


def next_erasure(db: Connection, *, shop_id: int) -> Row[Any] | None:
    """The oldest request to erase something that is not fulfilled."""
    query = select(requests).where(
        requests.c.shop_id == shop_id,
        requests.c.kind.in_((ERASE_CUSTOMER, ERASE_SHOP)),
        requests.c.fulfilled_at.is_(None),
    )
    return db.execute(query.order_by(requests.c.id).limit(1)).one_or_none()


def note(db: Connection, *, shop_id: int, request_id: int, progress: Mapping[str, Any]) -> None:
    """Store how far a request is."""
    chosen = (requests.c.shop_id == shop_id, requests.c.id == request_id)
    db.execute(update(requests).where(*chosen).values(summary=dict(progress)))


def fulfil(db: Connection, *, shop_id: int, request_id: int, summary: Mapping[str, Any], now: datetime) -> bool:
    """What was asked is done: it stays as proof, without whom it was about. False where it was done before."""
    chosen = (requests.c.shop_id == shop_id, requests.c.id == request_id, requests.c.fulfilled_at.is_(None))
    values = _BLANK | {"summary": dict(summary), "fulfilled_at": now}
    return db.execute(update(requests).where(*chosen).values(values)).rowcount == 1


def blank_fulfilled(db: Connection, *, shop_id: int, about: Collection[str]) -> None:
    """Fulfilled requests about these customers say no more whom they were about."""
    chosen = (requests.c.shop_id == shop_id, requests.c.customer_id.in_(about), requests.c.fulfilled_at.is_not(None))
    db.execute(update(requests).where(*chosen).values(_BLANK))


def fulfil_all(db: Connection, *, shop_id: int, summary: Mapping[str, Any], now: datetime) -> None:
    """The shop is erased: whatever else it was asked is done with that, and no request names anybody."""
    db.execute(update(requests).where(requests.c.shop_id == shop_id).values(_BLANK))
    waiting = (requests.c.shop_id == shop_id, requests.c.fulfilled_at.is_(None))
    db.execute(update(requests).where(*waiting).values(summary=dict(summary), fulfilled_at=now))


_BLANK: dict[str, Any] = {"customer_id": "", "email": "", "phone": "", "order_ids": []}


def open_requests(db: Connection, *, shop_id: int) -> Sequence[Row[Any]]:
    """Requests that are not fulfilled yet, oldest first."""
    query = select(requests).where(requests.c.shop_id == shop_id, requests.c.fulfilled_at.is_(None))
    return db.execute(query.order_by(requests.c.id)).all()
