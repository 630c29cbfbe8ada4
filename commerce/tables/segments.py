"""Segments: rules over profiles, and who is in."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    delete,
    func,
    select,
    update,
)

from commerce.rules.segments import conditions
from commerce.rules.segments.conditions import Rules
from commerce.rules.segments.fields import CUSTOM
from commerce.rules.segments.written import UnableToReadRules, as_json, parse
from commerce.tables.columns import BigId, Json, Moment, metadata
from commerce.tables.people import turns

segments = Table(
    "segments",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("rules", Json, nullable=False),
    Column("uses_time", Boolean, nullable=False),  # who is in changes with the day, without any event
    Column("members_count", Integer, nullable=False, default=0),
    Column("last_id", Text, nullable=False, default=""),  # how far working out who is in came, and
    Column("looked_at", Integer, nullable=False, default=0),  # at how many profiles it looked
    Column("built_at", Moment),  # None: who is in is not worked out yet
    Column("created_at", Moment, nullable=False),
    Column("saved_at", Moment, nullable=False),
)

segment_members = Table(
    "segment_members",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("segment_id", Text, primary_key=True),
    Column("profile_id", Text, primary_key=True),
    Column("entered_at", Moment, nullable=False),
    Index("ix_segment_members_profile", "shop_id", "profile_id"),
)

MOST = 200  # segments of one shop: every change of a customer looks through all of them
_ANEW: dict[str, Any] = {"built_at": None, "last_id": "", "looked_at": 0}


class UnableToSaveSegment(ValueError):
    """It cannot be as it is asked; `place` names what in its rules, "" where it is not them."""

    def __init__(self, place: str, text: str) -> None:
        super().__init__(text)
        self.place, self.text = place, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A segment. `rules` None: they cannot be read by this version, so who is in stays as it is.

    `built_at` None: who is in is being worked out; it looked at `looked_at` profiles so far, the last is `last_id`.
    """

    id: str
    name: str
    rules: Rules | None
    uses_time: bool
    members_count: int
    last_id: str
    looked_at: int
    built_at: datetime | None
    created_at: datetime
    saved_at: datetime


def all_of(db: Connection, *, shop_id: int) -> list[Segment]:
    """The shop's segments by name."""
    query = select(segments).where(segments.c.shop_id == shop_id).order_by(segments.c.name, segments.c.id)
    return [_segment(row) for row in db.execute(query)]


def one(db: Connection, *, shop_id: int, segment_id: str) -> Segment | None:
    """One of the shop's segments."""
    row = db.execute(select(segments).where(_of(shop_id, segment_id))).one_or_none()
    return _segment(row) if row else None


def add(db: Connection, *, shop_id: int, name: str, rules: Rules, now: datetime) -> Segment:
    """Store a new segment; who is in has to be worked out (queues.SEGMENT). Raises UnableToSaveSegment."""
    turns.take(db, shop_id)
    others = _rules_of(all_of(db, shop_id=shop_id))
    if db.execute(select(func.count()).where(segments.c.shop_id == shop_id)).scalar_one() >= MOST:
        raise UnableToSaveSegment("", f"A shop has at most {MOST} segments. Remove one that is no longer needed.")
    segment_id = f"s_{secrets.token_hex(6)}"
    _check(segment_id, rules, others)
    row = {"shop_id": shop_id, "id": segment_id, "name": name, "members_count": 0, "created_at": now}
    db.execute(segments.insert().values(row | _ANEW | _told(rules, now)))
    found = one(db, shop_id=shop_id, segment_id=segment_id)
    assert found is not None
    return found


def save(db: Connection, *, shop_id: int, segment_id: str, name: str, rules: Rules, now: datetime) -> Segment | None:
    """Change a segment; None where the shop has none of that id. Raises UnableToSaveSegment.

    Where the rules differ, who is in is worked out anew, of this one and of those that ask it.
    """
    turns.take(db, shop_id)
    before = one(db, shop_id=shop_id, segment_id=segment_id)
    if before is None:
        return None
    others = _rules_of(all_of(db, shop_id=shop_id))
    _check(segment_id, rules, others)
    db.execute(update(segments).where(_of(shop_id, segment_id)).values({"name": name} | _told(rules, now)))
    if before.rules != rules:
        anew = {segment_id} | conditions.dependents(segment_id, others)
        chosen = and_(segments.c.shop_id == shop_id, segments.c.id.in_(anew))
        db.execute(update(segments).where(chosen).values(_ANEW))
    return one(db, shop_id=shop_id, segment_id=segment_id)


def remove(db: Connection, *, shop_id: int, segment_id: str) -> bool:
    """Delete a segment; False where the shop has none of that id. Raises UnableToSaveSegment where others ask it."""
    turns.take(db, shop_id)
    there = all_of(db, shop_id=shop_id)
    asking = [each.name for each in there if each.rules and segment_id in each.rules.segments]
    if asking:
        raise UnableToSaveSegment("", f"The rules of {', '.join(asking)} ask this segment. Change those first.")
    chosen = and_(segment_members.c.shop_id == shop_id, segment_members.c.segment_id == segment_id)
    db.execute(delete(segment_members).where(chosen))
    return db.execute(delete(segments).where(_of(shop_id, segment_id))).rowcount == 1


def asking(db: Connection, *, shop_id: int, field: str) -> list[str]:
    """Names of the segments whose rules ask this field of the merchant's own."""
    known = ((each.name, each.rules) for each in all_of(db, shop_id=shop_id))
    asked = CUSTOM + field
    return [name for name, rules in known if rules and any(one.field.name == asked for one in rules.conditions)]


def shops_unbuilt(db: Connection) -> set[int]:
    """Shops with segments of which it has to be worked out who is in."""
    return set(db.execute(select(segments.c.shop_id).where(segments.c.built_at.is_(None)).distinct()).scalars())


def next_unbuilt(db: Connection, *, shop_id: int) -> Segment | None:
    """The segment to work out next: those that others ask come first."""
    there = {each.id: each for each in all_of(db, shop_id=shop_id)}
    unreadable = [each for each in there.values() if each.rules is None]
    ordered = [there[key] for key in conditions.in_order(_rules_of(list(there.values())))]
    return next((each for each in (*unreadable, *ordered) if each.built_at is None), None)


def _check(segment_id: str, rules: Rules, others: Mapping[str, Rules]) -> None:
    """Segments that are asked exist, and none asks itself."""
    for condition in sorted(rules.segments):
        if condition not in others and condition != segment_id:
            raise UnableToSaveSegment("segment", "There is no such segment.")
    if conditions.is_circle({**others, segment_id: rules}):
        raise UnableToSaveSegment("segment", "A segment cannot ask itself, nor one whose rules ask it.")


def _rules_of(there: list[Segment]) -> dict[str, Rules]:
    return {each.id: each.rules for each in there if each.rules is not None}


def _told(rules: Rules, now: datetime) -> dict[str, Any]:
    return {"rules": as_json(rules), "uses_time": rules.uses_time, "saved_at": now}


def _of(shop_id: int, segment_id: str) -> Any:
    return and_(segments.c.shop_id == shop_id, segments.c.id == segment_id)


def _segment(row: Row[Any]) -> Segment:
    try:
        rules: Rules | None = parse(row.rules)
    except UnableToReadRules:
        rules = None
    names = ("id", "name", "uses_time", "members_count", "last_id", "looked_at", "built_at", "created_at", "saved_at")
    return Segment(rules=rules, **{name: getattr(row, name) for name in names})
