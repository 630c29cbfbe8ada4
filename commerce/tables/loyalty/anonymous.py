"""Points of whoever is erased: the books stay balanced, and nobody can be told from them."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, select, update

from commerce.rules.loyalty.earnings import ORDER
from commerce.rules.loyalty.entries import AVAILABLE_POINTS, EXPIRED, PENDING_POINTS
from commerce.tables.loyalty.ledger import batches, postings, transactions

ERASE = "erase"  # the kind of entry by which an erased person's points end
NOTE = "Erased under privacy law."


def erase(db: Connection, *, shop_id: int, member_ids: Collection[str], now: datetime) -> None:
    """End what these members hold or owe, and put one anonymous member in the place of all of them in the ledger."""
    nobody = f"x_{secrets.token_hex(10)}"
    db.execute(delete(batches).where(batches.c.shop_id == shop_id, batches.c.member_id.in_(member_ids)))
    theirs = and_(postings.c.shop_id == shop_id, postings.c.member_id.in_(member_ids))
    told = sorted(set(db.execute(select(postings.c.transaction_id).where(theirs)).scalars()))
    if not told:
        return
    _end(db, shop_id, member_ids, nobody, now)
    db.execute(update(postings).where(theirs).values(member_id=nobody))
    _unname(db, shop_id, told, member_ids, nobody)


def _end(db: Connection, shop_id: int, member_ids: Collection[str], nobody: str, now: datetime) -> None:
    """One more entry, by which they hold nothing: what nobody can spend is no debt of the shop."""
    chosen = and_(postings.c.shop_id == shop_id, postings.c.member_id.in_(member_ids))
    query = select(postings.c.account, func.sum(postings.c.points)).where(chosen)
    query = query.where(postings.c.account.in_((AVAILABLE_POINTS, PENDING_POINTS))).group_by(postings.c.account)
    left = {account: int(points) for account, points in db.execute(query) if points}
    if not left:
        return
    row = {"kind": ERASE, "about": ERASE, "reason": NOTE, "made_by": "", "detail": {}, "at": now}
    made = transactions.insert().values(row | {"shop_id": shop_id, "key": f"{ERASE}:{nobody}"})
    number = db.execute(made.returning(transactions.c.id)).scalar_one()
    moved = {account: -points for account, points in left.items()} | {EXPIRED: sum(left.values())}
    rows = [
        {"shop_id": shop_id, "transaction_id": number, "account": account, "member_id": nobody, "points": points}
        for account, points in moved.items()
        if points
    ]
    db.execute(postings.insert(), rows)


def _unname(db: Connection, shop_id: int, told: list[int], member_ids: Collection[str], nobody: str) -> None:
    """Entries say no more why and for whom; one that is somebody else's as well keeps the key it is found by."""
    shared = set(
        db.execute(
            select(postings.c.transaction_id).where(
                postings.c.shop_id == shop_id, postings.c.transaction_id.in_(told), postings.c.member_id != nobody
            )
        ).scalars()
    )
    rows = db.execute(select(transactions).where(transactions.c.id.in_(told))).all()
    changes = [
        {
            "number": row.id,
            "a_key": row.key if row.id in shared else f"{ERASE}d:{row.id}",
            "an_about": row.about if row.id in shared or row.about.startswith(ORDER) else ERASE,
            "a_detail": _detail(row.detail, member_ids, nobody) if row.id in shared else {},
        }
        for row in rows
    ]
    columns: dict[str, Any] = {name: bindparam(of) for name, of in _WRITTEN.items()} | {"reason": "", "made_by": ""}
    db.execute(update(transactions).where(transactions.c.id == bindparam("number")).values(columns), changes)


def _detail(detail: Mapping[str, Any], member_ids: Collection[str], nobody: str) -> dict[str, Any]:
    """How much of it was whose, without them; the code was theirs."""
    kept = {name: value for name, value in detail.items() if name not in ("asked", "code")}
    if "taken" in kept:
        kept["taken"] = [[source, _or(nobody, one, member_ids), points] for source, one, points in kept["taken"]]
    return kept


def _or(nobody: str, member_id: str, erased: Collection[str]) -> str:
    return nobody if member_id in erased else member_id


_WRITTEN = {"key": "a_key", "about": "an_about", "detail": "a_detail"}
