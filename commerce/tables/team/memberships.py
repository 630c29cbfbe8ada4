"""Which user may do what at which shop, and whom the shop invited."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Row,
    Table,
    Text,
    delete,
    select,
    update,
)
from sqlalchemy import func as sql

from commerce.rules.roles import OWNER
from commerce.tables.columns import BigId, Moment, metadata, upsert
from commerce.tables.team.users import users

INVITED_FOR = timedelta(days=7)

memberships = Table(
    "memberships",
    metadata,
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    PrimaryKeyConstraint("user_id", "shop_id"),
    Index("ix_memberships_shop", "shop_id"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("mail", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("invited_by", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("uq_invitations_mail", "shop_id", "mail", unique=True),
)


class UnableToLeaveOwnerless(ValueError):
    """A shop that had members keeps one owner at least."""


def join(db: Connection, *, user_id: int, shop_id: int, role: str, now: datetime) -> None:
    """Let a user into a shop, or give them another role there."""
    row = {"user_id": user_id, "shop_id": shop_id, "role": role, "created_at": now}
    upsert(db, memberships, [row], keep=["created_at"])


def of_shop(db: Connection, *, shop_id: int) -> list[Row[Any]]:
    """A shop's members with their addresses, by address: user_id, role, created_at, mail, name, totp, signed_in_at."""
    query = (
        select(
            memberships.c.user_id,
            memberships.c.role,
            memberships.c.created_at,
            users.c.mail,
            users.c.name,
            (users.c.totp_sealed != "").label("totp"),
            users.c.signed_in_at,
        )
        .join(users, users.c.id == memberships.c.user_id)
        .where(memberships.c.shop_id == shop_id)
        .order_by(users.c.mail)
    )
    return list(db.execute(query))


def of_user(db: Connection, *, user_id: int) -> dict[int, str]:
    """The user's role by the id of the shop."""
    query = select(memberships.c.shop_id, memberships.c.role).where(memberships.c.user_id == user_id)
    return {row.shop_id: row.role for row in db.execute(query)}


def give_role(db: Connection, *, user_id: int, shop_id: int, role: str) -> bool:
    """Give a member another role; False where they are none. Raises UnableToLeaveOwnerless."""
    mine = (memberships.c.user_id == user_id, memberships.c.shop_id == shop_id)
    _lock(db, shop_id)
    changed = db.execute(update(memberships).where(*mine).values(role=role)).rowcount == 1
    if changed:
        _keep_an_owner(db, shop_id)
    return changed


def leave(db: Connection, *, user_id: int, shop_id: int) -> bool:
    """Take a member out of a shop; False where they are none. Raises UnableToLeaveOwnerless."""
    mine = (memberships.c.user_id == user_id, memberships.c.shop_id == shop_id)
    _lock(db, shop_id)
    left = db.execute(delete(memberships).where(*mine)).rowcount == 1
    if left:
        _keep_an_owner(db, shop_id)
    return left


def invite(db: Connection, *, shop_id: int, mail: str, role: str, invited_by: str, now: datetime) -> int:
    """Invite an address; gives the invitation's id. An older invitation of it, and the links to it, are void."""
    db.execute(delete(invitations).where(invitations.c.shop_id == shop_id, invitations.c.mail == mail))
    row = {"shop_id": shop_id, "mail": mail, "role": role, "invited_by": invited_by, "created_at": now}
    added = invitations.insert().values(**row, expires_at=now + INVITED_FOR)
    return int(db.execute(added.returning(invitations.c.id)).scalar_one())


def invited(db: Connection, *, shop_id: int, now: datetime) -> list[Row[Any]]:
    """A shop's open invitations, by address."""
    open_ = (invitations.c.shop_id == shop_id, invitations.c.expires_at > now)
    return list(db.execute(select(invitations).where(*open_).order_by(invitations.c.mail)))


def invitation(db: Connection, invitation_id: int, *, now: datetime) -> Row[Any] | None:
    """An invitation that is open."""
    open_ = (invitations.c.id == invitation_id, invitations.c.expires_at > now)
    return db.execute(select(invitations).where(*open_)).one_or_none()


def withdraw(db: Connection, *, shop_id: int, invitation_id: int) -> bool:
    """Take an invitation back, also one that was taken up; False where there is none."""
    mine = (invitations.c.shop_id == shop_id, invitations.c.id == invitation_id)
    return db.execute(delete(invitations).where(*mine)).rowcount == 1


def forget(db: Connection, *, before: datetime) -> int:
    """Delete invitations that were over before that time."""
    return db.execute(delete(invitations).where(invitations.c.expires_at < before)).rowcount


def owners(db: Connection, *, shop_ids: Sequence[int]) -> dict[int, int]:
    """How many owners shops have; those without are left out."""
    query = (
        select(memberships.c.shop_id, sql.count())
        .where(memberships.c.shop_id.in_(shop_ids), memberships.c.role == OWNER)
        .group_by(memberships.c.shop_id)
    )
    return {row[0]: row[1] for row in db.execute(query)}


def _lock(db: Connection, shop_id: int) -> None:
    """Two owners who leave at once would each see the other one stay."""
    query = select(memberships.c.user_id).where(memberships.c.shop_id == shop_id)
    db.execute(query.order_by(memberships.c.user_id).with_for_update()).all()


def _keep_an_owner(db: Connection, shop_id: int) -> None:
    if not owners(db, shop_ids=[shop_id]):
        raise UnableToLeaveOwnerless("A shop that had members keeps one owner at least")
