"""In which categories products stand: named within the products' own rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB

from commerce.rules.events import Placed
from commerce.tables.products import products

_CHUNK = 500  # ids per query


def place(db: Connection, *, shop_id: int, told: Sequence[Placed], now: datetime) -> set[str]:
    """Store the categories of these products; gives the products whose categories differ now."""
    by_product = {one.product_id: one for one in told}
    ids, changed = sorted(by_product), {}
    for start in range(0, len(ids), _CHUNK):
        chosen = (products.c.shop_id == shop_id, products.c.id.in_(ids[start : start + _CHUNK]))
        for row in db.execute(select(products.c.id, products.c.categories).where(*chosen)):
            new = [asdict(category) for category in by_product[row.id].categories]
            if _by_id(new) != _by_id(row.categories):
                changed[row.id] = new
    _store(db, shop_id, changed, saved_at=now)
    return set(changed)


def rename_categories(
    db: Connection, *, shop_id: int, names: Mapping[str, tuple[str, str] | None], now: datetime
) -> set[str]:
    """Give categories within products their new (name, handle), or take those without one out; gives the products."""
    changed: dict[str, list[dict[str, Any]]] = {}
    for category_id in names:
        query = select(products.c.id, products.c.categories).where(
            products.c.shop_id == shop_id, _stands_in(db, category_id)
        )
        for row in db.execute(query):
            changed[row.id] = _renamed(changed.get(row.id, row.categories), names)
    _store(db, shop_id, changed, saved_at=now)
    return set(changed)


def _renamed(stored: Sequence[dict[str, Any]], names: Mapping[str, tuple[str, str] | None]) -> list[dict[str, Any]]:
    kept = []
    for category in stored:
        name = names.get(category["id"], (category["name"], category["handle"]))
        if name is not None:
            kept.append(category | {"name": name[0], "handle": name[1]})
    return kept


def _stands_in(db: Connection, category_id: str) -> Any:
    """Whether the product's row names the category: JSON is searched in each database's own way."""
    if db.dialect.name == "postgresql":
        return products.c.categories.op("@>")(literal([{"id": category_id}], JSONB()))
    each = func.json_each(products.c.categories).table_valued("value")
    return exists(select(literal(1)).select_from(each).where(func.json_extract(each.c.value, "$.id") == category_id))


def _by_id(stored: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    return sorted((category["id"], category["name"], category["handle"]) for category in stored)


def _store(db: Connection, shop_id: int, changed: Mapping[str, list[dict[str, Any]]], **values: Any) -> None:
    if changed:
        chosen = (products.c.shop_id == shop_id, products.c.id == bindparam("product"))
        statement = update(products).where(*chosen).values(categories=bindparam("new_categories"), **values)
        db.execute(statement, [{"product": key, "new_categories": changed[key]} for key in sorted(changed)])
