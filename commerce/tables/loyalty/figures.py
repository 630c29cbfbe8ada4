"""How a programme goes: what is out there, who holds it, what was bought with it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, select

from commerce.rules.loyalty.entries import AVAILABLE, EXPIRED, PENDING, RETURN, SPEND, SPENT
from commerce.tables.loyalty.ledger import batches, postings, transactions
from commerce.tables.people.profiles import profiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Points of all of a shop's customers. `out`: can be spent; `owed`: spent before their order was refunded.

    `tiers`: customers who hold or wait for points by level, "" for none.
    """

    out: int
    owed: int
    pending: int
    holders: int
    spent: int
    expired: int
    tiers: dict[str, int]


def of_shop(db: Connection, *, shop_id: int) -> Figures:
    """The shop's figures, of now."""
    points, pending = profiles.c.points, profiles.c.points_pending
    sums = [_sum(case((points > 0, points), else_=0)), _sum(case((points < 0, -points), else_=0)), _sum(pending)]
    holding = _sum(case((points > 0, 1), else_=0))
    mine = (profiles.c.shop_id == shop_id, (points != 0) | (pending != 0))
    query: Select[Any] = select(profiles.c.tier, func.count(), holding, *sums).where(*mine)
    rows = db.execute(query.group_by(profiles.c.tier)).all()
    gone = _gone(db, shop_id)
    return Figures(
        out=sum(int(row[3]) for row in rows),
        owed=sum(int(row[4]) for row in rows),
        pending=sum(int(row[5]) for row in rows),
        holders=sum(int(row[2]) for row in rows),
        spent=gone.get(SPENT, 0),
        expired=gone.get(EXPIRED, 0),
        tiers={row.tier: row[1] for row in rows},
    )


def _sum(what: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(what), 0)


def _gone(db: Connection, shop_id: int) -> dict[str, int]:
    """What was spent and what ended, ever; less what came back."""
    query = select(postings.c.account, func.sum(postings.c.points))
    query = query.where(postings.c.shop_id == shop_id, postings.c.account.in_((SPENT, EXPIRED)))
    return {account: int(points) for account, points in db.execute(query.group_by(postings.c.account))}


def ending(db: Connection, *, shop_id: int, until: datetime) -> int:
    """How many of the points out there end by then, as far as is known by now."""
    chosen = and_(
        batches.c.shop_id == shop_id,
        batches.c.state == AVAILABLE,
        batches.c.points_left > 0,
        batches.c.expires_at <= until,
    )
    return int(db.execute(select(_sum(batches.c.points_left)).where(chosen)).scalar_one())


def rewards(db: Connection, *, shop_id: int) -> dict[str, tuple[int, int]]:
    """How often each reward was bought and not given back, and for how many points together; by name."""
    back = transactions.alias()
    returned = and_(
        back.c.shop_id == transactions.c.shop_id,
        back.c.kind == RETURN,
        back.c.key == "return:" + transactions.c.key,
    )
    name, points = transactions.c.detail["asked"]["reward"].as_string(), transactions.c.detail["points"].as_integer()
    query = select(name, func.count(), func.sum(points)).join_from(transactions, back, returned, isouter=True)
    query = query.where(transactions.c.shop_id == shop_id, transactions.c.kind == SPEND, back.c.id.is_(None))
    found = db.execute(query.group_by(name)).all()
    return {row[0]: (row[1], int(row[2])) for row in found if row[0]}


def coming(db: Connection, *, shop_id: int, member_ids: Collection[str], limit: int) -> Sequence[Row[Any]]:
    """What of these members waits, soonest first: source, points, matures_at."""
    chosen = and_(
        batches.c.shop_id == shop_id,
        batches.c.member_id.in_(member_ids),
        batches.c.state == PENDING,
        batches.c.points > 0,
    )
    return db.execute(select(batches).where(chosen).order_by(batches.c.matures_at, batches.c.id).limit(limit)).all()
