"""Profiles as lists: pages by a sort, found by words, filtered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from commerce.rules.people.words import TAG
from commerce.tables.columns import saved_page
from commerce.tables.people import profile_pages
from commerce.tables.people.members import members
from commerce.tables.people.profiles import by_ids, profiles, words

SUBSCRIBED = "subscribed"
CHANGED, NAME, SPENT, ORDERS, LAST_ORDER, CREATED = "changed", "name", "spent", "orders", "last_order", "created"
_ORDERED = profiles.c.last_order_at.is_not(None)
# By what pages are sorted: the column, whether the most comes first, and where not everybody has it, who has and who
# has not.
_SORTS: dict[str, tuple[Any, bool, tuple[Any, Any] | None]] = {
    CHANGED: (profiles.c.saved_at, True, None),
    NAME: (profiles.c.sort_name, False, (profiles.c.sort_name != "", profiles.c.sort_name == "")),
    SPENT: (profiles.c.total_spent, True, None),
    ORDERS: (profiles.c.orders_count, True, None),
    LAST_ORDER: (profiles.c.last_order_at, True, (_ORDERED, ~_ORDERED)),
    CREATED: (profiles.c.created_at, True, None),
}
SORTS = tuple(_SORTS)


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
    db: Connection, *, shop_id: int, filters: Filters, sort: str = CHANGED, limit: int, offset: int = 0
) -> list[Row[Any]]:
    """A page of those whom the filters let through; who has nothing of what is sorted by comes last."""
    column, descends, parted = _SORTS[sort]
    chosen = [profiles.c.shop_id == shop_id, *_conditions(db, shop_id, filters)]
    having = [*chosen, parted[0]] if parted else chosen
    ids = _ids(db, having, column, descends, limit, offset)
    if parted and len(ids) < limit:
        told = db.execute(select(func.count()).select_from(profiles).where(*having)).scalar_one() if offset else 0
        ids += _ids(db, [*chosen, parted[1]], profiles.c.id, descends, limit - len(ids), max(0, offset - told))
    rows = by_ids(db, shop_id=shop_id, ids=ids)
    return [rows[key] for key in ids]


def _ids(
    db: Connection, chosen: list[Any], column: ColumnElement[Any], descends: bool, limit: int, offset: int
) -> list[str]:
    """Ids only, which an index alone can tell however far back the page is."""
    order = [each.desc() if descends else each for each in (column, profiles.c.id)]
    query = select(profiles.c.id).where(*chosen).order_by(*order).limit(limit).offset(offset)
    return list(db.execute(query).scalars())


def after(db: Connection, *, shop_id: int, filters: Filters, last_id: str, limit: int) -> Sequence[Row[Any]]:
    """The next of those whom the filters let through, by id: a list is taken along in steps."""
    chosen = (profiles.c.shop_id == shop_id, profiles.c.id > last_id, *_conditions(db, shop_id, filters))
    return db.execute(select(profiles).where(*chosen).order_by(profiles.c.id).limit(limit)).all()


def count_some(db: Connection, *, shop_id: int, filters: Filters, most: int) -> int:
    """How many the filters let through, counted up to `most`."""
    some = select(profiles.c.id).where(profiles.c.shop_id == shop_id, *_conditions(db, shop_id, filters)).limit(most)
    return db.execute(select(func.count()).select_from(some.subquery())).scalar_one()


def countries(db: Connection, *, shop_id: int) -> list[str]:
    """The countries that customers live in, those with the most customers first."""
    number = func.count()
    query = select(profiles.c.country).where(profiles.c.shop_id == shop_id, profiles.c.country != "")
    return list(db.execute(query.group_by(profiles.c.country).order_by(number.desc(), profiles.c.country)).scalars())


def tags(db: Connection, *, shop_id: int, limit: int) -> list[str]:
    """Tags that customers have, in the order of the alphabet, as they are compared."""
    chosen = (words.c.shop_id == shop_id, words.c.kind == TAG)
    query = select(words.c.word).where(*chosen).distinct().order_by(words.c.word).limit(limit)
    return list(db.execute(query).scalars())


def _conditions(db: Connection, shop_id: int, filters: Filters) -> list[Any]:
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
