"""Cards: the little of each product that shoppers may see which lists need, and which categories it stands in.

Both are worked out from products and variants in the transaction that changes those, so that they are never behind.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Row,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    func,
    or_,
    select,
)

from commerce.rules.cards import Card, CardChange
from commerce.rules.documents import Product
from commerce.rules.products import Image
from commerce.tables.columns import BigId, Json, metadata, upsert

cards = Table(
    "cards",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("handle", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("price", BigInteger),
    Column("compare_at_price", BigInteger),
    Column("available", Boolean, nullable=False),
    Column("image", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("categories", Json, nullable=False),
    Column("facets", Json, nullable=False),
    Column("variants", Json, nullable=False),
    Column("page", Text, nullable=False),
    Index("ix_cards_handle", "shop_id", "handle"),
)

# Which products stand on which category's shelf.
shelves = Table(
    "shelves",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("category_id", Text, primary_key=True),
    Column("product_id", Text, primary_key=True),
    Index("ix_shelves_product", "shop_id", "product_id"),
)

_PLAIN = ("id", "handle", "title", "price", "compare_at_price", "available", "image", "url", "created", "page")


def by_ids(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, Card]:
    """The cards of those of the products that shoppers may see."""
    if not ids:
        return {}
    query = select(cards).where(cards.c.shop_id == shop_id, cards.c.id.in_(ids))
    return {row.id: _card(row) for row in db.execute(query)}


_LISTED = tuple(cards.c[name] for name in _PLAIN if name not in ("page", "created"))


@lru_cache(maxsize=100)
def _listed(number: int) -> Select[Any]:
    """What lists show of so many products. Made once for each number: making it takes longer than running it, and so
    does spreading a list of ids out in it each time.
    """
    ids: list[Any] = [bindparam(f"id{each}") for each in range(number)]
    return select(*_LISTED).where(cards.c.shop_id == bindparam("shop"), cards.c.id.in_(ids))


def as_products(db: Connection, *, shop_id: int, ids: Collection[str], currency: str | None) -> dict[str, Product]:
    """Those of the products that shoppers may see, with as much of them as lists show."""
    if not ids:
        return {}
    wanted: dict[str, Any] = {f"id{number}": each for number, each in enumerate(ids)}
    rows = db.execute(_listed(len(wanted)), wanted | {"shop": shop_id}).all()
    return {
        key: Product(
            id=key,
            handle=handle,
            title=title,
            price=price,
            compare_at_price=compare_at_price,
            currency=currency,
            available=available,
            images=(Image(url=image),) if image else (),
            url=url,
        )
        for key, handle, title, price, compare_at_price, available, image, url in rows
    }


def id_of(db: Connection, *, shop_id: int, key: str) -> str | None:
    """The product that shoppers may see which has this id, or else this handle."""
    chosen = (cards.c.shop_id == shop_id, or_(cards.c.id == key, cards.c.handle == key))
    found = [str(row.id) for row in db.execute(select(cards.c.id).where(*chosen).order_by(cards.c.id))]
    return key if key in found else next(iter(found), None)


def of_category(db: Connection, *, shop_id: int, category_id: str, added: Iterable[str] = ()) -> list[Card]:
    """The cards of all products on the category's shelf, and of those that are added to it."""
    joined = cards.join(shelves, (shelves.c.shop_id == cards.c.shop_id) & (shelves.c.product_id == cards.c.id))
    chosen = (shelves.c.shop_id == shop_id, shelves.c.category_id == category_id)
    found = {row.id: _card(row) for row in db.execute(select(cards).select_from(joined).where(*chosen))}
    more = by_ids(db, shop_id=shop_id, ids=[one for one in added if one not in found])
    return [*found.values(), *more.values()]


def counts(db: Connection, *, shop_id: int) -> dict[str, int]:
    """How many products stand on each category's shelf."""
    query = select(shelves.c.category_id, func.count()).where(shelves.c.shop_id == shop_id)
    return dict(db.execute(query.group_by(shelves.c.category_id)).all())


def count(db: Connection, *, shop_id: int) -> int:
    """How many products shoppers may see."""
    return db.execute(select(func.count()).where(cards.c.shop_id == shop_id)).scalar_one()


def replace(db: Connection, *, shop_id: int, new: dict[str, Card | None]) -> list[CardChange]:
    """Store the cards of these products, None where shoppers do not see one; gives those that differ now."""
    before = by_ids(db, shop_id=shop_id, ids=new)
    changes = [
        CardChange(product_id=key, before=before.get(key), after=after)
        for key, after in new.items()
        if before.get(key) != after
    ]
    gone = [change.product_id for change in changes if change.after is None]
    upsert(db, cards, [_row(shop_id, change.after) for change in changes if change.after is not None])
    if gone:
        db.execute(delete(cards).where(cards.c.shop_id == shop_id, cards.c.id.in_(gone)))
    _place(db, shop_id, [change for change in changes if _categories(change.before) != _categories(change.after)])
    return changes


def _place(db: Connection, shop_id: int, moved: Sequence[CardChange]) -> None:
    leaving = [change.product_id for change in moved if change.before]
    if leaving:
        db.execute(delete(shelves).where(shelves.c.shop_id == shop_id, shelves.c.product_id.in_(leaving)))
    rows = [
        {"shop_id": shop_id, "category_id": category, "product_id": change.product_id}
        for change in moved
        for category in dict.fromkeys(_categories(change.after))
    ]
    upsert(db, shelves, rows)


def _categories(card: Card | None) -> tuple[str, ...]:
    return card.categories if card else ()


def _row(shop_id: int, card: Card) -> dict[str, Any]:
    return (
        {"shop_id": shop_id}
        | {name: getattr(card, name) for name in _PLAIN}
        | {
            "categories": list(card.categories),
            "facets": {name: list(values) for name, values in card.facets.items()},
            "variants": [[list(option) for option in variant] for variant in card.variants],
        }
    )


def _card(row: Row[Any]) -> Card:
    return Card(
        **{name: getattr(row, name) for name in _PLAIN},
        categories=tuple(row.categories),
        facets={name: tuple(values) for name, values in row.facets.items()},
        variants=tuple(tuple((name, value) for name, value in variant) for variant in row.variants),
    )
