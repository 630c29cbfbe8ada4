"""Profiles for other programs: one by any id of theirs, pages by a sort and filters, all of them bit by bit.

Every page follows an index, from the last row on. Who never ordered has no last order and comes last either way.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
)

from commerce.rules.events import CUSTOMER
from commerce.rules.people.keys import EMAIL, PHONE, of_account
from commerce.tables.effects import REREAD, effects
from commerce.tables.loyalty.programmes import programmes
from commerce.tables.people.identities import identities
from commerce.tables.people.members import members
from commerce.tables.people.profiles import profiles
from commerce.tables.people.word_search import found_by, tagged
from commerce.tables.segment_lists import is_in
from commerce.tables.segments import segment_members

SORTS = {
    "updated": profiles.c.saved_at,
    "created": profiles.c.created_at,
    "name": profiles.c.sort_name,
    "total_spent": profiles.c.total_spent,
    "orders_count": profiles.c.orders_count,
    "last_order": profiles.c.last_order_at,
}
_SKEW = timedelta(hours=1)  # a store's clock is not further ahead of ours
TIMES, SELDOM = frozenset({"updated", "created", "last_order"}), frozenset({"last_order"})  # SELDOM: not all have it
Place = tuple[Any, str]  # the last row's value of what is sorted by, and its id


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which profiles; all that is given has to hold. `email` and `phone` as they are compared: whoever has or had it.

    `external`: (system, id); `account`: the platform's id. Money is in minor units of the shop's currency.
    """

    updated_since: datetime | None = None
    email: str = ""
    phone: str = ""
    account: str = ""
    external: tuple[str, str] | None = None
    tag: str = ""
    segment: str = ""
    text: str = ""
    has_account: bool | None = None
    country: str = ""
    group: str = ""
    tier: str = ""
    email_consent: str = ""
    min_spent: int | None = None
    max_spent: int | None = None
    min_orders: int | None = None
    max_orders: int | None = None
    ordered_before: datetime | None = None
    ordered_since: datetime | None = None


NOBODY_LEFT_OUT = Filters()


def one(db: Connection, *, shop_id: int, key: str) -> Row[Any] | None:
    """The profile of whoever has this id: ours, the platform's, or `system:id`; also where it was merged away.

    The columns of profiles, and: `segment_ids` with commas between them, `rereads`, `has_points`.
    """
    found = db.execute(_BY_ID, {"the_shop": shop_id, "the_id": key}).one_or_none()
    if found is not None:
        return found
    found = db.execute(_BY_KEY, {"the_shop": shop_id, "the_id": of_account(key)}).one_or_none()
    system, colon, number = key.partition(":")
    if found is not None or not colon or system in (EMAIL, PHONE):
        return found
    told = Filters(external=(system, number))
    rows = db.execute(_shown(shop_id).where(*conditions(db, shop_id, told)).limit(2)).all()
    return rows[0] if len(rows) == 1 else None


def of_root(db: Connection, *, shop_id: int, root: str) -> Row[Any]:
    """The profile that was just written."""
    return db.execute(_shown(shop_id).where(profiles.c.id == root)).one()


def of_roots(db: Connection, *, shop_id: int, roots: Collection[str]) -> dict[str, Row[Any]]:
    """Profiles by their ids."""
    return {row.id: row for row in db.execute(_shown(shop_id).where(profiles.c.id.in_(roots)))}


def _shown(shop_id: Any) -> Select[Any]:
    """Profiles with what is shown of them beside their own columns."""
    entered = select(func.aggregate_strings(segment_members.c.segment_id, ",")).where(
        segment_members.c.shop_id == shop_id, segment_members.c.profile_id == profiles.c.id
    )
    waiting = (
        select(effects.c.id)
        .where(
            effects.c.shop_id == shop_id,
            effects.c.kind == REREAD,
            effects.c.state == text("'waiting'"),
            effects.c.object_kind == CUSTOMER,
            effects.c.object_id == profiles.c.id,
        )
        .exists()
    )
    on = select(programmes.c.shop_id).where(programmes.c.shop_id == shop_id, programmes.c.is_on).exists()
    columns = (entered.scalar_subquery().label("segment_ids"), waiting.label("rereads"), on.label("has_points"))
    return select(profiles, *columns).where(profiles.c.shop_id == shop_id)


def _of_member(column: Any) -> Select[Any]:
    """The query for whoever has a member, made once: making it takes longer than answering it."""
    under = and_(members.c.shop_id == profiles.c.shop_id, members.c.root == profiles.c.id)
    query = _shown(bindparam("the_shop")).join(members, under)
    return query.where(members.c.shop_id == bindparam("the_shop"), column == bindparam("the_id"))


