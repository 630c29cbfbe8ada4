"""Profiles as lists: pages by a sort, found by words, filtered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from commerce.rules.people.words import split
from commerce.tables.columns import saved_page
from commerce.tables.people.members import members
from commerce.tables.people.profiles import profiles, words

_MOST_WORDS = 6
_LAST = "\U0010ffff"


def page(
    db: Connection,
    *,
    shop_id: int,
    limit: int,
    after: tuple[datetime, str] | None = None,
    updated_since: datetime | None = None,
) -> Sequence[Row[Any]]:
    """Profiles by when they were saved, oldest first; `after` is where to go on."""
    query = saved_page(profiles, shop_id=shop_id, limit=limit, after=after, updated_since=updated_since)
    return db.execute(query).all()


def newest(db: Connection, *, shop_id: int, text: str = "", limit: int, offset: int = 0) -> Sequence[Row[Any]]:
    """Profiles that changed last, first; `text`: beginnings of words of names, addresses, or an id."""
    query = select(profiles).where(profiles.c.shop_id == shop_id, *matches(shop_id, text))
    query = query.order_by(profiles.c.saved_at.desc(), profiles.c.id.desc())
    return db.execute(query.limit(limit).offset(offset)).all()


def matches(shop_id: int, text: str) -> list[Any]:
    """The conditions under which all words of a text are found in a profile."""
    conditions = []
    for word in split(text)[:_MOST_WORDS]:
        begun = and_(words.c.word >= word, words.c.word < word + _LAST, words.c.kind != "tag")
        found = select(words.c.profile_id).where(words.c.shop_id == shop_id, begun)
        conditions.append(or_(profiles.c.id == word, profiles.c.id.in_(found)))
    return conditions


def of_member(db: Connection, *, shop_id: int, member_id: str) -> Row[Any] | None:
    """The profile under which a member is shown."""
    root = select(members.c.root).where(members.c.shop_id == shop_id, members.c.id == member_id).scalar_subquery()
    query = select(profiles).where(profiles.c.shop_id == shop_id, profiles.c.id == root)
    return db.execute(query).one_or_none()


def count(db: Connection, *, shop_id: int) -> int:
    """How many persons the shop knows."""
    return db.execute(select(func.count()).where(profiles.c.shop_id == shop_id)).scalar_one()
