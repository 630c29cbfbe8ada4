"""Spending points: taken first, a discount code at the shop then; given back where the shop refuses it for good."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from commerce.mirror.points import opened
from commerce.mirror.points_by_hand import Open, UnableToMovePoints, held, known
from commerce.rules.calls import MAKING_DISCOUNTS
from commerce.rules.events import CUSTOMER
from commerce.rules.loyalty import discounts
from commerce.rules.loyalty.entries import RETURN, SPEND, SPENT, Entry
from commerce.rules.loyalty.programmes import Programme, Reward
from commerce.tables import effects
from commerce.tables.effects import NewEffect
from commerce.tables.loyalty import programmes, purses, reading
from commerce.tables.people import turns
from commerce.tables.shops import Shop

_AGAIN = timedelta(days=30)  # for which points last at least that come back
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without those that look alike
_LENGTH = 12  # 60 bits: nobody guesses a code, and no two are the same
_LOYALTY = "loyalty"  # what a call is about where the shop has no account of the customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was bought. `code`: to be typed in at the checkout, "" where points were taken without a reward.

    `calls`: the shop makes the code by a call, for which whoever spends wakes jobs.queues.CALL after the commit.
    `roots`: the persons whose profiles have to be worked out again. `again`: the same was asked for before.
    """

    points: int
    reward: str = ""
    code: str = ""
    roots: tuple[str, ...] = ()
    again: bool = False
    calls: bool = False


def spend(
    db: Connection,
    shop: Shop,
    *,
    member_id: str,
    key: str,
    now: datetime,
    reward: str = "",
    points: int = 0,
    reason: str = "",
    by: str = "api",
) -> Spent:
    """Take the points of a reward, and plan its code; or take `points` without one, as a till does. Once for each key.

    Raises UnknownMember, UnableToMovePoints (no such reward, programme off), NotEnoughPoints. Two at once do not spend
    the same points: the members are held until the transaction ends.
    """
    if bool(reward) == bool(points) or points < 0:
        raise UnableToMovePoints("reward", "or a positive number of points must be given, and not both")
    person = held(db, shop, member_id, now=now)
    asked = {"reward": reward, "points": points, "member": member_id}
    before = known(db, shop, f"spend:{key}", asked)
    if before is not None:
        told = before.detail
        return Spent(points=told["points"], reward=reward, code=told["code"], again=True)
    chosen = _reward(person, reward)
    cost = chosen.points if chosen is not None else points
    code = _new_code() if chosen is not None else ""
    entry = Entry(kind=SPEND, about=f"spend:{key}", key=f"spend:{key}", made_by=by, reason=reason or reward)
    entry.detail.update(asked=asked, points=cost, code=code)
    person.purse.take(cost, entry, account=SPENT)
    purses.write(db, shop_id=shop.id, purses=[person.purse], now=now)
    calls = chosen is not None and shop.platform in MAKING_DISCOUNTS
    if calls and chosen is not None:
        _plan(db, shop, person, chosen, entry, now)
    return Spent(points=cost, reward=reward, code=code, roots=(person.root,), calls=calls)


def _new_code() -> str:
    """A code that nobody has, in letters that a shopper can copy from paper."""
    return "P" + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def _reward(person: Open, name: str) -> Reward | None:
    programme: Programme | None = person.course.now if person.course is not None else None
    if programme is None:
        raise UnableToMovePoints("reward", "cannot be bought: the loyalty programme is switched off")
    if not name:
        return None
    found = next((one for one in programme.rewards if one.name == name), None)
    if found is None:
        raise UnableToMovePoints("reward", "is not one of the programme's")
    return found


def _plan(db: Connection, shop: Shop, person: Open, reward: Reward, spent: Entry, now: datetime) -> None:
    """The call that makes the code. It is about the customer's account, so that erasing the customer empties it."""
    account, email = reading.account_and_mail(db, shop_id=shop.id, member_ids=list(person.purse.sums), root=person.root)
    detail = discounts.call(
        reward,
        code=spent.detail["code"],
        currency=shop.currency or "",
        customer_id=account,
        email=email,
        spend_key=spent.key,
        starts_at=now,
    )
    wanted = NewEffect(
        kind=effects.CALL,
        object_kind=CUSTOMER if account else _LOYALTY,
        object_id=account or person.root,
        detail=detail,
    )
    effects.plan(db, shop_id=shop.id, wanted=[wanted], now=now)


def stands(db: Connection, *, shop_id: int, spend_key: str) -> bool:
    """Whether those points are spent: not where they were given back."""
    return purses.by_key(db, shop_id=shop_id, key=f"return:{spend_key}") is None


def give_back(
    db: Connection, shop: Shop, *, spend_key: str, reason: str, now: datetime, by: str = "backroom"
) -> tuple[str, ...]:
    """Give back what was spent under that key of an entry, once, to where it came from. Gives the persons whose
    profiles have to be worked out again. Raises UnableToMovePoints where nothing was spent under it.
    """
    turns.take(db, shop.id)
    row = purses.by_key(db, shop_id=shop.id, key=spend_key)
    if row is None or row.kind != SPEND:
        raise UnableToMovePoints("key", "is not that of points that were spent")
    taken: list[list[Any]] = row.detail["taken"]
    roots = purses.roots_of(db, shop_id=shop.id, member_ids={member_id for _, member_id, _ in taken})
    chosen = programmes.of(db, shop_id=shop.id)
    found = opened(db, shop, chosen.course if chosen is not None else None, roots, now=now)
    if not found or not stands(db, shop_id=shop.id, spend_key=spend_key):
        return ()  # given back before, or everybody who paid was erased meanwhile
    entry = Entry(kind=RETURN, about=spend_key, key=f"return:{spend_key}", reason=reason, made_by=by)
    for purse in found.values():
        own = [part for part in taken if part[1] in purse.sums]
        purse.give_back(own, entry, now=now, until=now + _AGAIN)
    next(iter(found.values())).entries.append(entry)
    purses.write(db, shop_id=shop.id, purses=found.values(), now=now)
    return tuple(found)
