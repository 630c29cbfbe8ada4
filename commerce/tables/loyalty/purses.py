"""What persons hold, loaded to be changed and written back: a few statements, however many persons there are."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, or_, select, update

from commerce.rules.loyalty.entries import AVAILABLE, EARN, EXPIRED, ISSUED, PENDING, SPEND, Batch, Entry, Sums
from commerce.rules.loyalty.programmes import MOST_WARNING
from commerce.rules.loyalty.purses import Purse
from commerce.tables.columns import insert
from commerce.tables.loyalty.ledger import batches, postings, transactions
from commerce.tables.loyalty.programmes import programmes
from commerce.tables.people.members import members

_PLAIN = ("source", "member_id", "state", "points", "matures_at", "expires_at", "warned_at", "id")


def held(db: Connection, *, shop_id: int, roots: Collection[str]) -> Sequence[Row[Any]]:
    """All members of these persons, held until the transaction ends, so that nobody else moves their points.

    SQLite has one writer at a time and needs no such lock.
    """
    columns = (members.c.id, members.c.root, members.c.points, members.c.points_pending, members.c.points_earned)
    query: Select[Any] = select(*columns).where(members.c.shop_id == shop_id, members.c.root.in_(roots))
    return db.execute(query.order_by(members.c.id).with_for_update()).all()


def root_of(db: Connection, *, shop_id: int, member_id: str) -> str | None:
    """The member under which this one is shown; None where there is no such member."""
    chosen = and_(members.c.shop_id == shop_id, members.c.id == member_id)
    return db.execute(select(members.c.root).where(chosen)).scalar_one_or_none()


def roots_of(db: Connection, *, shop_id: int, member_ids: Collection[str]) -> set[str]:
    """The persons to whom these members belong."""
    if not member_ids:
        return set()
    chosen = and_(members.c.shop_id == shop_id, members.c.id.in_(member_ids))
    return set(db.execute(select(members.c.root).where(chosen)).scalars())


def next_members(db: Connection, *, shop_id: int, after: str, limit: int) -> Sequence[Row[Any]]:
    """Members (id, root) in the order of their ids, behind that one."""
    query: Select[Any] = select(members.c.id, members.c.root)
    query = query.where(members.c.shop_id == shop_id, members.c.id > after)
    return db.execute(query.order_by(members.c.id).limit(limit)).all()


def sums_of(row: Row[Any]) -> Sums:
    """What a member holds, of their row."""
    return Sums(points=row.points, pending=row.points_pending, earned=row.points_earned)


def batches_of(db: Connection, *, shop_id: int, member_ids: Collection[str]) -> dict[str, list[Batch]]:
    """All batches of these members, by member."""
    found: dict[str, list[Batch]] = defaultdict(list)
    chosen = and_(batches.c.shop_id == shop_id, batches.c.member_id.in_(member_ids))
    for row in db.execute(select(batches).where(chosen).order_by(batches.c.id)):
        found[row.member_id].append(_batch(row))
    return found


def _batch(row: Row[Any]) -> Batch:
    return Batch(left=row.points_left, **{name: getattr(row, name) for name in _PLAIN})


def owners(db: Connection, *, shop_id: int, sources: Collection[str]) -> set[str]:
    """The members who have the batches of these sources."""
    if not sources:
        return set()
    chosen = and_(batches.c.shop_id == shop_id, batches.c.source.in_(sources))
    return set(db.execute(select(batches.c.member_id).where(chosen)).scalars())


def expired(db: Connection, *, shop_id: int, sources: Collection[str]) -> dict[tuple[str, str], int]:
    """How many points of these sources ended unspent, by source and member."""
    if not sources:
        return {}
    ended = func.sum(postings.c.points)
    query = select(transactions.c.about, postings.c.member_id, ended).join_from(
        transactions,
        postings,
        and_(postings.c.shop_id == transactions.c.shop_id, postings.c.transaction_id == transactions.c.id),
    )
    query = query.where(transactions.c.shop_id == shop_id, transactions.c.about.in_(sources))
    query = query.where(postings.c.account == EXPIRED).group_by(transactions.c.about, postings.c.member_id)
    return {(about, member_id): int(points) for about, member_id, points in db.execute(query)}


def last_moved(db: Connection, *, shop_id: int, member_ids: Collection[str]) -> dict[str, datetime]:
    """When these members last earned or spent points."""
    last = func.max(transactions.c.at, type_=transactions.c.at.type)
    query = select(postings.c.member_id, last).join_from(
        postings, transactions, transactions.c.id == postings.c.transaction_id
    )
    query = query.where(postings.c.shop_id == shop_id, postings.c.member_id.in_(member_ids))
    query = query.where(postings.c.account != EXPIRED, transactions.c.kind.in_((EARN, SPEND)))
    return dict(db.execute(query.group_by(postings.c.member_id)).all())


def done_since(db: Connection, *, shop_id: int, member_ids: Collection[str], about: str, since: datetime | None) -> int:
    """How often these members were given points for what begins so, since that time or ever."""
    query = select(func.count(transactions.c.id.distinct())).join_from(
        postings, transactions, transactions.c.id == postings.c.transaction_id
    )
    query = query.where(postings.c.shop_id == shop_id, postings.c.member_id.in_(member_ids))
    query = query.where(postings.c.account == ISSUED, transactions.c.kind == EARN)
    query = query.where(transactions.c.about.startswith(about, autoescape=True))
    if since is not None:
        query = query.where(transactions.c.at > since)
    return db.execute(query).scalar_one()


def by_key(db: Connection, *, shop_id: int, key: str) -> Row[Any] | None:
    """The transaction that was made under that key."""
    chosen = and_(transactions.c.shop_id == shop_id, transactions.c.key == key)
    return db.execute(select(transactions).where(chosen)).one_or_none()


def write(db: Connection, *, shop_id: int, purses: Iterable[Purse], now: datetime) -> None:
    """Write what changed: entries with their postings, batches, and what members hold."""
    every = list(purses)
    entries = [entry for purse in every for entry in purse.entries if entry.postings]
    if entries:
        _write_entries(db, shop_id, entries, now)
    _write_batches(db, shop_id, [batch for purse in every for batch in purse.changed.values()])
    if entries:
        posted = {member_id for entry in entries for _, member_id, _ in entry.postings}
        _write_sums(db, shop_id, {key: sums for purse in every for key, sums in purse.sums.items() if key in posted})


def _write_entries(db: Connection, shop_id: int, entries: Sequence[Entry], now: datetime) -> None:
    abouts = {entry.about for entry in entries if not entry.key}
    numbered = _numbers(db, shop_id, abouts)
    rows = []
    for entry in entries:
        if not entry.key:
            numbered[entry.about] += 1
        rows.append(
            {
                "shop_id": shop_id,
                "key": entry.key or f"{entry.kind}:{entry.about}:{numbered[entry.about]}",
                "kind": entry.kind,
                "about": entry.about,
                "reason": entry.reason,
                "made_by": entry.made_by,
                "detail": entry.detail,
                "at": now,
            }
        )
    db.execute(transactions.insert(), rows)
    chosen = and_(transactions.c.shop_id == shop_id, transactions.c.key.in_([row["key"] for row in rows]))
    ids = dict(db.execute(select(transactions.c.key, transactions.c.id).where(chosen)).all())
    posted = [
        {
            "shop_id": shop_id,
            "transaction_id": ids[row["key"]],
            "account": account,
            "member_id": member_id,
            "points": points,
        }
        for row, entry in zip(rows, entries, strict=True)
        for account, member_id, points in entry.postings
    ]
    db.execute(postings.insert(), posted)


def _numbers(db: Connection, shop_id: int, abouts: Collection[str]) -> "Counter[str]":
    """How many transactions there are about each of these: the next one's number makes its key, at most once."""
    chosen = and_(transactions.c.shop_id == shop_id, transactions.c.about.in_(abouts))
    query = select(transactions.c.about, func.count()).where(chosen).group_by(transactions.c.about)
    return Counter(dict(db.execute(query).all())) if abouts else Counter()


