"""Saved views: filters and order of a list under a name, for everybody who works with the shop."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, Table, Text, delete, func, select

from commerce.tables.columns import BigId, Moment, insert, metadata, storable

MOST, LONGEST_NAME, LONGEST_QUERY = 20, 40, 1000  # views of a list

views = Table(
    "saved_views",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("page", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("made_by", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Index("uq_saved_views_name", "shop_id", "page", "name", unique=True),
)


class UnableToSave(ValueError):
    """The list has as many views as it may have."""


def of_page(db: Connection, *, shop_id: int, page: str) -> list[Row[Any]]:
    """The views of a list, oldest first."""
    query = select(views).where(views.c.shop_id == shop_id, views.c.page == page)
    return list(db.execute(query.order_by(views.c.id)))


def save(db: Connection, *, shop_id: int, page: str, name: str, query: str, made_by: str, now: datetime) -> None:
    """Keep a view, in the place of one of that name. Raises UnableToSave."""
    others = select(func.count()).where(views.c.shop_id == shop_id, views.c.page == page, views.c.name != name)
    if db.execute(others).scalar_one() >= MOST:
        raise UnableToSave(f"There are {MOST} views of this list already.")
    row = {"shop_id": shop_id, "page": page, "name": name, "query": query, "made_by": storable(made_by, 300)}
    statement = insert(db, views).values(**row, created_at=now)
    taken = {"query": query, "made_by": row["made_by"]}
    db.execute(statement.on_conflict_do_update(index_elements=["shop_id", "page", "name"], set_=taken))


def remove(db: Connection, *, shop_id: int, view_id: int) -> bool:
    """Delete a view; False where there is none."""
    return db.execute(delete(views).where(views.c.shop_id == shop_id, views.c.id == view_id)).rowcount == 1
