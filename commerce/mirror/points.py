"""Points follow what is stored: what each order should have given is compared with what it gave, and the difference is
posted. Orders, refunds, cancellations, merges and their undoing need no code of their own for it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, Row

from commerce.rules.loyalty.earnings import YEAR, Claim, Flow, Person, SignUp, claims
from commerce.rules.loyalty.entries import EARN, Batch
from commerce.rules.loyalty.programmes import INACTIVITY, POINTS, SHIPPED, SPENT, TAG, Course, Programme
from commerce.rules.loyalty.purses import Purse
from commerce.rules.loyalty.worth import LineNow, OrderNow
from commerce.rules.money import exponent
from commerce.tables.loyalty import earning, programmes, purses
from commerce.tables.shops import Shop

Claims = Mapping[str, Claim]


def settle(db: Connection, shop: Shop, roots: Collection[str], *, now: datetime) -> set[str]:
    """Bring the points of these persons in line with their orders and the clock. Settled twice, nothing changes.

    Gives the persons that were settled: an order that changed hands brings in who had its points. A shop that never
    switched a programme on costs one look-up.
    """
    chosen = programmes.of(db, shop_id=shop.id) if roots else None
    if chosen is None or chosen.course is None:
        return set()
    found = opened(db, shop, chosen.course, roots, now=now)
    purses.write(db, shop_id=shop.id, purses=found.values(), now=now)
    return set(found)


def opened(
    db: Connection, shop: Shop, course: Course | None, roots: Collection[str], *, now: datetime
) -> dict[str, Purse]:
    """The purses of these persons by root, held for this transaction and settled, but not written yet."""
    rows = purses.held(db, shop_id=shop.id, roots=roots)
    wanted = _claims(db, shop, course, rows) if course is not None else {}
    loaded = purses.batches_of(db, shop_id=shop.id, member_ids=[row.id for row in rows])
    known = {batch.source for found in loaded.values() for batch in found}
    others = purses.owners(db, shop_id=shop.id, sources={source for one in wanted.values() for source in one} - known)
    more = purses.roots_of(db, shop_id=shop.id, member_ids=others) - set(roots)
    if more:  # orders that belong to somebody else now: whoever had their points is settled with them
        return opened(db, shop, course, {*roots, *more}, now=now)
    found = _purses(rows, loaded)
    if course is not None:
        _follow(db, shop, course, found, wanted, now)
    _keep_time(db, shop, course, found, now)
    return found


def _purses(rows: Sequence[Row[Any]], loaded: Mapping[str, Sequence[Batch]]) -> dict[str, Purse]:
    by_root: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_root[row.root].append(row)
    return {
        root: Purse(
            {row.id: purses.sums_of(row) for row in members},
            [batch for row in members for batch in loaded.get(row.id, ())],
        )
        for root, members in by_root.items()
    }


def _follow(
    db: Connection, shop: Shop, course: Course, found: Mapping[str, Purse], wanted: Mapping[str, Claims], now: datetime
) -> None:
    """Give and take back what orders and sign-ups should have given, in every purse."""
    less = {source for root, purse in found.items() for source in purse.shrinking(wanted.get(root, {}))}
    ended = purses.expired(db, shop_id=shop.id, sources=less)

    def expired(source: str, member_id: str) -> int:
        return ended.get((source, member_id), 0)

    for root, purse in found.items():
        purse.drop(wanted.get(root, {}), expired=expired)
    where = {source: purse for purse in found.values() for source in purse.batches}
    for root, claimed in wanted.items():
        for source, claim in claimed.items():
            if where.get(source, found[root]) is not found[root]:
                where[source].pass_on(source, found[root], claim.member_id)
        found[root].follow(claimed, expired=expired, expires=course.expires, now=now)


def _keep_time(db: Connection, shop: Shop, course: Course | None, found: Mapping[str, Purse], now: datetime) -> None:
    """What the clock brings: points that count from now on, and points that end. Nothing ends while a programme is
    off, as nobody could have spent it."""
    for purse in found.values():
        purse.mature(now)
    if course is None or course.now is None:
        return
    expiry = course.now.expiry
    if expiry is not None and expiry.by == INACTIVITY:
        soon = now + timedelta(days=expiry.warn_days)  # nobody is warned who has more time
        over = {key: purse for key, purse in found.items() if purse.ending(soon)}
        members = [member_id for purse in over.values() for member_id in purse.sums]
        moved = purses.last_moved(db, shop_id=shop.id, member_ids=members) if members else {}
        for purse in over.values():
            stirred = [moved[member_id] for member_id in purse.sums if member_id in moved]
            stirred += [now for entry in purse.entries if entry.kind == EARN]
            if stirred:
                purse.put_off(expiry.ends(max(stirred)), now=soon)
    for purse in found.values():
        purse.expire(now, again=expiry.ends(now) if expiry is not None else None)


def _claims(db: Connection, shop: Shop, course: Course, rows: Sequence[Row[Any]]) -> dict[str, Claims]:
    """What each person's orders and sign-ups should have given, by root."""
    known = _Known(db, shop, course, [row.id for row in rows])
    members: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        members[row.root].append(row.id)
    unit, zone = 10 ** exponent(shop.currency), zone_of(shop)
    return {root: claims(known.person(ids), course, unit=unit, zone=zone) for root, ids in members.items()}


