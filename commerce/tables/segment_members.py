"""Who is in a segment: written as differences, so that who enters and who leaves is known.

Working out a segment by SQL and following single customers never mix: the one has the shop's segments for itself
(`alone`), the others share them (`among_others`), each before looking at any profile.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, and_, bindparam, delete, func, literal, select, update

from commerce.rules.orders import CANCELLED
from commerce.rules.segments.conditions import Rules
from commerce.tables.columns import Moment, insert
from commerce.tables.orders import lines, orders
from commerce.tables.people.happenings import happenings
from commerce.tables.people.members import members
from commerce.tables.people.profiles import profiles
from commerce.tables.segment_conditions import condition
from commerce.tables.segments import segment_members, segments

ENTERED, LEFT = "segment.entered", "segment.left"
SOURCE = "backroom"
_KEYS = ["shop_id", "segment_id", "profile_id"]
_CHUNK = 500  # ids in one query
_LOCK = 0x7365676D << 31  # "segm": where the shops' numbers begin among PostgreSQL's advisory locks


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A customer entered a segment or left it: an event of ours (`name`: ENTERED or LEFT)."""

    name: str
    profile_id: str
    segment_id: str
    segment_name: str


def among_others(db: Connection, shop_id: int) -> None:
    """Nobody works out the shop's segments until the transaction ends. SQLite has one writer at a time anyway."""
    if db.dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock_shared(_LOCK + shop_id)))


def alone(db: Connection, shop_id: int) -> None:
    """Wait until all that followed customers so far is stored; nobody follows any until the transaction ends."""
    if db.dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(_LOCK + shop_id)))


def work_out(
    db: Connection, *, shop_id: int, segment_id: str, rules: Rules, after: str, limit: int, now: datetime
) -> tuple[list[str], list[str], str | None]:
    """Write who of the next profiles behind that id is in; gives who entered, who left, and the last id (None: end)."""
    upto = _upto(db, shop_id, after, limit)
    is_in = condition(db, shop_id=shop_id, rules=rules, now=now)
    range_ = [profiles.c.shop_id == shop_id, profiles.c.id > after]
    known = [segment_members.c.shop_id == shop_id, segment_members.c.segment_id == segment_id]
    known.append(segment_members.c.profile_id > after)
    if upto is not None:
        range_.append(profiles.c.id <= upto)
        known.append(segment_members.c.profile_id <= upto)
    there = select(segment_members.c.profile_id).where(*known)
    who = select(profiles.c.id).where(*range_, is_in)
    left = delete(segment_members).where(*known, segment_members.c.profile_id.not_in(who))
    gone = sorted(db.execute(left.returning(segment_members.c.profile_id)).scalars())
    columns = [profiles.c.shop_id, literal(segment_id, Text), profiles.c.id, literal(now, Moment())]
    chosen = select(*columns).where(*range_, is_in, profiles.c.id.not_in(there))
    entering = insert(db, segment_members).from_select([*_KEYS, "entered_at"], chosen)
    entering = entering.on_conflict_do_nothing(index_elements=_KEYS).returning(segment_members.c.profile_id)
    new = sorted(db.execute(entering).scalars())
    _count(db, shop_id, {segment_id: len(new) - len(gone)})
    return new, gone, upto


def _upto(db: Connection, shop_id: int, after: str, limit: int) -> str | None:
    """The last of the next profiles; None where there are no more than so many."""
    ids = select(profiles.c.id).where(profiles.c.shop_id == shop_id, profiles.c.id > after).order_by(profiles.c.id)
    found = db.execute(ids.offset(limit - 1).limit(2)).scalars().all()
    return found[0] if len(found) == 2 else None


def advance(db: Connection, *, shop_id: int, segment_id: str, last_id: str, looked_at: int) -> None:
    """Working it out came so far."""
    values = {"last_id": last_id, "looked_at": segments.c.looked_at + looked_at}
    db.execute(update(segments).where(segments.c.shop_id == shop_id, segments.c.id == segment_id).values(values))