def _write_batches(db: Connection, shop_id: int, changed: Sequence[Batch]) -> None:
    rows = [
        {name: getattr(batch, name) for name in _PLAIN if name != "id"}
        | {"points_left": batch.left, "shop_id": shop_id, "b_id": batch.id}
        for batch in changed
    ]
    new = [{name: value for name, value in row.items() if name != "b_id"} for row in rows if not row["b_id"]]
    if new:
        statement = insert(db, batches)
        replaced = {name: statement.excluded[name] for name in new[0] if name not in ("shop_id", "source")}
        db.execute(statement.on_conflict_do_update(index_elements=["shop_id", "source"], set_=replaced), new)
    known = [row for row in rows if row["b_id"]]
    if known:
        names = [name for name in known[0] if name not in ("b_id", "shop_id", "source")]
        statement = update(batches).where(batches.c.id == bindparam("b_id"))
        values: dict[str, Any] = {name: bindparam(f"n_{name}") for name in names}
        known = [{f"n_{name}": row[name] for name in names} | {"b_id": row["b_id"]} for row in known]
        db.execute(statement.values(values), known)


def _write_sums(db: Connection, shop_id: int, changed: dict[str, Sums]) -> None:
    chosen = and_(members.c.shop_id == shop_id, members.c.id == bindparam("member"))
    names = {"points": "p", "points_pending": "w", "points_earned": "e"}
    values: dict[str, Any] = {name: bindparam(short) for name, short in names.items()}
    rows = [
        {"member": key, "p": sums.points, "w": sums.pending, "e": sums.earned} for key, sums in sorted(changed.items())
    ]
    db.execute(update(members).where(chosen).values(values), rows)


def due(db: Connection, *, shop_id: int, now: datetime, state: str, limit: int) -> list[str]:
    """Persons who have batches of that state whose waiting is over, or whose end has come."""
    at = batches.c.matures_at if state == PENDING else batches.c.expires_at
    chosen = and_(batches.c.shop_id == shop_id, batches.c.state == state, at <= now)
    found = set(db.execute(select(batches.c.member_id).where(chosen).order_by(at).limit(limit)).scalars())
    return sorted(roots_of(db, shop_id=shop_id, member_ids=found))


def shops_with_due(db: Connection, *, now: datetime) -> set[int]:
    """Shops with points that count or end by now, or that may have to be warned of, as far as the programme is on."""
    later = now + timedelta(days=MOST_WARNING)
    waited = and_(batches.c.state == PENDING, batches.c.matures_at <= now)
    over = and_(batches.c.state == AVAILABLE, batches.c.expires_at <= now)
    unwarned = and_(
        batches.c.state == AVAILABLE,
        batches.c.warned_at.is_(None),
        batches.c.points_left > 0,
        batches.c.expires_at <= later,
    )
    on = select(programmes.c.shop_id).where(programmes.c.is_on)
    found = set(db.execute(select(batches.c.shop_id).where(waited).distinct()).scalars())
    ending = select(batches.c.shop_id).where(or_(over, unwarned), batches.c.shop_id.in_(on))
    return found | set(db.execute(ending.distinct()).scalars())