class _Known:
    """What is stored of some members as far as points depend on it: asked for only where a rule needs it."""

    def __init__(self, db: Connection, shop: Shop, course: Course, ids: Sequence[str]) -> None:
        rules = course.some()
        begins = course.since - YEAR if any(one.tiers and one.tiers_by == SPENT for one in rules) else course.since
        rows = earning.orders_of(db, shop_id=shop.id, member_ids=ids, since=begins, currency=shop.currency)
        self._orders = of_members(orders_now(db, shop.id, course, rows))
        bonus = any(one.first_order for one in rules)
        self._bought = earning.bought_before(db, shop_id=shop.id, member_ids=ids, before=begins) if bonus else set()
        self._signed: dict[str, SignUp] = {}
        if any(one.sign_up for one in rules):
            self._signed = earning.sign_ups(db, shop_id=shop.id, member_ids=ids)
        self._flows: dict[str, list[Flow]] = {}
        if any(one.most_held is not None or (one.tiers and one.tiers_by == POINTS) for one in rules):
            self._flows = earning.flows(db, shop_id=shop.id, member_ids=ids)

    def person(self, ids: Iterable[str]) -> Person:
        """The person who has these members."""
        each = list(ids)
        return Person(
            orders=[order for one in each for order in self._orders.get(one, ())],
            sign_ups=[self._signed[one] for one in each if one in self._signed],
            flows=[flow for one in each for flow in self._flows.get(one, ())],
            bought_before=any(one in self._bought for one in each),
        )


def of_members(found: Iterable[OrderNow]) -> dict[str, list[OrderNow]]:
    """Orders by who placed them."""
    by_member: dict[str, list[OrderNow]] = defaultdict(list)
    for order in found:
        by_member[order.member_id].append(order)
    return by_member


def orders_now(db: Connection, shop_id: int, course: Course, rows: Sequence[Row[Any]]) -> list[OrderNow]:
    """Orders as the rules look at them: with lines and parcels where a rule asks for them."""
    rules = course.some()
    ids = [row.id for row in rows] if any(one.products or one.waiting_from == SHIPPED for one in rules) else []
    sent: Mapping[str, datetime] = {}
    if ids and any(one.waiting_from == SHIPPED for one in rules):
        sent = earning.shipped(db, shop_id=shop_id, order_ids=ids)
    lines = lines_now(db, shop_id, rules, ids)
    if not sent and not lines:
        return [earning.order_now(row) for row in rows]
    return [earning.order_now(row, shipped_at=sent.get(row.id), lines_now=lines.get(row.id, ())) for row in rows]


def lines_now(
    db: Connection, shop_id: int, rules: Sequence[Programme], order_ids: Collection[str]
) -> Mapping[str, Sequence[LineNow]]:
    """The lines of these orders, where a rule asks for products; none otherwise."""
    if not order_ids or not any(one.products for one in rules):
        return {}
    tagged = any(rule.by == TAG for one in rules for rule in one.products)
    return earning.lines_of(db, shop_id=shop_id, order_ids=order_ids, with_tags=tagged)


def zone_of(shop: Shop) -> tzinfo:
    """Where the shop's days begin and end."""
    try:
        return ZoneInfo(shop.timezone) if shop.timezone else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name that this system does not know
        return UTC
