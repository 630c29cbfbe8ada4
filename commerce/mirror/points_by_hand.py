"""Points that somebody tells of: actions such as a review, adjustments with a reason, balances that are imported."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from commerce.mirror.points import opened
from commerce.rules.loyalty.entries import ADJUST, ADJUSTED, EARN, PENDING, Batch, Entry
from commerce.rules.loyalty.programmes import Action, Course
from commerce.rules.loyalty.purses import Purse
from commerce.tables.loyalty import programmes, purses
from commerce.tables.loyalty.earning import ACTION
from commerce.tables.people import turns
from commerce.tables.shops import Shop

_MOST = 10**9


class UnknownMember(LookupError):
    """There is no such customer."""


class UnableToMovePoints(ValueError):
    """What was asked for makes no sense: `field` names what is wrong, `text` says what it has to be."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}")
        self.field, self.text = field, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What came of it. `roots`: the persons whose profiles have to be worked out again; none where nothing changed.

    `again`: the same was asked for before, under the same key. `capped`: fewer points than the action gives, or none.
    """

    points: int
    roots: tuple[str, ...] = ()
    again: bool = False
    capped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A person's purse, held and settled, and the rules that hold."""

    root: str
    purse: Purse
    course: Course | None


def held(db: Connection, shop: Shop, member_id: str, *, now: datetime) -> Open:
    """The purse of whoever this member is part of. Raises UnknownMember."""
    turns.take(db, shop.id)
    root = purses.root_of(db, shop_id=shop.id, member_id=member_id)
    chosen = programmes.of(db, shop_id=shop.id)
    course = chosen.course if chosen is not None else None
    purse = opened(db, shop, course, [root], now=now).get(root) if root is not None else None
    if root is None or purse is None or member_id not in purse.sums:  # merged elsewhere at this very moment
        raise UnknownMember("There is no such customer.")
    return Open(root=root, purse=purse, course=course)


def known(db: Connection, shop: Shop, key: str, asked: dict[str, Any]) -> Any:
    """The transaction that was made under that key for the same; None where there is none.

    Raises UnableToMovePoints where the key was used for something else.
    """
    row = purses.by_key(db, shop_id=shop.id, key=key)
    if row is not None and row.detail.get("asked") != asked:
        raise UnableToMovePoints("key", "was used for something else before")
    return row


def earn(db: Connection, shop: Shop, *, member_id: str, action: str, key: str, now: datetime, by: str = "api") -> Moved:
    """Give the points of an action, once for each key, as often as its rule allows.

    Raises UnknownMember, and UnableToMovePoints for an action that the programme does not have.
    """
    person = held(db, shop, member_id, now=now)
    asked = {"action": action, "member": member_id}
    before = known(db, shop, f"earn:{action}:{key}", asked)
    if before is not None:
        return Moved(points=before.detail["points"], again=True)
    rule = _rule(person.course, action)
    points = _within_caps(db, shop, person, rule, now)
    if points:
        assert person.course is not None
        assert person.course.now is not None
        matures_at = now + timedelta(days=person.course.now.waiting_days)
        batch = _batch(f"{ACTION}{action}:{key}", member_id, points, matures_at)
        batch.expires_at = person.course.expires(matures_at)
        entry = Entry(kind=EARN, about=batch.source, key=f"earn:{action}:{key}", made_by=by)
        entry.detail.update(asked=asked, points=points)
        person.purse.give(batch, entry, now=now)
    purses.write(db, shop_id=shop.id, purses=[person.purse], now=now)
    return Moved(points=points, roots=(person.root,), capped=points < rule.points)


def _rule(course: Course | None, action: str) -> Action:
    programme = course.now if course is not None else None
    if programme is None:
        raise UnableToMovePoints("action", "gives no points: the loyalty programme is switched off")
    rule = next((one for one in programme.actions if one.name == action), None)
    if rule is None:
        names = ", ".join(one.name for one in programme.actions) or "none"
        raise UnableToMovePoints("action", f"is not one of the programme's: {names}")
    return rule


def _within_caps(db: Connection, shop: Shop, person: Open, rule: Action, now: datetime) -> int:
    if rule.times:
        done = purses.done_since(
            db,
            shop_id=shop.id,
            member_ids=list(person.purse.sums),
            about=f"{ACTION}{rule.name}:",
            since=now - timedelta(days=rule.days) if rule.days else None,
        )
        if done >= rule.times:
            return 0
    most = person.course.now.most_held if person.course is not None and person.course.now is not None else None
    return rule.points if most is None else max(0, min(rule.points, most - person.purse.held))


def adjust(
    db: Connection, shop: Shop, *, member_id: str, points: int, reason: str, by: str, key: str, now: datetime
) -> Moved:
    """Give points, or take them away where `points` is negative, once for each key.

    What is given counts at once, and ends as any points do. Raises UnknownMember, UnableToMovePoints, and
    NotEnoughPoints where more is to be taken than there is.
    """
    if not points or abs(points) > _MOST:
        raise UnableToMovePoints("points", f"must be a whole number from -{_MOST} to {_MOST}, and not 0")
    if not reason.strip():
        raise UnableToMovePoints("reason", "must say why")
    person = held(db, shop, member_id, now=now)
    asked = {"points": points, "member": member_id}
    if known(db, shop, f"adjust:{key}", asked) is not None:
        return Moved(points=points, again=True)
    entry = Entry(kind=ADJUST, about=f"adjust:{key}", key=f"adjust:{key}", reason=reason.strip(), made_by=by)
    entry.detail["asked"] = asked
    if points > 0:
        batch = _batch(entry.about, member_id, points, now)
        batch.expires_at = person.course.expires(now) if person.course is not None else None
        person.purse.give(batch, entry, account=ADJUSTED, now=now)
    else:
        person.purse.take(-points, entry, account=ADJUSTED)
    purses.write(db, shop_id=shop.id, purses=[person.purse], now=now)
    return Moved(points=points, roots=(person.root,))


def _batch(source: str, member_id: str, points: int, matures_at: datetime) -> Batch:
    return Batch(source=source, member_id=member_id, state=PENDING, points=points, left=0, matures_at=matures_at)
