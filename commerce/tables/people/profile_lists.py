"""Profiles as lists: pages by a sort, found by words, filtered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from commerce.rules.people.words import TAG
from commerce.tables import keyset
from commerce.tables.columns import Moment, saved_page
from commerce.tables.keyset import Place, Sort
from commerce.tables.people import profile_pages
from commerce.tables.people.members import members
from commerce.tables.people.profiles import profiles, words

SUBSCRIBED = "subscribed"
CHANGED, NAME, SPENT, ORDERS, LAST_ORDER, CREATED = "changed", "name", "spent", "orders", "last_order", "created"
_SORTS = {
    CHANGED: Sort(column=profiles.c.saved_at, descends=True),
    NAME: Sort(column=profiles.c.sort_name, descends=False, has=profiles.c.sort_name != ""),
    SPENT: Sort(column=profiles.c.total_spent, descends=True),
    ORDERS: Sort(column=profiles.c.orders_count, descends=True),
    LAST_ORDER: Sort(column=profiles.c.last_order_at, descends=True, has=profiles.c.last_order_at.is_not(None)),
    CREATED: Sort(column=profiles.c.created_at, descends=True),
}
SORTS = tuple(_SORTS)
Narrowed = Sequence[Any]  # conditions, as `narrow` gives them
# What lists show: the rest of a profile is large, and mostly JSON.
_SHOWN = (
    *(profiles.c.id, profiles.c.first_name, profiles.c.last_name, profiles.c.sort_name, profiles.c.email),
    *(profiles.c.phone, profiles.c.country, profiles.c.has_account, profiles.c.email_consent, profiles.c.orders_count),
    *(profiles.c.total_spent, profiles.c.last_order_at, profiles.c.created_at, profiles.c.saved_at),
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is narrowed to; empty values narrow nothing.

    `text`: beginnings of words of names, mail addresses and phones, or an id. `segment`: a segment's id. `cell`:
    recency and value of RFM, from 1 to 5 each.
    """

    text: str = ""
    segment: str = ""
    has_account: bool | None = None
    subscribed: bool = False
    country: str = ""
    group: str = ""
    cell: tuple[int, int] | None = None

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


def found(
    db: Connection, *, shop_id: int, narrowed: Narrowed, sort: str = CHANGED, after: Place | None = None, limit: int
) -> list[Row[Any]]:
    """Those who fit, behind a place, with what lists show; who has nothing of what is sorted by comes last."""
    query = select(*_SHOWN).where(profiles.c.shop_id == shop_id, *narrowed)
    return keyset.page(db, query, sort=_SORTS[sort], key=profiles.c.id, after=after, limit=limit)


def place_of(row: Any, sort: str) -> Place:
    """Where a page that begins behind this person goes on."""
    return getattr(row, _SORTS[sort].column.name), row.id


def is_by_time(sort: str) -> bool:
    """Whether places of this sort are times."""
    return isinstance(_SORTS[sort].column.type, Moment)


def after(db: Connection, *, shop_id: int, narrowed: Narrowed, last_id: str, limit: int) -> Sequence[Row[Any]]:
    """The next of those who fit, whole, by id: a list is taken along in steps."""
    chosen = (profiles.c.shop_id == shop_id, profiles.c.id > last_id, *narrowed)
    return db.execute(select(profiles).where(*chosen).order_by(profiles.c.id).limit(limit)).all()


def count_some(db: Connection, *, shop_id: int, narrowed: Narrowed, most: int) -> int:
    """How many fit, counted up to `most`."""
    some = select(profiles.c.id).where(profiles.c.shop_id == shop_id, *narrowed).limit(most)
    return db.execute(select(func.count()).select_from(some.subquery())).scalar_one()


def countries(db: Connection, *, shop_id: int) -> list[str]:
    """The countries that customers live in."""
    return keyset.distinct(db, profiles.c.country, profiles.c.shop_id == shop_id)


def tags(db: Connection, *, shop_id: int, limit: int) -> list[str]:
    """Tags that customers have, in the order of the alphabet, as they are compared."""
    chosen = (words.c.shop_id == shop_id, words.c.kind == TAG)
    query = select(words.c.word).where(*chosen).distinct().order_by(words.c.word).limit(limit)
    return list(db.execute(query).scalars())


def narrow(db: Connection, *, shop_id: int, filters: Filters) -> Narrowed:
    """What the filters come to: words are looked up once for all that is asked of a list."""
    told = profile_pages.Filters(
        text=filters.text,
        segment=filters.segment,
        has_account=filters.has_account,
        email_consent=SUBSCRIBED if filters.subscribed else "",
        country=filters.country,
        group=filters.group,
    )
    conditions: list[Any] = profile_pages.conditions(db, shop_id, told)
    if filters.cell:
        value = (profiles.c.frequency + profiles.c.monetary + 1) // 2
        conditions.append(and_(profiles.c.recency == filters.cell[0], value == filters.cell[1]))
    return conditions


def of_member(db: Connection, *, shop_id: int, member_id: str) -> Row[Any] | None:
    """The profile under which a member is shown."""
    root = select(members.c.root).where(members.c.shop_id == shop_id, members.c.id == member_id).scalar_subquery()
    query = select(profiles).where(profiles.c.shop_id == shop_id, profiles.c.id == root)
    return db.execute(query).one_or_none()


def orders_counts(db: Connection, *, shop_id: int, member_ids: Collection[str]) -> dict[str, int]:
    """How many orders the persons as whom these members are shown placed, by member."""
    if not member_ids:
        return {}
    chosen = and_(members.c.shop_id == shop_id, members.c.id.in_(member_ids))
    both = members.join(profiles, and_(profiles.c.shop_id == members.c.shop_id, profiles.c.id == members.c.root))
    query = select(members.c.id, profiles.c.orders_count).select_from(both).where(chosen)
    return {row.id: row.orders_count for row in db.execute(query)}


def count(db: Connection, *, shop_id: int) -> int:
    """How many persons the shop knows."""
    return db.execute(select(func.count()).where(profiles.c.shop_id == shop_id)).scalar_one()
