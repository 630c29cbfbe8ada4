"""Who is signed in to the dashboard, in which browser, since when; and how it was tried."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Row,
    Table,
    Text,
    and_,
    delete,
    func,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy import literal as constant

from commerce.rules.roles import OWNER, highest
from commerce.tables.columns import BigId, Moment, insert, metadata, storable
from commerce.tables.team.memberships import memberships
from commerce.tables.team.users import users
from commerce.vault import digest

# How somebody signed in.
MACHINE, SHOPIFY, WOOCOMMERCE = "machine", "shopify", "woocommerce"
MAIL, PASSWORD, INVITATION = "mail", "password", "invitation"
LASTS: Final = timedelta(days=30)  # after it was seen for the last time
_SEEN_EVERY: Final = timedelta(minutes=5)

sessions = Table(
    "sessions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE")),
    Column("is_operator", Boolean, nullable=False, default=False),
    Column("how", Text, nullable=False),
    Column("address", Text, nullable=False, default=""),
    Column("agent", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index("ix_sessions_user", "user_id"),
    Index("ix_sessions_seen", "seen_at"),
)

# What a browser proved control of at the shop's platform: it is the shop's owner in it.
session_shops = Table(
    "session_shops",
    metadata,
    Column("session_id", BigId, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("session_id", "shop_id"),
    Index("ix_session_shops_shop", "shop_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that is signed in. `roles`: by the id of the shop; the operator's are not listed."""

    id: int
    how: str
    is_operator: bool
    user_id: int | None = None
    mail: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    language: str = ""
    roles: dict[int, str]
    seen_at: datetime


def create(
    db: Connection,
    *,
    how: str,
    user_id: int | None = None,
    is_operator: bool = False,
    shop_ids: Iterable[int] = (),
    address: str = "",
    agent: str = "",
    now: datetime,
) -> str:
    """Sign a browser in; gives what its cookie holds, of which only the hash is stored."""
    token = secrets.token_urlsafe(32)
    row: dict[str, Any] = {"token_hash": digest(token), "user_id": user_id, "is_operator": is_operator, "how": how}
    row |= {"address": address, "agent": storable(agent, 300), "created_at": now, "seen_at": now}
    session_id = db.execute(sessions.insert().values(row).returning(sessions.c.id)).scalar_one()
    for shop_id in shop_ids:
        add_shop(db, session_id, shop_id)
    return token


def add_shop(db: Connection, session_id: int, shop_id: int) -> None:
    """The browser proved control of one more shop."""
    row = {"session_id": session_id, "shop_id": shop_id}
    db.execute(insert(db, session_shops).values(row).on_conflict_do_nothing())


def by_token(db: Connection, token: str, *, now: datetime) -> Session | None:
    """Who is signed in with this cookie; None where nobody is, or not for so long that it does not count any more."""
    query = (
        select(sessions, users.c.mail, users.c.name, users.c.language, users.c.is_operator.label("user_is_operator"))
        .outerjoin(users, users.c.id == sessions.c.user_id)
        .where(sessions.c.token_hash == digest(token), sessions.c.seen_at > now - LASTS)
    )
    row = db.execute(query).one_or_none()
    if row is None:
        return None
    return Session(
        id=row.id,
        how=row.how,
        is_operator=row.is_operator or bool(row.user_is_operator),
        user_id=row.user_id,
        mail=row.mail or "",
        name=row.name or "",
        language=row.language or "",
        roles={} if row.is_operator or row.user_is_operator else _roles(db, row.id, row.user_id),
        seen_at=row.seen_at,
    )


def note_seen(db: Connection, session: Session, *, now: datetime) -> None:
    """Keep a session that is used."""
    db.execute(update(sessions).where(sessions.c.id == session.id).values(seen_at=now))


def is_seen_long_ago(session: Session, *, now: datetime) -> bool:
    """Whether it is time to note that the session is used."""
    return session.seen_at < now - _SEEN_EVERY


def renew(db: Connection, session_id: int) -> str:
    """Another token for a session that may do more from now on; the old one is none any more."""
    token = secrets.token_urlsafe(32)
    db.execute(update(sessions).where(sessions.c.id == session_id).values(token_hash=digest(token)))
    return token


def end(db: Connection, session_id: int) -> bool:
    """Sign a browser out; False where it was."""
    return db.execute(delete(sessions).where(sessions.c.id == session_id)).rowcount == 1


def end_all(db: Connection, *, user_id: int, but: int | None = None) -> int:
    """Sign a user's browsers out, but for one; gives how many."""
    mine = [sessions.c.user_id == user_id]
    if but is not None:
        mine.append(sessions.c.id != but)
    return db.execute(delete(sessions).where(*mine)).rowcount


def of_user(db: Connection, *, user_id: int) -> list[Row[Any]]:
    """A user's browsers, the one that was used last first."""
    return list(db.execute(select(sessions).where(sessions.c.user_id == user_id).order_by(sessions.c.seen_at.desc())))


def of_shop(db: Connection, *, shop_id: int, limit: int) -> list[Row[Any]]:
    """Browsers that see a shop, through their user or by themselves, the one that was used last first."""
    query = (
        select(sessions, users.c.mail)
        .outerjoin(users, users.c.id == sessions.c.user_id)
        .where(_sees(shop_id))
        .order_by(sessions.c.seen_at.desc())
        .limit(limit)
    )
    return list(db.execute(query))


def shut_out(db: Connection, *, session_id: int, shop_id: int) -> bool:
    """Let a browser that proved control of a shop see it no more; False where it did not.

    A user's own browsers see the shop as long as the user is its member.
    """
    mine = (session_shops.c.session_id == session_id, session_shops.c.shop_id == shop_id)
    return db.execute(delete(session_shops).where(*mine)).rowcount == 1


def forget(db: Connection, *, before: datetime) -> int:
    """Delete sessions that were not seen since."""
    return db.execute(delete(sessions).where(sessions.c.seen_at < before)).rowcount


def forget_users(db: Connection, *, before: datetime) -> int:
    """Delete users who belong to no shop any more, are signed in nowhere and were last seen before that time."""
    belongs = select(memberships.c.user_id).where(memberships.c.user_id == users.c.id).exists()
    is_signed_in = select(sessions.c.id).where(sessions.c.user_id == users.c.id).exists()
    was_seen = func.coalesce(users.c.signed_in_at, users.c.created_at, type_=Moment())
    left = (users.c.is_operator.is_(False), ~belongs, ~is_signed_in, was_seen < before)
    return db.execute(delete(users).where(*left)).rowcount


def _roles(db: Connection, session_id: int, user_id: int | None) -> dict[int, str]:
    proved = select(session_shops.c.shop_id, constant(OWNER).label("role")).where(
        session_shops.c.session_id == session_id
    )
    member = select(memberships.c.shop_id, memberships.c.role).where(memberships.c.user_id == user_id)
    found: dict[int, str] = {}
    for row in db.execute(union_all(proved, member) if user_id is not None else proved):
        found[row.shop_id] = highest(row.role, found.get(row.shop_id, ""))
    return found


def _sees(shop_id: int) -> Any:
    proved = select(session_shops.c.session_id).where(session_shops.c.shop_id == shop_id)
    member = select(memberships.c.user_id).where(memberships.c.shop_id == shop_id)
    return or_(sessions.c.id.in_(proved), and_(sessions.c.user_id.is_not(None), sessions.c.user_id.in_(member)))
