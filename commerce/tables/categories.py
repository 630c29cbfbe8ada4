"""Categories and collections."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Row,
    Table,
    Text,
    delete,
    func,
    or_,
    select,
    update,
)

from commerce.rules.categories import CategoryShown
from commerce.rules.products import CategoryFacts, CategoryRef
from commerce.tables.columns import BigId, Moment, metadata, upsert

categories = Table(
    "categories",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("handle", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("published", Boolean, nullable=False),
    Column("updated_at", Moment),
    Index("ix_categories_handle", "shop_id", "handle"),
)


def save(db: Connection, *, shop_id: int, facts: Sequence[CategoryFacts]) -> None:
    """Insert or replace categories; a description stays where a delivery only names the category."""
    names = [column.name for column in categories.c if column.name != "shop_id"]
    rows = [{"shop_id": shop_id} | {name: getattr(fact, name) for name in names} for fact in facts]
    upsert(db, categories, [row for row in rows if row["description"]])
    upsert(db, categories, [row for row in rows if not row["description"]], keep=["description"])


Names = dict[str, tuple[str, str] | None]  # category id to its (name, handle), None where it is gone


def renamed(db: Connection, *, shop_id: int, facts: Sequence[CategoryFacts]) -> Names:
    """Those of the categories that are stored under another name."""
    told: Names = {fact.id: (fact.title, fact.handle) for fact in facts}
    return _differing(told, _names(db, shop_id, told))


def name(db: Connection, *, shop_id: int, refs: Sequence[CategoryRef]) -> tuple[list[str], Names]:
    """Add categories that are not here yet, name the others as told; gives the new ones' ids and what was renamed."""
    told: Names = {ref.id: (ref.name, ref.handle) for ref in refs}
    known = _names(db, shop_id, told)
    new = [ref for ref in refs if ref.id not in known]
    save(db, shop_id=shop_id, facts=[CategoryFacts(id=ref.id, handle=ref.handle, title=ref.name) for ref in new])
    changed = _differing(told, known)
    for ref in refs:
        if ref.id in changed:
            chosen = (categories.c.shop_id == shop_id, categories.c.id == ref.id)
            db.execute(update(categories).where(*chosen).values(title=ref.name, handle=ref.handle))
    return [ref.id for ref in new], changed


def _differing(told: Names, known: Mapping[str, tuple[str, str]]) -> Names:
    return {key: name for key, name in told.items() if key in known and known[key] != name}


def _names(db: Connection, shop_id: int, ids: Collection[str]) -> dict[str, tuple[str, str]]:
    if not ids:
        return {}
    query = select(categories.c.id, categories.c.title, categories.c.handle)
    chosen = (categories.c.shop_id == shop_id, categories.c.id.in_(ids))
    return {row.id: (row.title, row.handle) for row in db.execute(query.where(*chosen))}


def published(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, bool]:
    """Which of these categories shoppers see, for those that are there."""
    if not ids:
        return {}
    chosen = (categories.c.shop_id == shop_id, categories.c.id.in_(ids))
    return {row.id: row.published for row in db.execute(select(categories.c.id, categories.c.published).where(*chosen))}


def shown(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, CategoryShown]:
    """These categories as shoppers see them, those that they do see."""
    if not ids:
        return {}
    chosen = (categories.c.shop_id == shop_id, categories.c.id.in_(ids), categories.c.published)
    return {row.id: _shown(row) for row in db.execute(select(categories).where(*chosen))}


def shown_as(db: Connection, *, shop_id: int, key: str) -> CategoryShown | None:
    """The category that shoppers see which has this id, or else this handle."""
    chosen = (categories.c.shop_id == shop_id, or_(categories.c.id == key, categories.c.handle == key))
    rows = db.execute(select(categories).where(*chosen, categories.c.published).order_by(categories.c.id)).all()
    row = next((row for row in rows if row.id == key), next(iter(rows), None))
    return _shown(row) if row is not None else None


def named(db: Connection, *, shop_id: int, name: str) -> CategoryShown | None:
    """The category that shoppers see which has this id, or else this handle, or else this title."""
    there = shown_as(db, shop_id=shop_id, key=name)
    if there is not None:
        return there
    chosen = (categories.c.shop_id == shop_id, categories.c.title == name, categories.c.published)
    row = db.execute(select(categories).where(*chosen).order_by(categories.c.id).limit(1)).one_or_none()
    return _shown(row) if row is not None else None


def answering(db: Connection, *, shop_id: int, keys: Collection[str]) -> set[str]:
    """The ids of all categories that have one of these keys for an id or a handle."""
    chosen = (categories.c.shop_id == shop_id, or_(categories.c.id.in_(keys), categories.c.handle.in_(keys)))
    return set(db.execute(select(categories.c.id).where(*chosen)).scalars())


def _shown(row: Row[Any]) -> CategoryShown:
    return CategoryShown(id=row.id, handle=row.handle, title=row.title, description=row.description)


def remove(db: Connection, *, shop_id: int, ids: Collection[str]) -> None:
    """Delete categories."""
    if ids:
        db.execute(delete(categories).where(categories.c.shop_id == shop_id, categories.c.id.in_(ids)))


def all_of(db: Connection, *, shop_id: int) -> Sequence[Row[Any]]:
    """The shop's categories by title."""
    return db.execute(select(categories).where(categories.c.shop_id == shop_id).order_by(categories.c.title)).all()


def count(db: Connection, *, shop_id: int) -> int:
    """How many categories the shop has."""
    return db.execute(select(func.count()).where(categories.c.shop_id == shop_id)).scalar_one()
