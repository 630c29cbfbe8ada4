"""Members: the pieces that persons are made of. An account of a platform, a guest's address, a customer put in by hand.

A member never changes hands: orders, points, consents and events belong to it for good. A merge only says under which
other member it is shown (`root`), so that undoing it is exact.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from commerce.rules.orders import CANCELLED
from commerce.rules.people.keys import ACCOUNT, GUEST, OWN
from commerce.tables.columns import BigId, Json, Moment, insert, metadata
from commerce.tables.orders import orders

members = Table(
    "members",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("root", Text, nullable=False),
    Column("joined_into", Text, nullable=False, default=""),
    Column("merged_into", Text, nullable=False, default=""),
    Column("told", Json, nullable=False),
    Column("told_at", Moment),
    Column("own", Json, nullable=False),
    Column("attributes", Json, nullable=False),
    Column("orders_stored", Integer, nullable=False, default=0),
    Column("totals", Json, nullable=False),
    Column("first_order_at", Moment),
    Column("last_order_at", Moment),
    Column("points", BigInteger, nullable=False, default=0),
    Column("points_pending", BigInteger, nullable=False, default=0),
    Column("points_earned", BigInteger, nullable=False, default=0),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("shop_id", "key"),
    Index("ix_members_root", "shop_id", "root"),
    # Who points at somebody is asked whenever somebody is joined anew.
    Index("ix_members_merged", "shop_id", "merged_into"),
    Index("ix_members_joined", "shop_id", "joined_into"),
)

_EMPTY: dict[str, Any] = {"told": {}, "own": {}, "attributes": {}, "totals": {}}
_KINDS = {"account": ACCOUNT, "own": OWN}


def new_id() -> str:
    """An id of ours, which no platform gives."""
    return f"c_{secrets.token_hex(10)}"


def ensure(db: Connection, *, shop_id: int, keys: Collection[str], now: datetime) -> dict[str, str]:
    """The members of these keys (commerce.rules.people.keys), made where they are missing: key to id."""
    known = by_keys(db, shop_id=shop_id, keys=keys)
    missing = sorted(set(keys) - known.keys())
    if not missing:
        return known
    wanted = {key: key.partition(":")[2] for key in missing if key.startswith("account:")}
    taken = set(db.execute(select(members.c.id).where(_in(shop_id, wanted.values()))).scalars()) if wanted else set()
    rows = []
    for key in missing:
        id_ = wanted.get(key, "")
        id_ = id_ if id_ and id_ not in taken else new_id()
        rows.append(_row(shop_id, id_, key, now))
    statement = insert(db, members).on_conflict_do_nothing(index_elements=["shop_id", "key"])
    db.execute(statement, rows)
    return known | by_keys(db, shop_id=shop_id, keys=missing)  # somebody else may have made one at the same moment


def add_own(db: Connection, *, shop_id: int, now: datetime) -> str:
    """A new member that is put in here; gives its id."""
    id_ = new_id()
    db.execute(members.insert().values(_row(shop_id, id_, f"own:{id_}", now)))
    return id_


def _row(shop_id: int, id_: str, key: str, now: datetime) -> dict[str, Any]:
    kind = _KINDS.get(key.partition(":")[0], GUEST)
    return _EMPTY | {"shop_id": shop_id, "id": id_, "key": key, "kind": kind, "root": id_, "created_at": now}


def by_keys(db: Connection, *, shop_id: int, keys: Collection[str]) -> dict[str, str]:
    """Key to id of the members that are there."""
    if not keys:
        return {}
    query = select(members.c.key, members.c.id).where(members.c.shop_id == shop_id, members.c.key.in_(keys))
    return {row.key: row.id for row in db.execute(query)}


def by_ids(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, Row[Any]]:
    """Members by their ids."""
    if not ids:
        return {}
    return {row.id: row for row in db.execute(select(members).where(_in(shop_id, ids)))}


def of_roots(db: Connection, *, shop_id: int, roots: Collection[str]) -> dict[str, list[Row[Any]]]:
    """The members that are shown under these roots; a root that is gone has none."""
    found: dict[str, list[Row[Any]]] = {root: [] for root in roots}
    if roots:
        chosen = and_(members.c.shop_id == shop_id, members.c.root.in_(roots))
        for row in db.execute(select(members).where(chosen).order_by(members.c.id)):
            found[row.root].append(row)
    return found


def roots_of(db: Connection, *, shop_id: int, ids: Collection[str]) -> set[str]:
    """The roots under which these members are shown."""
    if not ids:
        return set()
    return set(db.execute(select(members.c.root).where(_in(shop_id, ids)).distinct()).scalars())


def root_of(db: Connection, *, shop_id: int, member_id: str) -> str | None:
    """The root under which a member is shown; None where there is no such member."""
    chosen = and_(members.c.shop_id == shop_id, members.c.id == member_id)
    return db.execute(select(members.c.root).where(chosen)).scalar_one_or_none()


def hold(db: Connection, *, shop_id: int, roots: Collection[str]) -> list[Row[Any]]:
    """Lock the members under these roots until the end of the transaction, always in the same order."""
    chosen = and_(members.c.shop_id == shop_id, members.c.root.in_(roots))
    return list(db.execute(select(members).where(chosen).order_by(members.c.id).with_for_update()).all())


def linked_to(db: Connection, *, shop_id: int, ids: Collection[str]) -> Sequence[Row[Any]]:
    """Members that stand under one of these roots, or point at one of these, by hand or by rule."""
    if not ids:
        return []
    ours = members.c.shop_id == shop_id  # said of each way, so that SQLite finds an index for each
    ways = (members.c.merged_into, members.c.joined_into, members.c.root)
    return db.execute(select(members).where(or_(*(and_(ours, way.in_(ids)) for way in ways)))).all()


def change(db: Connection, *, shop_id: int, changes: Mapping[str, Mapping[str, Any]]) -> None:
    """Write columns of members; every member has the same columns to write."""
    if not changes:
        return
    names = list(next(iter(changes.values())))
    rows = [
        {"member": id_} | {f"new_{name}": value for name, value in values.items()}
        for id_, values in sorted(changes.items())
    ]
    chosen = and_(members.c.shop_id == shop_id, members.c.id == bindparam("member"))
    db.execute(update(members).where(chosen).values({name: bindparam(f"new_{name}") for name in names}), rows)


def recount(db: Connection, *, shop_id: int, ids: Collection[str]) -> set[str]:
    """Work out again what these members bought: orders that were not cancelled, and what was refunded of them.

    Gives those without any order.
    """
    if not ids:
        return set()
    bought = orders.c.status != CANCELLED
    placed_at = case((bought, orders.c.placed_at))
    query = select(
        orders.c.member_id,
        orders.c.currency,
        func.count().label("stored"),
        func.count(case((bought, 1))).label("bought"),
        func.sum(case((bought, orders.c.total), else_=0)).label("gross"),
        func.sum(case((bought, orders.c.refunded), else_=0)).label("refunded"),
        func.min(placed_at, type_=Moment()).label("first"),
        func.max(placed_at, type_=Moment()).label("last"),
    ).where(orders.c.shop_id == shop_id, orders.c.member_id.in_(ids))
    counted: dict[str, dict[str, Any]] = {id_: dict(_NOTHING, totals={}) for id_ in ids}
    for row in db.execute(query.group_by(orders.c.member_id, orders.c.currency)):
        one = counted[row.member_id]
        one["orders_stored"] += row.stored
        if row.bought:
            one["totals"][row.currency] = [row.bought, int(row.gross), int(row.refunded)]
            one["first_order_at"] = min(filter(None, (one["first_order_at"], row.first)), default=None)
            one["last_order_at"] = max(filter(None, (one["last_order_at"], row.last)), default=None)
    change(db, shop_id=shop_id, changes=counted)
    return {id_ for id_, one in counted.items() if not one["orders_stored"]}


_NOTHING: dict[str, Any] = {"orders_stored": 0, "first_order_at": None, "last_order_at": None}


def with_traces(db: Connection, *, shop_id: int, ids: Collection[str]) -> set[str]:
    """Those of these members of whom something is known here beside accounts and orders: points, consents, tickets, a
    merge, something that was set by hand.
    """
    held = and_(
        _in(shop_id, ids), or_(members.c.points_earned != 0, members.c.points != 0, members.c.merged_into != "")
    )
    found = set(db.execute(select(members.c.id).where(held)).scalars())
    under = and_(members.c.shop_id == shop_id, members.c.merged_into.in_(ids))
    found.update(db.execute(select(members.c.merged_into).where(under).distinct()).scalars())
    rows = db.execute(select(members.c.id, members.c.own, members.c.attributes).where(_in(shop_id, ids)))
    found.update(row.id for row in rows if row.own or row.attributes)
    for name in ("consents", "happenings", "points_postings"):
        table = metadata.tables[name]
        chosen = and_(table.c.shop_id == shop_id, table.c.member_id.in_(ids))
        found.update(db.execute(select(table.c.member_id).where(chosen).distinct()).scalars())
    return found


def remove(db: Connection, *, shop_id: int, ids: Collection[str]) -> None:
    """Delete members."""
    if ids:
        db.execute(delete(members).where(_in(shop_id, ids)))


def _in(shop_id: int, ids: Collection[str]) -> Any:
    return and_(members.c.shop_id == shop_id, members.c.id.in_(ids))
