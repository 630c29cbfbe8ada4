"""Categories and collections."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Index, Row, Table, Text, delete, func, select

from commerce.rules.products import CategoryFacts
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
