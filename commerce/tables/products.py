"""Products; their variants are in a table of their own."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    select,
    update,
)

from commerce.rules.documents import Product
from commerce.rules.products import Image, Option, ProductFacts, Summary, VariantFacts
from commerce.tables import keyset, variants
from commerce.tables.columns import BigId, Json, Moment, metadata, saved_page, upsert
from commerce.tables.keyset import Place, Sort

products = Table(
    "products",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("handle", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("brand", Text, nullable=False),
    Column("product_type", Text, nullable=False),
    Column("categories", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("status", Text, nullable=False),
    Column("platform_status", Text, nullable=False),
    Column("published", Boolean, nullable=False),
    Column("price", BigInteger),
    Column("compare_at_price", BigInteger),
    Column("stock", BigInteger),
    Column("available", Boolean, nullable=False),
    Column("own", Json, nullable=False),
    Column("images", Json, nullable=False),
    Column("options", Json, nullable=False),
    Column("attributes", Json, nullable=False),
    Column("url", Text, nullable=False),
    Column("variant_ids", Json, nullable=False),
    Column("digest", Text, nullable=False, default=""),
    Column("created_at", Moment),
    Column("updated_at", Moment),
    Column("saved_at", Moment, nullable=False),
    Index("ix_products_saved", "shop_id", "saved_at", "id"),
    Index("ix_products_handle", "shop_id", "handle"),
)

_SUMMARY = ("price", "compare_at_price", "stock", "available")
_NEWEST = Sort(column=products.c.saved_at, descends=True)
_PLAIN: tuple[str, ...] = (
    "id",
    "handle",
    "title",
    "description",
    "sku",
    "brand",
    "product_type",
    "status",
    "platform_status",
)
_PLAIN += ("published", "url", "created_at", "updated_at")


def save(db: Connection, *, shop_id: int, facts: Sequence[ProductFacts], now: datetime) -> None:
    """Insert or replace products; variants that a product tells of itself replace those it had."""
    rows = [_row(shop_id, fact, now) for fact in facts]
    upsert(db, products, [row for row in rows if "categories" in row], keep=["digest"])
    upsert(
        db,
        products,
        _with_kept_categories(db, shop_id, [row for row in rows if "categories" not in row]),
        keep=["digest"],
    )
    whole = [fact for fact in facts if fact.variants is not None]
    variants.remove_unlisted(db, shop_id=shop_id, facts=whole)
    variants.save(db, shop_id=shop_id, facts=[variant for fact in whole for variant in fact.variants or ()])
    variants.remove_dropped(db, shop_id=shop_id, facts=[fact for fact in facts if fact.variants is None])


def _row(shop_id: int, fact: ProductFacts, now: datetime) -> dict[str, Any]:
    own = {name: getattr(fact, name) for name in _SUMMARY}
    row = {name: getattr(fact, name) for name in _PLAIN} | own
    row |= {
        "shop_id": shop_id,
        "own": own,
        "tags": list(fact.tags),
        "images": [asdict(image) for image in fact.images],
        "options": [{"name": option.name, "values": list(option.values)} for option in fact.options],
        "attributes": [[name, list(values)] for name, values in fact.attributes],
        "variant_ids": list(fact.variant_ids),
        "digest": "",
        "saved_at": now,
    }
    if fact.categories is not None:
        row["categories"] = [asdict(category) for category in fact.categories]
    return row


def _with_kept_categories(db: Connection, shop_id: int, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fill in the categories that are known of products whose delivery does not tell them."""
    if not rows:
        return []
    chosen = and_(products.c.shop_id == shop_id, products.c.id.in_([row["id"] for row in rows]))
    kept = dict(db.execute(select(products.c.id, products.c.categories).where(chosen)).all())
    return [row | {"categories": kept.get(row["id"], [])} for row in rows]


def remove(db: Connection, *, shop_id: int, ids: Collection[str]) -> None:
    """Delete products with their variants."""
    if ids:
        db.execute(delete(products).where(products.c.shop_id == shop_id, products.c.id.in_(ids)))
        variants.remove_of(db, shop_id=shop_id, product_ids=ids)


def own_summaries(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, tuple[Summary, list[str], str]]:
    """Per product: what its platform said of price and stock, the ids of all its variants, its document's digest."""
    chosen = and_(products.c.shop_id == shop_id, products.c.id.in_(ids))
    query = select(products.c.id, products.c.own, products.c.variant_ids, products.c.digest).where(chosen)
    return {row.id: (Summary(**row.own), row.variant_ids, row.digest) for row in db.execute(query)}


def save_summaries(db: Connection, *, shop_id: int, rows: Sequence[tuple[str, Summary]], now: datetime) -> None:
    """Store what was worked out from variants."""
    if not rows:
        return
    statement = (
        update(products)
        .where(products.c.shop_id == shop_id, products.c.id == bindparam("product"))
        .values({name: bindparam(f"new_{name}") for name in _SUMMARY} | {"saved_at": now})
    )
    db.execute(
        statement, [{"product": key} | {f"new_{name}": getattr(row, name) for name in _SUMMARY} for key, row in rows]
    )