_BY_ID, _BY_KEY = _of_member(members.c.id), _of_member(members.c.key)


def page(
    db: Connection,
    *,
    shop_id: int,
    filters: Filters = NOBODY_LEFT_OUT,
    sort: str = "updated",
    descending: bool = False,
    limit: int,
    after: Place | None = None,
) -> Sequence[Row[Any]]:
    """Profiles by that sort; `after` is where to go on."""
    column = SORTS[sort]
    query = _shown(shop_id).where(*conditions(db, shop_id, filters))
    rows: list[Row[Any]] = []
    if not column.nullable or after is None or after[0] is not None:
        known = query.where(column.is_not(None)) if column.nullable else query
        rows += db.execute(_sorted(known, column, descending, after).limit(limit)).all()
        after = None
    if column.nullable and len(rows) < limit:
        unknown = query.where(column.is_(None))
        if after is not None:
            unknown = unknown.where(profiles.c.id < after[1] if descending else profiles.c.id > after[1])
        rows += db.execute(_sorted(unknown, column, descending, None).limit(limit - len(rows))).all()
    return rows


def place(row: Row[Any], sort: str) -> Place:
    """Where a page that ends with this row goes on."""
    return getattr(row, SORTS[sort].name), row.id


def everybody(
    db: Connection, *, shop_id: int, filters: Filters = NOBODY_LEFT_OUT, after: str, limit: int
) -> Sequence[Row[Any]]:
    """Profiles by their ids, behind that one: for whoever takes all of them in short reads."""
    query = _shown(shop_id).where(profiles.c.id > after, *conditions(db, shop_id, filters))
    return db.execute(query.order_by(profiles.c.id).limit(limit)).all()


def _sorted(query: Select[Any], column: Any, descending: bool, after: Place | None) -> Select[Any]:
    if after is not None:
        bound = tuple_(literal(after[0], column.type), literal(after[1]))
        here = tuple_(column, profiles.c.id)
        query = query.where(here < bound if descending else here > bound)
    return query.order_by(*(each.desc() if descending else each for each in (column, profiles.c.id)))


def conditions(db: Connection, shop_id: int, told: Filters) -> list[ColumnElement[bool]]:
    """What filters ask of profiles."""
    found = [*_plain(told), *_known_by(shop_id, told)]
    if told.tag:
        found.append(tagged(db, shop_id=shop_id, tag=told.tag))
    if told.segment:
        found.append(is_in(shop_id, told.segment))
    if told.text:
        found += found_by(db, shop_id=shop_id, text=told.text)
    if told.updated_since is not None:
        since = told.updated_since
        found.append(profiles.c.saved_at >= since - _SKEW)  # what an index finds
        found.append(or_(profiles.c.updated_at >= since, profiles.c.saved_at >= since))
    return found


def _plain(told: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    columns = {"country": told.country, "rfm_group": told.group, "tier": told.tier, "email_consent": told.email_consent}
    found += [profiles.c[name] == value for name, value in columns.items() if value]
    if told.has_account is not None:
        found.append(profiles.c.has_account == literal(told.has_account))
    least = {"total_spent": told.min_spent, "orders_count": told.min_orders, "last_order_at": told.ordered_since}
    most = {"total_spent": told.max_spent, "orders_count": told.max_orders}
    found += [profiles.c[name] >= value for name, value in least.items() if value is not None]
    found += [profiles.c[name] <= value for name, value in most.items() if value is not None]
    if told.ordered_before is not None:
        found.append(profiles.c.last_order_at < told.ordered_before)
    return found


def _known_by(shop_id: int, told: Filters) -> list[ColumnElement[bool]]:
    """By addresses and ids: whoever has or had them."""
    asked = [(EMAIL, told.email), (PHONE, told.phone), *([told.external] if told.external else [])]
    same = and_(members.c.shop_id == identities.c.shop_id, members.c.id == identities.c.member_id)
    found: list[ColumnElement[bool]] = []
    for kind, value in asked:
        if value:
            known = and_(identities.c.shop_id == shop_id, identities.c.kind == kind, identities.c.value == value)
            roots = select(members.c.root).select_from(identities.join(members, same)).where(known)
            found.append(profiles.c.id.in_(roots))
    if told.account:
        owner = and_(members.c.shop_id == shop_id, members.c.key == of_account(told.account))
        found.append(profiles.c.id.in_(select(members.c.root).where(owner)))
    return found
