"""Points follow what is stored: what each order should have given is compared with what it gave, and the difference is
posted. Orders, refunds, cancellations, merges and their undoing need no code of their own for it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, Row

from commerce.rules.loyalty.earnings import ORDER, YEAR, Claim, Flow, Person, SignUp, claims
from commerce.rules.loyalty.entries import AVAILABLE, PENDING
from commerce.rules.loyalty.programmes import INACTIVITY, SHIPPED, SPENT, TAG, Course
from commerce.rules.loyalty.purses import Purse
from commerce.rules.loyalty.worth import OrderNow
from commerce.rules.money import exponent
from commerce.tables.loyalty import earning, programmes, purses
from commerce.tables.shops import Shop


def settle(db: Connection, shop: Shop, roots: Collection[str], *, now: datetime) -> None:
    """Bring the points of these persons in line with their orders and the clock. Settled twice, nothing changes.

    A shop that never switched a programme on costs one look-up.
    """
    if not roots:
        return
    chosen = programmes.of(db, shop_id=shop.id)
    if chosen is not None and chosen.course is not None:
        purses.write(db, shop_id=shop.id, purses=opened(db, shop, chosen.course, roots, now=now).values(), now=now)


def opened(
    db: Connection, shop: Shop, course: Course | None, roots: Collection[str], *, now: datetime
) -> dict[str, Purse]:
    """The purses of these persons by root, held for this transaction and settled, but not written yet."""
    rows = purses.held(db, shop_id=shop.id, roots=roots)
    wanted = _claims(db, shop, course, rows) if course is not None else {}
    loaded = purses.batches_of(db, shop_id=shop.id, member_ids=[row.id for row in rows])
    known = {batch.source for found in loaded.values() for batch in found}
    new = {source for found in wanted.values() for source in found} - known
    others = purses.owners(db, shop_id=shop.id, sources=new)
    if others:  # orders that belong to somebody else now: whoever had their points is settled with them
        more = purses.roots_of(db, shop_id=shop.id, member_ids=others)
        return opened(db, shop, course, {*roots, *more}, now=now)
    by_root: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_root[row.root].append(row)
    found = {
        root: Purse(
            {row.id: purses.sums_of(row) for row in members},
            [batch for row in members for batch in loaded.get(row.id, ())],
        )
        for root, members in by_root.items()
    }
    _hand_over(found, wanted)
    if course is not None:
        _follow(db, shop, course, found, wanted, now)
    _keep_time(db, shop, course, found, now)
    return found


def _hand_over(found: Mapping[str, Purse], wanted: Mapping[str, Mapping[str, Claim]]) -> None:
    """An order's batch lies in the purse of whoever it belonged to: both are one purse for this settlement."""
    where = {source: purse for purse in found.values() for source in purse.batches}
    for root, claimed in wanted.items():
        purse = found[root]
        for source in claimed:
            other = where.get(source)
            if other is not None and other is not purse:
                other.lend(source, purse)


def _follow(
    db: Connection,
    shop: Shop,
    course: Course,
    found: Mapping[str, Purse],
    wanted: Mapping[str, Mapping[str, Claim]],
    now: datetime,
) -> None:
    less = {source for root, purse in found.items() for source in purse.shrinking(wanted.get(root, {}))}
    ended = purses.expired(db, shop_id=shop.id, sources=less)
    for root, purse in found.items():
        purse.follow(
            wanted.get(root, {}),
            expired=lambda source, member_id: ended.get((source, member_id), 0),
            expires=course.expires,
            now=now,
        )
