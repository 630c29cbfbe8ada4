"""What is told of customers apart from themselves: consents, tags, and what the platform says they bought."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from commerce.rules.customers import Consent, CustomerDetails, Purchases, TagsChanged
from commerce.tables.customers import customers, is_older, stored_consent


def set_consent(db: Connection, *, shop_id: int, consent: Consent, now: datetime) -> bool:
    """Store one consent; False where there is no such customer or a newer one is stored."""
    row = _one(db, shop_id, consent.customer_id)
    if row is None:
        return False
    told = stored_consent(consent)
    if is_older(told, row.consents.get(consent.channel)):
        return False
    _set(db, shop_id, consent.customer_id, consents=row.consents | {consent.channel: told}, saved_at=now)
    return True


def change_tags(db: Connection, *, shop_id: int, change: TagsChanged, now: datetime) -> bool:
    """Put tags on a customer or take them off; False where there is no such customer or a later change is stored."""
    row = _one(db, shop_id, change.customer_id)
    if row is None or (row.tags_at is not None and row.tags_at > change.occurred_at):
        return False
    stay = [tag for tag in row.tags if tag not in change.tags]
    _set(
        db,
        shop_id,
        change.customer_id,
        tags=[*stay, *change.tags] if change.added else stay,
        tags_at=change.occurred_at,
        saved_at=now,
    )
    return True


def set_purchases(db: Connection, *, shop_id: int, told: Purchases, now: datetime) -> bool:
    """Store the platform's own totals; False where there is no such customer or newer ones are stored."""
    row = _one(db, shop_id, told.customer_id)
    if row is None or (row.told_at is not None and row.told_at > told.occurred_at):
        return False
    values = {"told_orders": told.orders_count, "told_spent": told.total_spent, "told_at": told.occurred_at}
    _set(db, shop_id, told.customer_id, **values, saved_at=now)
    return True


def _one(db: Connection, shop_id: int, customer_id: str) -> Row[Any] | None:
    return db.execute(
        select(customers).where(customers.c.shop_id == shop_id, customers.c.id == customer_id)
    ).one_or_none()


def _set(db: Connection, shop_id: int, customer_id: str, **values: Any) -> None:
    db.execute(update(customers).where(customers.c.shop_id == shop_id, customers.c.id == customer_id).values(values))


def save(db: Connection, *, shop_id: int, told: Sequence[CustomerDetails], now: datetime) -> set[str]:
    """Store the details of these customers, but for what was told later; gives the customers that differ now."""
    by_id = {one.customer_id: one for one in told}
    chosen = (customers.c.shop_id == shop_id, customers.c.id.in_(by_id))
    rows = []
    for row in db.execute(select(customers).where(*chosen)):
        new = _details(row, by_id[row.id])
        if any(getattr(row, name) != value for name, value in new.items()):
            one = by_id[row.id]
            stamps = {"tags_at": _later(row.tags_at, one.told_at), "told_at": _later(row.told_at, one.told_at)}
            rows.append({"customer": row.id} | {f"new_{name}": value for name, value in (new | stamps).items()})
    if rows:
        names = [name.removeprefix("new_") for name in rows[0] if name != "customer"]
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        one_row = (customers.c.shop_id == shop_id, customers.c.id == bindparam("customer"))
        db.execute(update(customers).where(*one_row).values(values | {"saved_at": now}), rows)
    return {row["customer"] for row in rows}


def _details(row: Row[Any], told: CustomerDetails) -> dict[str, Any]:
    """The row's details as they are now: what was told of them after `told` stays."""
    consents: Mapping[str, Any] = row.consents
    newer = {one.channel: stored_consent(one) for one in told.consents}
    newer = {channel: one for channel, one in newer.items() if not is_older(one, consents.get(channel))}
    late_tags = row.tags_at is not None and row.tags_at > told.told_at
    late_totals = row.told_at is not None and row.told_at > told.told_at
    return {
        "tags": row.tags if late_tags or sorted(row.tags) == sorted(told.tags) else list(told.tags),
        "consents": {**consents, **newer},
        "told_orders": row.told_orders if late_totals else told.purchases.orders_count,
        "told_spent": row.told_spent if late_totals else told.purchases.total_spent,
    }


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None or other > one else one
