"""Points as they are shown: balances, the ledger's lines, what ends soon; and who is told of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, case, func, select, update

from commerce.rules.loyalty.entries import AVAILABLE, AVAILABLE_POINTS, PENDING_POINTS
from commerce.rules.people.keys import ACCOUNT
from commerce.tables.columns import insert
from commerce.tables.customers import customers
from commerce.tables.loyalty.ledger import batches, postings, transactions
from commerce.tables.people.happenings import happenings
from commerce.tables.people.members import members

EXPIRING = "points.expiring"  # what a customer's timeline has of it
BACKROOM = "backroom"


def balance(db: Connection, *, shop_id: int, root: str) -> Row[Any]:
    """What a person holds: `points` (less than 0: owed), `pending`, `earned` ever."""
    names = {"points": "points", "points_pending": "pending", "points_earned": "earned"}
    sums = [func.coalesce(func.sum(members.c[name]), 0).label(told) for name, told in names.items()]
    query: Select[Any] = select(*sums)
    return db.execute(query.where(members.c.shop_id == shop_id, members.c.root == root)).one()


def entries(
    db: Connection, *, shop_id: int, member_ids: Collection[str], limit: int, before: int | None = None
) -> Sequence[Row[Any]]:
    """The ledger's lines of these members, newest first: the transaction with by how much it changed what they hold
    (`points`) and wait for (`pending`). `before`: the id of the line behind which to go on.
    """
    held, waiting = _sum(AVAILABLE_POINTS).label("points"), _sum(PENDING_POINTS).label("pending")
    mine = select(postings.c.transaction_id, held, waiting).where(
        postings.c.shop_id == shop_id,
        postings.c.member_id.in_(member_ids),
        postings.c.account.in_((AVAILABLE_POINTS, PENDING_POINTS)),
    )
    if before is not None:
        mine = mine.where(postings.c.transaction_id < before)
    page = mine.group_by(postings.c.transaction_id).order_by(postings.c.transaction_id.desc()).limit(limit).subquery()
    query: Select[Any] = select(transactions, page.c.points, page.c.pending)
    query = query.join_from(transactions, page, page.c.transaction_id == transactions.c.id)
    return db.execute(query.order_by(transactions.c.id.desc())).all()


def _sum(account: str) -> Any:
    return func.sum(case((postings.c.account == account, postings.c.points), else_=0))


def expiring(db: Connection, *, shop_id: int, member_ids: Collection[str], until: datetime) -> Sequence[Row[Any]]:
    """What of these members ends by then, soonest first: source, member_id, points_left, expires_at."""
    chosen = and_(
        batches.c.shop_id == shop_id,
        batches.c.member_id.in_(member_ids),
        batches.c.state == AVAILABLE,
        batches.c.points_left > 0,
        batches.c.expires_at <= until,
    )
    return db.execute(select(batches).where(chosen).order_by(batches.c.expires_at, batches.c.id)).all()


def unwarned(db: Connection, *, shop_id: int, until: datetime, limit: int) -> Sequence[Row[Any]]:
    """Batches that end by then, of which nobody was warned yet."""
    chosen = and_(
        batches.c.shop_id == shop_id,
        batches.c.state == AVAILABLE,
        batches.c.points_left > 0,
        batches.c.warned_at.is_(None),
        batches.c.expires_at <= until,
    )
    return db.execute(select(batches).where(chosen).order_by(batches.c.expires_at, batches.c.id).limit(limit)).all()


def warn(db: Connection, *, shop_id: int, rows: Sequence[Row[Any]], now: datetime) -> None:
    """Put on the customers' timelines that these points end, once for each batch and end."""
    if not rows:
        return
    told = [
        {
            "shop_id": shop_id,
            "member_id": row.member_id,
            "kind": EXPIRING,
            "source": BACKROOM,
            "source_id": f"{EXPIRING}:{row.id}:{row.expires_at.isoformat()}",
            "title": f"{row.points_left} points end on {row.expires_at:%Y-%m-%d}",
            "detail": {"points": row.points_left, "expires_at": row.expires_at.isoformat()},
            "made_by": BACKROOM,
            "happened_at": now,
            "saved_at": now,
        }
        for row in rows
    ]
    statement = insert(db, happenings)
    db.execute(statement.on_conflict_do_nothing(index_elements=["shop_id", "source", "source_id"]), told)
    warned = update(batches).where(batches.c.shop_id == shop_id, batches.c.id == bindparam("batch"))
    db.execute(warned.values(warned_at=now), [{"batch": row.id} for row in rows])


def account_and_mail(db: Connection, *, shop_id: int, member_ids: Collection[str], root: str) -> tuple[str, str]:
    """The platform's id of the account that the person is shown as, or else of the oldest one, and a mail address of
    theirs; "" for what there is none of."""
    joined = and_(customers.c.shop_id == members.c.shop_id, members.c.key == "account:" + customers.c.id)
    query = select(customers.c.id, customers.c.email).join_from(members, customers, joined)
    query = query.where(members.c.shop_id == shop_id, members.c.id.in_(member_ids), members.c.kind == ACCOUNT)
    accounts = db.execute(query.order_by(members.c.id != root, members.c.created_at, members.c.id)).all()
    guests = select(members.c.key).where(members.c.shop_id == shop_id, members.c.id.in_(member_ids))
    guests = guests.where(members.c.key.startswith("email:")).order_by(members.c.created_at, members.c.id)
    mails = [row.email for row in accounts if row.email]
    mails += [key.removeprefix("email:") for key in db.execute(guests).scalars()]
    return accounts[0].id if accounts else "", mails[0] if mails else ""