def finish(db: Connection, *, shop_id: int, segment_id: str, now: datetime) -> None:
    """Who is in is worked out."""
    chosen = and_(segment_members.c.shop_id == shop_id, segment_members.c.segment_id == segment_id)
    number = select(func.count()).select_from(segment_members).where(chosen).scalar_subquery()
    values: dict[str, Any] = {"built_at": now, "last_id": "", "members_count": number}
    db.execute(update(segments).where(segments.c.shop_id == shop_id, segments.c.id == segment_id).values(values))


def of_profiles(db: Connection, *, shop_id: int, ids: Sequence[str]) -> dict[str, set[str]]:
    """In which segments these profiles are: profile to ids of segments."""
    found: dict[str, set[str]] = {}
    for start in range(0, len(ids), _CHUNK):
        chosen = (segment_members.c.shop_id == shop_id, segment_members.c.profile_id.in_(ids[start : start + _CHUNK]))
        query = select(segment_members.c.profile_id, segment_members.c.segment_id).where(*chosen)
        for profile_id, segment_id in db.execute(query):
            found.setdefault(profile_id, set()).add(segment_id)
    return found


def bought(
    db: Connection, *, shop_id: int, ids: Sequence[str], products: Collection[str]
) -> dict[str, dict[str, datetime | None]]:
    """Which of these products each profile bought, and when for the last time (None: no time is known)."""
    found: dict[str, dict[str, datetime | None]] = {}
    if not products:
        return found
    whose = and_(orders.c.shop_id == members.c.shop_id, orders.c.member_id == members.c.id)
    holds = and_(lines.c.shop_id == orders.c.shop_id, lines.c.order_id == orders.c.id)
    last = func.max(orders.c.placed_at, type_=Moment())
    query = select(members.c.root, lines.c.product_id, last).select_from(members.join(orders, whose).join(lines, holds))
    query = query.where(members.c.shop_id == shop_id, lines.c.product_id.in_(products), orders.c.status != CANCELLED)
    query = query.group_by(members.c.root, lines.c.product_id)
    for start in range(0, len(ids), _CHUNK):
        for root, product, at in db.execute(query.where(members.c.root.in_(ids[start : start + _CHUNK]))):
            found.setdefault(root, {})[product] = at
    return found


def write(db: Connection, *, shop_id: int, crossings: Sequence[Crossing], now: datetime) -> None:
    """Write that customers entered and left."""
    keys = [
        {"shop_id": shop_id, "segment_id": one.segment_id, "profile_id": one.profile_id, "name": one.name}
        for one in sorted(crossings, key=lambda one: (one.segment_id, one.profile_id))
    ]
    new = [{name: key[name] for name in _KEYS} | {"entered_at": now} for key in keys if key["name"] == ENTERED]
    gone = [{f"a_{name}": key[name] for name in _KEYS} for key in keys if key["name"] == LEFT]
    if new:
        db.execute(insert(db, segment_members).on_conflict_do_nothing(index_elements=_KEYS), new)
    if gone:
        db.execute(
            delete(segment_members).where(*(segment_members.c[name] == bindparam(f"a_{name}") for name in _KEYS)), gone
        )
    changes: dict[str, int] = {}
    for one in crossings:
        changes[one.segment_id] = changes.get(one.segment_id, 0) + (1 if one.name == ENTERED else -1)
    _count(db, shop_id, changes)


def _count(db: Connection, shop_id: int, changes: Mapping[str, int]) -> None:
    """Always in the same order, so that two who count never wait for each other."""
    for segment_id, change in sorted(changes.items()):
        if change:
            chosen = and_(segments.c.shop_id == shop_id, segments.c.id == segment_id)
            db.execute(update(segments).where(chosen).values(members_count=segments.c.members_count + change))


def tell(db: Connection, *, shop_id: int, crossings: Iterable[Crossing], now: datetime) -> None:
    """Put it on the customers' timelines."""
    rows = [
        {
            "shop_id": shop_id,
            "member_id": one.profile_id,
            "kind": one.name,
            "source": SOURCE,
            "source_id": None,
            "title": f"{'Entered' if one.name == ENTERED else 'Left'} the segment {one.segment_name}",
            "detail": {"segment_id": one.segment_id, "name": one.segment_name},
            "made_by": "",
            "happened_at": now,
            "saved_at": now,
        }
        for one in crossings
    ]
    if rows:
        db.execute(happenings.insert(), rows)