def mark_saved(db: Connection, *, shop_id: int, ids: Collection[str], now: datetime) -> None:
    """Something of these products changed, if only in their variants: whoever asks for what changed is told them."""
    chosen = and_(products.c.shop_id == shop_id, products.c.id.in_(ids), products.c.saved_at != now)
    db.execute(update(products).where(chosen).values(saved_at=now))


def save_digests(db: Connection, *, shop_id: int, digests: dict[str, str]) -> None:
    """Remember the search documents that were last asked for."""
    if digests:
        chosen = and_(products.c.shop_id == shop_id, products.c.id == bindparam("product"))
        statement = update(products).where(chosen).values(digest=bindparam("new_digest"))
        db.execute(statement, [{"product": key, "new_digest": value} for key, value in digests.items()])


def by_ids(db: Connection, *, shop_id: int, ids: Collection[str], currency: str | None) -> dict[str, Product]:
    """Products with their variants: two queries, however many there are."""
    if not ids:
        return {}
    chosen = and_(products.c.shop_id == shop_id, products.c.id.in_(ids))
    rows = db.execute(select(products).where(chosen)).all()
    return {product.id: product for product in _assemble(db, shop_id, rows, currency)}


def hold(db: Connection, *, shop_id: int, ids: Collection[str]) -> None:
    """Wait until nobody else changes these products, and let nobody until the end of the transaction."""
    chosen = and_(products.c.shop_id == shop_id, products.c.id.in_(ids))
    if ids and db.dialect.name == "postgresql":  # SQLite has one writer
        db.execute(select(products.c.id).where(chosen).order_by(products.c.id).with_for_update())


def after(db: Connection, *, shop_id: int, last_id: str, limit: int, currency: str | None) -> list[Product]:
    """Products in the order of their ids, for walking through all of them."""
    query = select(products).where(products.c.shop_id == shop_id, products.c.id > last_id).order_by(products.c.id)
    return _assemble(db, shop_id, db.execute(query.limit(limit)).all(), currency)


def page(
    db: Connection,
    *,
    shop_id: int,
    currency: str | None,
    limit: int,
    after: tuple[datetime, str] | None = None,
    updated_since: datetime | None = None,
) -> list[tuple[Product, datetime]]:
    """Products by when they were saved, oldest first, each with that time; `after` is where to go on."""
    query = saved_page(products, shop_id=shop_id, limit=limit, after=after, updated_since=updated_since)
    rows = db.execute(query).all()
    return list(zip(_assemble(db, shop_id, rows, currency), [row.saved_at for row in rows], strict=True))


def newest(
    db: Connection, *, shop_id: int, after: Place | None = None, limit: int, currency: str | None
) -> list[tuple[Product, Place]]:
    """Products behind a place, those that changed last first, each with its own place."""
    mine = select(products).where(products.c.shop_id == shop_id)
    rows = keyset.page(db, mine, sort=_NEWEST, key=products.c.id, after=after, limit=limit)
    return list(zip(_assemble(db, shop_id, rows, currency), [(row.saved_at, row.id) for row in rows], strict=True))


def id_of_handle(db: Connection, *, shop_id: int, handle: str) -> str | None:
    """The product of that handle."""
    named = (products.c.shop_id == shop_id, products.c.handle == handle)
    return db.execute(select(products.c.id).where(*named).limit(1)).scalar_one_or_none()


def count(db: Connection, *, shop_id: int) -> int:
    """How many products the shop has, published or not."""
    return db.execute(select(func.count()).where(products.c.shop_id == shop_id)).scalar_one()


def drop_variant_ids(db: Connection, *, shop_id: int, gone: dict[str, str]) -> None:
    """Take variants (id to product id) that were deleted on their own out of their products' lists."""
    chosen = and_(products.c.shop_id == shop_id, products.c.id.in_(set(gone.values())))
    for row in db.execute(select(products.c.id, products.c.variant_ids).where(chosen)).all():
        left = [key for key in row.variant_ids if gone.get(key) != row.id]
        db.execute(update(products).where(chosen, products.c.id == row.id).values(variant_ids=left))


def _assemble(db: Connection, shop_id: int, rows: Sequence[Row[Any]], currency: str | None) -> list[Product]:
    of_product = variants.of_products(db, shop_id=shop_id, ids=[row.id for row in rows])
    return [_product(row, tuple(of_product.get(row.id, ())), currency) for row in rows]


def _product(row: Row[Any], own_variants: tuple[VariantFacts, ...], currency: str | None) -> Product:
    plain = {name: getattr(row, name) for name in (*_PLAIN, *_SUMMARY)}
    return Product(
        **plain,
        currency=currency,
        categories=tuple(category["name"] for category in row.categories),
        category_ids=tuple(category["id"] for category in row.categories),
        tags=tuple(row.tags),
        images=tuple(Image(**image) for image in row.images),
        options=tuple(Option(name=option["name"], values=tuple(option["values"])) for option in row.options),
        attributes=tuple((name, tuple(values)) for name, values in row.attributes),
        variants=own_variants,
    )
