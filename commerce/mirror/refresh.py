"""What follows from a change of products or their variants: price and stock, search document, card."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from commerce.mirror.outcomes import Happened
from commerce.mirror.stock.settling import settle
from commerce.rules.cards import Card, CardChange, card
from commerce.rules.documents import Product, document, is_searchable
from commerce.rules.products import Summary, summary
from commerce.tables import cards, products
from commerce.tables.shops import Shop

HIDDEN = "-"  # in the place of a digest: the product is not to be found


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """Products whose search document differs now, cards that do, and what happened to their stock."""

    documents: tuple[str, ...] = ()
    cards: tuple[CardChange, ...] = ()
    stock: tuple[Happened, ...] = ()


def refresh(db: Connection, shop: Shop, ids: Collection[str], *, gone: Collection[str], now: datetime) -> Refreshed:
    """Work out what these products show, and store it; `gone` are products that were deleted."""
    if not ids and not gone:
        return Refreshed()
    # What is read before others commit would be written over what they worked out from theirs.
    products.hold(db, shop_id=shop.id, ids=ids)
    stored = products.by_ids(db, shop_id=shop.id, ids=ids, currency=shop.currency)
    settled, stock = settle(db, shop, stored, gone=gone, now=now)
    own = products.own_summaries(db, shop_id=shop.id, ids=ids)
    worked_out: list[tuple[str, Summary]] = []
    digests: dict[str, str] = {}
    new: dict[str, Card | None] = {key: None for key in gone if key not in stored}
    for product_id, product in settled.items():
        told, listed, before = own[product_id]
        complete = set(listed) <= {variant.id for variant in product.variants}
        worth = summary(told, product.variants, complete=complete)
        fresh = _with(product, worth)
        if fresh != product:
            worked_out.append((product_id, worth))
        digest, new[product_id] = _looks(fresh)
        if digest != before:
            digests[product_id] = digest
    products.save_summaries(db, shop_id=shop.id, rows=worked_out, now=now)
    products.save_digests(db, shop_id=shop.id, digests=digests)
    products.mark_saved(db, shop_id=shop.id, ids=stored, now=now)
    changed = cards.replace(db, shop_id=shop.id, new=new)
    return Refreshed(documents=tuple(digests), cards=tuple(changed), stock=tuple(stock))


def _with(product: Product, new: Summary) -> Product:
    return replace(
        product,
        price=new.price,
        compare_at_price=new.compare_at_price,
        stock=new.stock,
        available=new.available,
    )


def _looks(product: Product) -> tuple[str, Card | None]:
    """The digest of what is searched, and the card."""
    if not is_searchable(product):
        return HIDDEN, None
    searched = document(product)
    return searched.digest, card(product, searched)
