"""Fields of the merchant's own on profiles, each with its declared type."""

from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, delete, select

from commerce.rules.segments.fields import Declared
from commerce.tables.columns import BigId, Json, Moment, metadata, upsert

fields = Table(
    "custom_fields",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("type", Text, nullable=False),  # text, number, flag, date, choice
    Column("label", Text, nullable=False),
    Column("choices", Json, nullable=False),
    Column("saved_at", Moment, nullable=False),
)


def all_of(db: Connection, *, shop_id: int) -> dict[str, Declared]:
    """The shop's own fields by name."""
    query = select(fields).where(fields.c.shop_id == shop_id).order_by(fields.c.label, fields.c.name)
    return {
        row.name: Declared(type=row.type, label=row.label, choices=tuple(map(str, row.choices or ())))
        for row in db.execute(query)
    }


def save(db: Connection, *, shop_id: int, name: str, field: Declared, now: datetime) -> None:
    """Declare a field, or change one."""
    row = {"type": field.type, "label": field.label, "choices": list(field.choices), "saved_at": now}
    upsert(db, fields, [row | {"shop_id": shop_id, "name": name}])


def remove(db: Connection, *, shop_id: int, name: str) -> bool:
    """Declare a field no more; what customers have of it stays stored. False where there is none of that name."""
    chosen = (fields.c.shop_id == shop_id, fields.c.name == name)
    return db.execute(delete(fields).where(*chosen)).rowcount == 1
