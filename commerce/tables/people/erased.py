"""Who was erased: keyed digests only, so that a late delivery does not make them again without anybody's doing."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Integer, Row, Select, Table, Text, and_, func, select, update

from commerce.rules.people.traces import digest
from commerce.tables.columns import BigId, Moment, insert, metadata
from commerce.tables.shops import Shop, shops
from commerce.vault import Vault

erased = Table(
    "erased_people",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("person", Text, nullable=False),  # one word for all digests of one person, so that all are lifted together
    Column("erased_at", Moment, nullable=False),
    Column("kept_out", Integer, nullable=False, default=0),  # tellings that would have made them again
    Column("last_at", Moment),
    Column("lifted_at", Moment),
)

_CHUNK = 500  # digests in one query


def key_of(db: Connection, shop: Shop) -> str:
    """The key of the shop's digests; "" where nobody is to be kept out, which costs this one look-up."""
    anybody = select(erased.c.digest).where(erased.c.shop_id == shop.id, erased.c.lifted_at.is_(None)).exists()
    sealed = select(shops.c.people_key_sealed).where(shops.c.id == shop.id, anybody)
    return shop.unseal(db.execute(sealed).scalar_one_or_none() or "")


def make_key(db: Connection, vault: Vault, shop_id: int) -> str:
    """The key of the shop's digests, made where there is none yet."""
    fresh = vault.seal(secrets.token_urlsafe(32))
    first = and_(shops.c.id == shop_id, shops.c.people_key_sealed == "")
    db.execute(update(shops).where(first).values(people_key_sealed=fresh))
    return vault.open(db.execute(select(shops.c.people_key_sealed).where(shops.c.id == shop_id)).scalar_one())


def add(db: Connection, *, shop_id: int, key: str, traces: Collection[str], now: datetime) -> str:
    """Keep whoever has these traces out from now on; gives the person's word.

    Somebody who was erased before is the same one again, with all that was known of them then.
    """
    digests = sorted({digest(key, trace) for trace in traces})
    before = sorted({row.person for row in _rows(db, shop_id, digests)})
    person = before[0] if before else secrets.token_hex(10)
    same = and_(erased.c.shop_id == shop_id, erased.c.person.in_(before))
    if before:
        db.execute(update(erased).where(same).values(person=person, erased_at=now, lifted_at=None))
    learn(db, shop_id=shop_id, person=person, digests=digests, erased_at=now)
    return person


def learn(db: Connection, *, shop_id: int, person: str, digests: Collection[str], erased_at: datetime) -> None:
    """More by which this person is known."""
    rows = [
        {"shop_id": shop_id, "digest": one, "person": person, "erased_at": erased_at, "kept_out": 0}
        for one in sorted(digests)
    ]
    if rows:
        statement = insert(db, erased)
        replaced = {name: statement.excluded[name] for name in ("person", "erased_at")} | {"lifted_at": None}
        db.execute(statement.on_conflict_do_update(index_elements=["shop_id", "digest"], set_=replaced), rows)


def find(db: Connection, *, shop_id: int, digests: Collection[str]) -> dict[str, Row[Any]]:
    """Those of these digests that are somebody's who is kept out."""
    return {row.digest: row for row in _rows(db, shop_id, sorted(digests)) if row.lifted_at is None}


def _rows(db: Connection, shop_id: int, digests: Sequence[str]) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for start in range(0, len(digests), _CHUNK):
        chosen = and_(erased.c.shop_id == shop_id, erased.c.digest.in_(digests[start : start + _CHUNK]))
        found += db.execute(select(erased).where(chosen)).all()
    return found


def count(db: Connection, *, shop_id: int, kept_out: Mapping[str, int], now: datetime) -> None:
    """Count tellings that were kept out, by the digest that told it."""
    for one, number in sorted(kept_out.items()):
        chosen = and_(erased.c.shop_id == shop_id, erased.c.digest == one)
        db.execute(update(erased).where(chosen).values(kept_out=erased.c.kept_out + number, last_at=now))


def lift(db: Connection, *, shop_id: int, person: str, now: datetime) -> list[str]:
    """Let this person in again; gives their digests, none where nobody of that word is kept out."""
    chosen = and_(erased.c.shop_id == shop_id, erased.c.person == person, erased.c.lifted_at.is_(None))
    return list(db.execute(update(erased).where(chosen).values(lifted_at=now).returning(erased.c.digest)).scalars())


def page(db: Connection, *, shop_id: int, limit: int, before: tuple[datetime, str] | None = None) -> Sequence[Row[Any]]:
    """Who was erased, latest first: person, erased_at, kept_out, last_at, lifted_at. `before`: (erased_at, person)."""
    at = func.max(erased.c.erased_at, type_=Moment())
    query: Select[Any] = select(
        erased.c.person,
        at.label("erased_at"),
        func.sum(erased.c.kept_out).label("kept_out"),
        func.max(erased.c.last_at, type_=Moment()).label("last_at"),
        func.max(erased.c.lifted_at, type_=Moment()).label("lifted_at"),
    ).where(erased.c.shop_id == shop_id)
    query = query.group_by(erased.c.person)
    if before is not None:
        query = query.having((at < before[0]) | ((at == before[0]) & (erased.c.person < before[1])))
    return db.execute(query.order_by(at.desc(), erased.c.person.desc()).limit(limit)).all()
