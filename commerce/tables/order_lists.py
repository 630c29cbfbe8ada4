"""Orders as lists: filtered, sorted, page by page from where the last page ended, however far back that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, literal, or_, select

from commerce.tables import keyset
from commerce.tables.columns import Moment
from commerce.tables.keyset import Place, Sort
from commerce.tables.orders import orders
from commerce.tables.people import word_search
from commerce.tables.people.members import members
from commerce.tables.people.profiles import profiles

UNFULFILLED = "unfulfilled"  # which platforms also say with nothing
NEWEST, OLDEST, MOST, LEAST = "newest", "oldest", "most", "least"
_PLACED = orders.c.placed_at.is_not(None)
_SORTS = {
    NEWEST: Sort(column=orders.c.placed_at, descends=True, has=_PLACED),
    OLDEST: Sort(column=orders.c.placed_at, descends=False, has=_PLACED),
    MOST: Sort(column=orders.c.total, descends=True),
    LEAST: Sort(column=orders.c.total, descends=False),
}
SORTS = tuple(_SORTS)
_MOST_PEOPLE = 100  # customers whose orders a search for words finds


Narrowed = Sequence[ColumnElement[bool]]  # conditions, as `narrow` gives them


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is narrowed to; empty values narrow nothing.

    `text`: an order's number or id, or beginnings of words of its customer's name, mail address or phone. `since` and
    `until`: when it was placed, the latter not included.
    """

    text: str = ""
    status: str = ""
    payment: str = ""
    fulfillment: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


def page(
    db: Connection, *, shop_id: int, narrowed: Narrowed, sort: str = NEWEST, after: Place | None = None, limit: int
) -> list[Row[Any]]:
    """Orders that fit, behind a place; those without what is sorted by come last."""
    query = select(orders).where(orders.c.shop_id == shop_id, *narrowed)
    return keyset.page(db, query, sort=_SORTS[sort], key=orders.c.id, after=after, limit=limit)


def place_of(row: Any, sort: str) -> Place:
    """Where a page that begins behind this order goes on."""
    return getattr(row, _SORTS[sort].column.name), row.id


def after(db: Connection, *, shop_id: int, narrowed: Narrowed, last_id: str, limit: int) -> Sequence[Row[Any]]:
    """The next that fit, by id: a list is taken along in steps."""
    chosen = (orders.c.shop_id == shop_id, orders.c.id > last_id, *narrowed)
    return db.execute(select(orders).where(*chosen).order_by(orders.c.id).limit(limit)).all()


def count_some(db: Connection, *, shop_id: int, narrowed: Narrowed, most: int) -> int:
    """How many fit, counted up to `most`."""
    some = select(orders.c.id).where(orders.c.shop_id == shop_id, *narrowed).limit(most)
    return db.execute(select(func.count()).select_from(some.subquery())).scalar_one()


def narrow(db: Connection, *, shop_id: int, filters: Filters) -> Narrowed:
    """What the filters come to: words are looked up once for all that is asked of a list."""
    equal = ((orders.c.status, filters.status), (orders.c.financial_status, filters.payment))
    found: list[ColumnElement[bool]] = [column == wanted for column, wanted in equal if wanted]
    if filters.fulfillment:
        alike = ("", UNFULFILLED) if filters.fulfillment == UNFULFILLED else (filters.fulfillment,)
        found.append(orders.c.fulfillment_status.in_(alike))
    if filters.since is not None:
        found.append(orders.c.placed_at >= literal(filters.since, Moment()))
    if filters.until is not None:
        found.append(orders.c.placed_at < literal(filters.until, Moment()))
    if filters.text:
        found.append(_told(db, shop_id, filters.text))
    return found


def _told(db: Connection, shop_id: int, text: str) -> ColumnElement[bool]:
    """Orders of that number or id, and those of customers whom the words find: each by an index."""
    plain, found_by = text.lstrip("#"), word_search.found_by(db, shop_id=shop_id, text=text)
    numbered = or_(orders.c.number.in_([text, plain, f"#{plain}"]), orders.c.id == text)
    if not found_by:
        return numbered
    people = select(profiles.c.id).where(profiles.c.shop_id == shop_id, *found_by).limit(_MOST_PEOPLE)
    pieces = select(members.c.id).where(members.c.shop_id == shop_id, members.c.root.in_(people.subquery().select()))
    return or_(numbered, orders.c.member_id.in_(list(db.execute(pieces).scalars())))
