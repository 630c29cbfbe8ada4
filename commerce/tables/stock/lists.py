"""Variants with their stock, for lists: with an item where orders or people moved it, without where nobody did."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from commerce.tables.products import products
from commerce.tables.stock.items import items
from commerce.tables.variants import variants

LOW, OVERSOLD = "low", "oversold"

_NUMBERS = ("on_hand", "reserved", "allocated", "low_at", "low_since", "oversold_since")
_SHOWN = (
    variants.c.id,
    variants.c.product_id,
    variants.c.sku,
    variants.c.title,
    variants.c.options,
    variants.c.stock,
    variants.c.sells_without_stock,
    products.c.title.label("product"),
    *(items.c[name] for name in _NUMBERS),
)


def page(
    db: Connection, *, shop_id: int, limit: int, after: str = "", only: str = "", text: str = ""
) -> Sequence[Row[Any]]:
    """Variants by their ids, behind `after`. `only`: those that are low or oversold. `text`: of a SKU or an id."""
    chosen: list[ColumnElement[bool]] = [variants.c.shop_id == shop_id, variants.c.id > after]
    if only:
        chosen.append((items.c.low_since if only == LOW else items.c.oversold_since).is_not(None))
    if text:
        chosen.append(or_(variants.c.id == text, func.lower(variants.c.sku).startswith(text.lower(), autoescape=True)))
    query = select(*_SHOWN).select_from(_joined()).where(*chosen).order_by(variants.c.id).limit(limit)
    return db.execute(query).all()


def of_variants(db: Connection, *, shop_id: int, ids: Sequence[str]) -> dict[str, Row[Any]]:
    """These variants, those that there are."""
    if not ids:
        return {}
    chosen = and_(variants.c.shop_id == shop_id, variants.c.id.in_(ids))
    return {row.id: row for row in db.execute(select(*_SHOWN).select_from(_joined()).where(chosen))}


def counts(db: Connection, *, shop_id: int) -> dict[str, int]:
    """How many items are low, and how many were oversold."""
    columns = [func.count(items.c.low_since), func.count(items.c.oversold_since)]
    told = or_(items.c.low_since.is_not(None), items.c.oversold_since.is_not(None))
    row = db.execute(select(*columns).where(items.c.shop_id == shop_id, told)).one()
    return {LOW: row[0], OVERSOLD: row[1]}


def _joined() -> Any:
    of_item = and_(items.c.shop_id == variants.c.shop_id, items.c.id == variants.c.id)
    of_product = and_(products.c.shop_id == variants.c.shop_id, products.c.id == variants.c.product_id)
    return variants.outerjoin(items, of_item).outerjoin(products, of_product)
