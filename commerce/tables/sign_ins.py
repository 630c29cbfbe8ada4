"""One-time links: they sign in the operator, a user, or somebody who is invited to a shop."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Row, Table, Text, delete, select, update

from commerce.tables.columns import BigId, Moment, metadata
from commerce.tables.team.memberships import invitations
from commerce.tables.team.users import users
from commerce.vault import digest

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", Text, primary_key=True),
    # Whose link it is; of neither: the operator's. Of both: an invitation that was mailed to a user that there was.
    Column("user_id", BigId, ForeignKey(users.c.id, ondelete="CASCADE")),
    Column("invitation_id", BigId, ForeignKey(invitations.c.id, ondelete="CASCADE")),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)


def create(
    db: Connection, *, now: datetime, hours: float = 24, user_id: int | None = None, invitation_id: int | None = None
) -> str:
    """A new token for one sign-in; only its hash is stored."""
    token = secrets.token_urlsafe(32)
    row = {"token_hash": digest(token), "user_id": user_id, "invitation_id": invitation_id, "created_at": now}
    db.execute(sign_ins.insert().values(**row, expires_at=now + timedelta(hours=hours)))
    return token


def fresh(db: Connection, token: str, *, now: datetime) -> Row[Any] | None:
    """The link of that token, as long as it works."""
    return db.execute(select(sign_ins).where(*_fresh(token, now))).one_or_none()


def use(db: Connection, token: str, *, now: datetime) -> Row[Any] | None:
    """Use the token up; None where it does not exist, was used or has expired."""
    used = update(sign_ins).where(*_fresh(token, now)).values(used_at=now)
    return db.execute(used.returning(*sign_ins.c)).one_or_none()


def forget(db: Connection, *, before: datetime) -> int:
    """Delete tokens that expired before that time."""
    return db.execute(delete(sign_ins).where(sign_ins.c.expires_at < before)).rowcount


def _fresh(token: str, now: datetime) -> tuple[Any, ...]:
    return (sign_ins.c.token_hash == digest(token), sign_ins.c.used_at.is_(None), sign_ins.c.expires_at > now)
