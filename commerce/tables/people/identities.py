"""By what a member is known: mail addresses, phone numbers, ids in other systems. Once told, always known."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Index, Row, Table, Text, and_, delete, select, update

from commerce.rules.people.keys import EMAIL, PHONE
from commerce.tables.columns import BigId, Moment, insert, metadata
from commerce.tables.people.members import members

identities = Table(
    "identities",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),  # email, phone, or the name of another system
    Column("value", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    Column("is_current", Boolean, nullable=False, default=True),
    Column("seen_at", Moment, nullable=False),
    Index("ix_identities_member", "shop_id", "member_id"),
)

Known = Mapping[str, Sequence[tuple[str, str]]]  # member to (kind, value)
_MOST_ALIKE = 50  # members of one address that are looked at


def add(db: Connection, *, shop_id: int, known: Known, now: datetime, current: bool = True) -> None:
    """Note by what members are known. `current`: these are their present ones, and no others of those kinds are."""
    rows = [
        {"shop_id": shop_id, "kind": kind, "value": value, "member_id": member, "is_current": current, "seen_at": now}
        for member, pairs in sorted(known.items())
        for kind, value in sorted(set(pairs))
        if value
    ]
    if current and known:
        ours = and_(identities.c.shop_id == shop_id, identities.c.member_id.in_(known))
        addresses = and_(ours, identities.c.kind.in_((EMAIL, PHONE)), identities.c.is_current)
        db.execute(update(identities).where(addresses).values(is_current=False))
    if rows:
        statement = insert(db, identities)
        keys = ["shop_id", "kind", "value", "member_id"]
        if current:
            statement = statement.on_conflict_do_update(index_elements=keys, set_={"is_current": True})
        else:
            statement = statement.on_conflict_do_nothing(index_elements=keys)
        db.execute(statement, rows)


def replace(db: Connection, *, shop_id: int, member_id: str, values: Mapping[str, str], now: datetime) -> None:
    """Note a member's present mail address or phone (kind to value, "" for none); those before stay known."""
    ours = and_(identities.c.shop_id == shop_id, identities.c.member_id == member_id, identities.c.kind.in_(values))
    db.execute(update(identities).where(ours).values(is_current=False))
    rows = [
        {"shop_id": shop_id, "kind": kind, "value": value, "member_id": member_id, "is_current": True, "seen_at": now}
        for kind, value in values.items()
        if value
    ]
    if rows:
        statement = insert(db, identities)
        keys = ["shop_id", "kind", "value", "member_id"]
        db.execute(statement.on_conflict_do_update(index_elements=keys, set_={"is_current": True}), rows)


def of_members(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, list[Row[Any]]]:
    """By what these members are known, present ones first."""
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    if ids:
        chosen = and_(identities.c.shop_id == shop_id, identities.c.member_id.in_(ids))
        order = (identities.c.is_current.desc(), identities.c.kind, identities.c.value)
        for row in db.execute(select(identities).where(chosen).order_by(*order)):
            found[row.member_id].append(row)
    return found


def having(
    db: Connection, *, shop_id: int, kind: str, values: Collection[str], kinds: Collection[str] = ()
) -> Sequence[str]:
    """The members who have or had one of these addresses; `kinds`: only members of these kinds."""
    if not values:
        return []
    same = and_(members.c.shop_id == identities.c.shop_id, members.c.id == identities.c.member_id)
    chosen = and_(identities.c.shop_id == shop_id, identities.c.kind == kind, identities.c.value.in_(values))
    query = select(identities.c.member_id).select_from(identities.join(members, same)).where(chosen)
    if kinds:
        query = query.where(members.c.kind.in_(kinds))
    return (
        db.execute(query.distinct().order_by(identities.c.member_id).limit(_MOST_ALIKE * len(values))).scalars().all()
    )


def roots_of(db: Connection, *, shop_id: int, kind: str, value: str) -> list[str]:
    """The persons who have this address or id now; where nobody has, those who had it."""
    same = and_(members.c.shop_id == identities.c.shop_id, members.c.id == identities.c.member_id)
    chosen = and_(identities.c.shop_id == shop_id, identities.c.kind == kind, identities.c.value == value)
    query = select(members.c.root, identities.c.is_current).select_from(identities.join(members, same)).where(chosen)
    rows = db.execute(query.limit(_MOST_ALIKE)).all()
    present = {row.root for row in rows if row.is_current}
    return sorted(present or {row.root for row in rows})


def set_external(db: Connection, *, shop_id: int, member_id: str, ids: Mapping[str, str | None], now: datetime) -> None:
    """Ids in other systems: system to id; None takes the system's away."""
    ours = and_(identities.c.shop_id == shop_id, identities.c.member_id == member_id, identities.c.kind.in_(ids))
    db.execute(delete(identities).where(ours))
    told = [(kind, value) for kind, value in ids.items() if value]
    rows = [
        {"shop_id": shop_id, "kind": kind, "value": value, "member_id": member_id, "is_current": True, "seen_at": now}
        for kind, value in told
    ]
    if rows:
        db.execute(identities.insert(), rows)


def remove(db: Connection, *, shop_id: int, ids: Collection[str]) -> None:
    """Forget by what these members are known."""
    if ids:
        db.execute(delete(identities).where(identities.c.shop_id == shop_id, identities.c.member_id.in_(ids)))
