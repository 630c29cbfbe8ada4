"""One-time links by which merchants sign in to the dashboard."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Table, Text, delete, update

from commerce.tables.columns import Moment, metadata
from commerce.vault import digest

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)


def create(db: Connection, *, now: datetime, hours: float = 24) -> str:
    """A new token for one sign-in; only its hash is stored."""
    token = secrets.token_urlsafe(32)
    expires_at = now + timedelta(hours=hours)
    db.execute(sign_ins.insert().values(token_hash=digest(token), created_at=now, expires_at=expires_at))
    return token


def use(db: Connection, token: str, *, now: datetime) -> bool:
    """Use the token up; False where it does not exist, was used or has expired."""
    fresh = (sign_ins.c.token_hash == digest(token), sign_ins.c.used_at.is_(None), sign_ins.c.expires_at > now)
    return db.execute(update(sign_ins).where(*fresh).values(used_at=now)).rowcount == 1


def forget(db: Connection, *, before: datetime) -> int:
    """Delete tokens that expired before that time."""
    return db.execute(delete(sign_ins).where(sign_ins.c.expires_at < before)).rowcount
