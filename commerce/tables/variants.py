"""Variants: what is bought. Some platforms tell them with their product, some on their own."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    select,
    true,
    update,
)

from commerce.rules.products import ProductFacts, VariantFacts
from commerce.tables.columns import BigId, Json, Moment, metadata, upsert

variants = Table(
    "variants",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("product_id", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("barcode", Text, nullable=False),
    Column("options", Json, nullable=False),
    Column("price", BigInteger),
    Column("compare_at_price", BigInteger),
    Column("stock", BigInteger),
    Column("available", Boolean, nullable=False),
    Column("sells_without_stock", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Column("image", Text, nullable=False),
    Column("inventory_item_id", Text, nullable=False),
    Column("tracked", Boolean, nullable=False, server_default=true()),
    Column("published", Boolean, nullable=False),
    Column("updated_at", Moment),
    Index("ix_variants_product", "shop_id", "product_id"),
    Index("ix_variants_item", "shop_id", "inventory_item_id"),
    Index("ix_variants_sku", "shop_id", "sku"),
)

_NAMES = tuple(field.name for field in fields(VariantFacts))


def save(db: Connection, *, shop_id: int, facts: Sequence[VariantFacts]) -> None:
    """Insert or replace variants."""
    rows = []
    for fact in {fact.id: fact for fact in facts}.values():
        row = {name: getattr(fact, name) for name in _NAMES}
        options = [list(option) for option in fact.options]
        rows.append(row | {"shop_id": shop_id, "options": options, "tracked": True})
    upsert(db, variants, rows, keep=["tracked"])


def remove_unlisted(db: Connection, *, shop_id: int, facts: Sequence[ProductFacts]) -> None:
    """Delete variants that their product no longer has; those it lists without telling them stay."""
    if not facts:
        return
    stay = {(fact.id, variant_id) for fact in facts for variant_id in fact.variant_ids}
    stay |= {(fact.id, variant.id) for fact in facts for variant in fact.variants or ()}
    chosen = and_(variants.c.shop_id == shop_id, variants.c.product_id.in_([fact.id for fact in facts]))
    there = db.execute(select(variants.c.product_id, variants.c.id).where(chosen)).all()
    remove(
        db,
        shop_id=shop_id,
        ids=[variant_id for product_id, variant_id in there if (product_id, variant_id) not in stay],
    )


def remove_dropped(db: Connection, *, shop_id: int, facts: Sequence[ProductFacts]) -> None:
    """Delete variants that their product no longer lists, where they are told on their own; newer ones stay."""
    listed = {fact.id: fact for fact in facts}
    if not listed:
        return
    chosen = and_(variants.c.shop_id == shop_id, variants.c.product_id.in_(listed))
    query = select(variants.c.id, variants.c.product_id, variants.c.updated_at).where(chosen)
    gone = []
    for variant_id, product_id, updated_at in db.execute(query):
        fact = listed[product_id]
        older = updated_at is None or fact.updated_at is None or updated_at < fact.updated_at
        if variant_id not in fact.variant_ids and older:
            gone.append(variant_id)
    remove(db, shop_id=shop_id, ids=gone)


def remove(db: Connection, *, shop_id: int, ids: Collection[str]) -> None:
    """Delete variants."""
    if ids:
        db.execute(delete(variants).where(variants.c.shop_id == shop_id, variants.c.id.in_(ids)))


def remove_of(db: Connection, *, shop_id: int, product_ids: Collection[str]) -> None:
    """Delete all variants of these products."""
    if product_ids:
        db.execute(delete(variants).where(variants.c.shop_id == shop_id, variants.c.product_id.in_(product_ids)))


def products_of(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, str]:
    """Variant id to product id, for those that are there."""
    if not ids:
        return {}
    chosen = and_(variants.c.shop_id == shop_id, variants.c.id.in_(ids))
    return dict(db.execute(select(variants.c.id, variants.c.product_id).where(chosen)).all())


def of_products(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, list[VariantFacts]]:
    """The variants of these products, in the shop's order."""
    found: dict[str, list[VariantFacts]] = defaultdict(list)
    if ids:
        chosen = and_(variants.c.shop_id == shop_id, variants.c.product_id.in_(ids))
        for row in db.execute(select(variants).where(chosen).order_by(variants.c.position, variants.c.id)):
            found[row.product_id].append(_variant(row))
    return found


def of_items(db: Connection, *, shop_id: int, item_ids: Collection[str]) -> dict[str, VariantFacts]:
    """Inventory item id to variant, for those that are there."""
    if not item_ids:
        return {}
    chosen = and_(variants.c.shop_id == shop_id, variants.c.inventory_item_id.in_(item_ids))
    return {row.inventory_item_id: _variant(row) for row in db.execute(select(variants).where(chosen))}


def by_ids(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, VariantFacts]:
    """Variants by their ids, for those that are there."""
    if not ids:
        return {}
    chosen = and_(variants.c.shop_id == shop_id, variants.c.id.in_(ids))
    return {row.id: _variant(row) for row in db.execute(select(variants).where(chosen))}


def set_stock(db: Connection, *, shop_id: int, variant_id: str, stock: int, available: bool) -> None:
    """Store a variant's stock."""
    chosen = and_(variants.c.shop_id == shop_id, variants.c.id == variant_id)
    db.execute(update(variants).where(chosen).values(stock=stock, available=available))


def set_stocks(db: Connection, *, shop_id: int, stocks: Mapping[str, tuple[int, bool]]) -> None:
    """Store what is left of variants, and whether they can be bought."""
    if stocks:
        chosen = and_(variants.c.shop_id == shop_id, variants.c.id == bindparam("variant"))
        statement = update(variants).where(chosen).values(stock=bindparam("left"), available=bindparam("there"))
        rows = [{"variant": key, "left": left, "there": there} for key, (left, there) in sorted(stocks.items())]
        db.execute(statement, rows)


def of_skus(db: Connection, *, shop_id: int, skus: Collection[str]) -> dict[str, list[VariantFacts]]:
    """SKU to the variants that have it."""
    found: dict[str, list[VariantFacts]] = defaultdict(list)
    if skus:
        chosen = and_(variants.c.shop_id == shop_id, variants.c.sku.in_(skus))
        for row in db.execute(select(variants).where(chosen)):
            found[row.sku].append(_variant(row))
    return found


def set_tracked(db: Connection, *, shop_id: int, items: Mapping[str, bool]) -> set[str]:
    """Store of which inventory items the shop counts the stock; gives the products for which that is new."""
    changed: set[str] = set()
    for tracked in (True, False):
        chosen = and_(
            variants.c.shop_id == shop_id,
            variants.c.inventory_item_id.in_([item for item, counted in items.items() if counted is tracked]),
            variants.c.tracked.is_not(tracked),
        )
        statement = update(variants).where(chosen).values(tracked=tracked).returning(variants.c.product_id)
        changed.update(db.execute(statement).scalars())
    return changed


def _variant(row: Row[Any]) -> VariantFacts:
    values = {name: getattr(row, name) for name in _NAMES}
    if not row.tracked:  # whatever number the platform writes there
        values |= {"stock": None, "available": True}
    return VariantFacts(**values | {"options": tuple((name, value) for name, value in row.options)})
