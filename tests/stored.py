"""What is stored, read straight from the tables, so that tests do not depend on how pages and lists ask for it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Table, select

from commerce.database import Database
from commerce.tables.effects import effects
from commerce.tables.inbox import inbox


def rows(database: Database, table: Table, **equal: Any) -> Sequence[Row[Any]]:
    """The table's rows in the order of their keys, those with the given values."""
    query = select(table).where(*(table.c[name] == value for name, value in equal.items()))
    with database.read() as db:
        return db.execute(query.order_by(*table.primary_key.columns)).all()


def row(database: Database, table: Table, **equal: Any) -> Row[Any]:
    """The only such row."""
    (found,) = rows(database, table, **equal)
    return found


def deliveries(database: Database, shop_id: int) -> Sequence[Row[Any]]:
    """The shop's inbox, oldest first."""
    return rows(database, inbox, shop_id=shop_id)


def waiting_effects(database: Database, shop_id: int) -> list[tuple[str, str, str]]:
    """(kind, kind of object, id) of the shop's effects that wait, oldest first."""
    found = rows(database, effects, shop_id=shop_id, state="waiting")
    return [(effect.kind, effect.object_kind, effect.object_id) for effect in found]
