"""What the tables share: their metadata, column types and the statements that databases spell their own way."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Select,
    Table,
    TypeDecorator,
    case,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key is an INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON().with_variant(JSONB(), "postgresql")


class Moment(TypeDecorator[datetime]):
    """A time in UTC, aware on both sides of the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: SQLite has no zones, so it gets naive UTC."""
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# When rows are due that need not wait: hosts' clocks differ, and the one that works may be behind the one that wrote.
AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)


def later(one: Column[Any], other: Column[Any]) -> ColumnElement[Any]:
    """The later of two moments of a row."""
    return case((one > other, one), else_=other)


def storable(text: str, longest: int) -> str:
    """Text as both databases take it, and not more of it than that: neither takes half a pair, one takes no NUL."""
    return text.replace("\x00", "")[:longest].encode("utf-8", "replace").decode()


def insert(db: Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, in the database's own dialect."""
    return postgresql_insert(table) if db.dialect.name == "postgresql" else sqlite_insert(table)


def upsert(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, keep: Iterable[str] = ()) -> None:
    """Insert rows, or replace those with the same primary key; columns in `keep` stay as they were.

    All rows have the same keys. Sorted by key, so that two writers lock rows in the same order.
    """
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    ordered = sorted(rows, key=lambda row: tuple(row[key] for key in keys))
    statement = insert(db, table)
    replaced = {name: statement.excluded[name] for name in ordered[0] if name not in keys and name not in set(keep)}
    if replaced:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=replaced)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    db.execute(statement, ordered)


def saved_page(
    table: Table,
    *,
    shop_id: int,
    limit: int,
    after: tuple[datetime, str] | None = None,
    updated_since: datetime | None = None,
) -> Select[Any]:
    """The query for one page of a shop's objects, by when they were saved, oldest first.

    `after` is the (time, id) to go on behind; `updated_since` counts the store's time and ours, whichever is later.
    """
    query = select(table).where(table.c.shop_id == shop_id)
    if after is not None:
        cursor = tuple_(literal(after[0], Moment()), literal(after[1]))
        query = query.where(tuple_(table.c.saved_at, table.c.id) > cursor)
    if updated_since is not None:
        query = query.where(or_(table.c.updated_at >= updated_since, table.c.saved_at >= updated_since))
    return query.order_by(table.c.saved_at, table.c.id).limit(limit)
