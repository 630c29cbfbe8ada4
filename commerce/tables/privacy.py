"""Requests under privacy law: what is asked and about whom, and the proof that it was done, without personal data."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
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
from commerce.tables.people import members, whole

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
    """Whom a request is about: their ids as a customer, their orders (also guests'), and by what else to know them.

    `member_ids`: all pieces of the person (commerce.tables.people.members), also those merged by hand.
    """

    customer_ids: tuple[str, ...] = ()
    order_ids: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    member_ids: tuple[str, ...] = ()


def subject(db: Connection, *, shop_id: int, request: Row[Any]) -> Subject:
    """Find whom a request is about, as a whole person: by the id, or where none is told by the mail address, or else by
    the phone; a request that was made here (`ask`) names the profile.
    """
    root = (getattr(request, "summary", None) or {}).get("root", "")
    if root:
        return of_person(db, shop_id=shop_id, root=root)
    emails, phones = {request.email.strip().lower()} - {""}, {request.phone} - {""}
    by_phone = bool(phones) and not emails and not request.customer_id
    if request.customer_id:
        known: Any = customers.c.id == request.customer_id
    else:
        alike = or_(customers.c.phone.in_(phones), customers.c.phone_e164.in_(phones))
        known = alike if by_phone else func.lower(customers.c.email).in_(emails)
    found = set(db.execute(select(customers.c.id).where(customers.c.shop_id == shop_id, known)).scalars())
    ids = found | ({request.customer_id} - {""})
    roots = whole.roots_by(
        db, shop_id=shop_id, account_ids=ids, mail="".join(emails), phone="".join(phones) if by_phone else ""
    )
    return _whole(db, shop_id, roots, ids=ids, emails=emails, phones=phones, order_ids=request.order_ids)


def of_person(db: Connection, *, shop_id: int, root: str) -> Subject:
    """The whole of whoever is shown under this root, or was merged since."""
    now_under = members.root_of(db, shop_id=shop_id, member_id=root)
    return _whole(db, shop_id, [now_under] if now_under is not None else [])


def _whole(
    db: Connection,
    shop_id: int,
    roots: Collection[str],
    *,
    ids: Collection[str] = (),
    emails: Collection[str] = (),
    phones: Collection[str] = (),
    order_ids: Collection[str] = (),
) -> Subject:
    person = whole.of(db, shop_id=shop_id, roots=roots)
    accounts = {*ids, *person.account_ids}
    of_accounts = (customers.c.shop_id == shop_id, customers.c.id.in_(accounts))
    told = db.execute(select(customers.c.email, customers.c.phone).where(*of_accounts)).all()
    mails = {*emails, *person.mails, *(row.email.lower() for row in told)} - {""}
    numbers = {*phones, *person.phones, *(row.phone for row in told)} - {""}
    by_phone = or_(orders.c.phone.in_(numbers), orders.c.phone_e164.in_(numbers))
    guest = or_(func.lower(orders.c.email).in_(mails), and_(orders.c.email == "", by_phone))
    unowned = and_(orders.c.member_id == "", orders.c.customer_id == "", guest)  # no profile was to be made of them
    owned = or_(orders.c.member_id.in_(person.member_ids), orders.c.customer_id.in_(accounts))
    theirs = or_(owned, orders.c.id.in_(order_ids), unowned)
    of_them = db.execute(select(orders.c.id).where(orders.c.shop_id == shop_id, theirs)).scalars()
    return Subject(
        customer_ids=tuple(sorted(accounts)),
        order_ids=tuple(sorted({*of_them, *order_ids})),
        emails=tuple(sorted(mails)),
        phones=tuple(sorted(numbers)),
        member_ids=tuple(sorted(person.member_ids)),
    )


def left_over(db: Connection, *, shop_id: int, subject: Subject) -> Subject | None:
    """What a batch wrote of somebody who is being erased, that had begun before they were kept out; None: nothing."""
    keys = [f"account:{one}" for one in subject.customer_ids]
    again = members.by_keys(db, shop_id=shop_id, keys=keys).values()
    chosen = (orders.c.shop_id == shop_id, orders.c.member_id.in_({*subject.member_ids, *again}))
    late = db.execute(select(orders.c.id).where(*chosen)).scalars().all()
    if not again and not late:
        return None
    ids = tuple(sorted({*subject.member_ids, *again}))
    return replace(subject, member_ids=ids, order_ids=tuple(sorted({*subject.order_ids, *late})))


def ask(db: Connection, *, shop_id: int, kind: str, asked: Mapping[str, Any], now: datetime) -> int:
    """Note a request that the merchant made here: `asked` has the `root` it is about, and who asked; gives its id."""
    row = {"shop_id": shop_id, "kind": kind, "received_at": now, "summary": dict(asked)}
    number: int = db.execute(requests.insert().values(_BLANK | row).returning(requests.c.id)).scalar_one()
    return number


def waiting(db: Connection, *, shop_id: int, asked: Mapping[str, Any]) -> int | None:
    """The open request that asks for the same: its root, and whether they are kept out; None where there is none."""
    same = ("root", "block")
    for row in open_requests(db, shop_id=shop_id):
        told = row.summary or {}
        if row.kind == ERASE_CUSTOMER and all(told.get(name) == asked[name] for name in same):
            return int(row.id)
    return None


def close_exports(db: Connection, *, shop_id: int, subject: Subject, now: datetime) -> None:
    """Open requests for the data of whoever is erased: there is none left to send."""
    for row in open_requests(db, shop_id=shop_id):
        named = row.customer_id in subject.customer_ids or row.email.lower() in subject.emails
        root = (row.summary or {}).get("root", "")
        if row.kind == EXPORT and (named or (root and root in subject.member_ids)):
            fulfil(db, shop_id=shop_id, request_id=row.id, summary={"erased": "before it was sent"}, now=now)


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
