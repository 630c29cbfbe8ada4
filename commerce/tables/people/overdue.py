"""What of customers was kept long enough, found and deleted in small steps."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select
from sqlalchemy.orm import aliased

from commerce.rules.loyalty.entries import ADJUST, EARN, SPEND
from commerce.rules.people.keys import ACCOUNT, OWN
from commerce.tables.loyalty.ledger import postings, transactions
from commerce.tables.people.consents import consents
from commerce.tables.people.happenings import happenings
from commerce.tables.people.members import members
from commerce.tables.people.profiles import profiles

_OURS = ("backroom",)  # sources of happenings that are no sign of life


def guests(db: Connection, *, shop_id: int, before: datetime, limit: int) -> list[str]:
    """Roots of persons without an account of whom nothing was heard since that time."""
    return _quiet(db, shop_id, ~_has(shop_id, members.c.kind.in_((ACCOUNT, OWN))), before, limit)


def accounts(db: Connection, *, shop_id: int, before: datetime, limit: int) -> list[str]:
    """Roots of persons who have an account, or were put in here, of whom nothing was heard since that time."""
    return _quiet(db, shop_id, _has(shop_id, members.c.kind.in_((ACCOUNT, OWN))), before, limit)


def _quiet(db: Connection, shop_id: int, chosen: ColumnElement[bool], before: datetime, limit: int) -> list[str]:
    """No order, no change of the account, nothing put on the timeline, no consent and no points since then."""
    at = func.coalesce(profiles.c.last_order_at, profiles.c.updated_at, profiles.c.created_at)
    changed = func.coalesce(profiles.c.updated_at, profiles.c.created_at)
    heard = or_(at >= before, changed >= before)
    query = select(profiles.c.id).where(profiles.c.shop_id == shop_id, ~heard, chosen, ~_stirred(shop_id, before))
    return list(db.execute(query.order_by(profiles.c.id).limit(limit)).scalars())


def _has(shop_id: int, condition: Any) -> Any:
    """Whether the profile has such a member."""
    return select(members.c.id).where(members.c.shop_id == shop_id, members.c.root == profiles.c.id, condition).exists()


def _stirred(shop_id: int, before: datetime) -> Any:
    told = and_(
        happenings.c.shop_id == shop_id,
        happenings.c.member_id == members.c.id,
        happenings.c.happened_at >= before,
        happenings.c.source.not_in(_OURS),
    )
    said = and_(consents.c.shop_id == shop_id, consents.c.member_id == members.c.id, consents.c.at >= before)
    posted = and_(postings.c.shop_id == shop_id, postings.c.member_id == members.c.id)
    moved = select(postings.c.id).join(transactions, transactions.c.id == postings.c.transaction_id)
    moved = moved.where(posted, transactions.c.at >= before, transactions.c.kind.in_((EARN, SPEND, ADJUST)))
    found = (select(happenings.c.id).where(told), select(consents.c.id).where(said), moved)
    return _has(shop_id, or_(*(one.correlate(members).exists() for one in found)))


def forget_happenings(db: Connection, *, shop_id: int, before: datetime, limit: int) -> int:
    """Delete what was put on timelines before that time; gives how many."""
    oldest = select(happenings.c.id).where(happenings.c.shop_id == shop_id, happenings.c.happened_at < before)
    return db.execute(delete(happenings).where(happenings.c.id.in_(oldest.limit(limit).scalar_subquery()))).rowcount


def forget_consents(db: Connection, *, shop_id: int, before: datetime, limit: int) -> int:
    """Delete consents that another one of the same member and channel replaced before that time; gives how many."""
    later = aliased(consents)
    same = and_(
        later.c.shop_id == shop_id, later.c.member_id == consents.c.member_id, later.c.channel == consents.c.channel
    )
    next_at = select(func.min(later.c.at, type_=consents.c.at.type)).where(same, later.c.at > consents.c.at)
    replaced = next_at.correlate(consents).scalar_subquery() < before
    oldest = select(consents.c.id).where(consents.c.shop_id == shop_id, consents.c.at < before, replaced).limit(limit)
    found = list(db.execute(oldest).scalars())
    return db.execute(delete(consents).where(consents.c.id.in_(found))).rowcount if found else 0
