"""The pages that stores show: what each is called in the cache, how it is made from the tables, and for how long."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import orjson

from commerce.database import Connection
from commerce.rules import merchandising, page_names, shapes
from commerce.rules.cards import Card
from commerce.rules.documents import Product, is_searchable
from commerce.rules.listing_changes import made as remembered
from commerce.rules.listings import Listing, ListingQuery, listing
from commerce.rules.merchandising import Outcome, Rule
from commerce.tables import cards, categories, products
from commerce.tables.shops import Shop
from integrations.cache.pages import ANYWHERE
from webapp.reading import fragments
from webapp.reading.storefronts import Storefront

HOUR = 3600.0
PRODUCT_FRESH, CATEGORY_FRESH, NOTHING_FRESH = HOUR, HOUR / 4, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A page as made: the name it is kept under, the body (None: there is no such page), what it is about, the marks of
    what it shows. `fresh`: seconds for which it is served without a look; `until`: when a merchant's rule ends it.
    """

    name: str
    body: bytes | None
    about: Mapping[str, Any]
    marks: tuple[str, ...]
    fresh: float
    until: datetime | None = None
    category: str = ""
    made_of: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A page as asked for: its kind, the names it may be kept under, and what makes it at a moment."""

    kind: str
    names: tuple[str, ...]
    make: Callable[[Connection, Storefront, datetime], Made]
    is_html: bool = False


def product(key: str, *, is_html: bool = False) -> Asked:
    """The page of a product, by its id or handle."""
    names = page_names.of_product(key, is_html=is_html)

    def make(db: Connection, front: Storefront, _now: datetime) -> Made:
        item = product_known_as(db, front.shop, key)
        about: dict[str, Any] = {"keys": [key]}
        if item is None or not is_searchable(item):
            return Made(name=names[1], body=None, about=about, marks=(f"key:{key}",), fresh=NOTHING_FRESH)
        shape = shapes.product(item)
        shape.pop("reread")
        body = fragments.product(front, shape) if is_html else orjson.dumps(shape)
        marks = (f"product:{item.id}", f"key:{key}")
        name = names[0] if item.id == key else names[1]
        return Made(name=name, body=body, about=about | {"products": [item.id]}, marks=marks, fresh=PRODUCT_FRESH)

    return Asked(kind="product", names=names, make=make, is_html=is_html)


def product_known_as(db: Connection, shop: Shop, key: str) -> Product | None:
    """The product of this id or handle, also without a card: those of older shops may still have to be made."""
    shop_id = shop.id
    found_id = cards.id_of(db, shop_id=shop_id, key=key) or key
    found = products.by_ids(db, shop_id=shop_id, ids=[found_id], currency=shop.currency)
    if not found:
        known_as = products.id_of_handle(db, shop_id=shop_id, handle=key)
        ids = [known_as] if known_as else []
        found = products.by_ids(db, shop_id=shop_id, ids=ids, currency=shop.currency)
    return next(iter(found.values()), None)


def all_categories() -> Asked:
    """The list of the shop's categories, with how many products stand in each."""

    def make(db: Connection, front: Storefront, _now: datetime) -> Made:
        counts = cards.counts(db, shop_id=front.shop.id)
        rows = [row for row in categories.all_of(db, shop_id=front.shop.id) if row.published]
        shown = [
            {"id": row.id, "handle": row.handle, "title": row.title, "products": counts.get(row.id, 0)} for row in rows
        ]
        body = orjson.dumps({"categories": shown})
        return Made(name="categories", body=body, about={"all": 1}, marks=("categories",), fresh=HOUR)

    return Asked(kind="categories", names=("categories",), make=make)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of a category's page beside which category: as ListingQuery has it; `sort` "" is the usual one."""

    page: int = 1
    per_page: int = 24
    sort: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    price: tuple[int | None, int | None] = (None, None)
    available: bool | None = None
    facets: tuple[str, ...] | None = None


def category(key: str, name: str, wanted: Wanted, *, is_html: bool = False) -> Asked:
    """A page of a category, by its id or handle; `name` is that of page_names."""

    none = page_names.of_no_category(key)

    def make(db: Connection, front: Storefront, now: datetime) -> Made:
        shown = categories.shown_as(db, shop_id=front.shop.id, key=key)
        if shown is None:
            return Made(name=none, body=None, about={"keys": [key]}, marks=(f"key:{key}",), fresh=NOTHING_FRESH)
        outcome = merchandising.outcome(front.rules, now=now, query="", category=shown.handle)
        query = _query(front, shown.id, wanted, outcome)
        found = listing(cards.of_category(db, shop_id=front.shop.id, category_id=shown.id, added=query.added), query)
        shape = _listing_shape(front, asdict(shown), query, found)
        return Made(
            name=name,
            body=fragments.category(front, shape) if is_html else orjson.dumps(shape),
            about={"keys": [key], "categories": [shown.id], "products": list(query.added)},
            marks=(f"category:{shown.id}", f"key:{key}", *(f"product:{each}" for each in query.added)),
            fresh=CATEGORY_FRESH,
            until=_changes_at(front.rules, now),
            category=ANYWHERE if query.added else shown.id,
            made_of=orjson.dumps(asdict(remembered(query, found))),
        )

    return Asked(kind="category", names=(name, none), make=make, is_html=is_html)


def _query(front: Storefront, category_id: str, wanted: Wanted, outcome: Outcome) -> ListingQuery:
    facets = wanted.facets if wanted.facets is not None else front.chosen.settings.facets
    hidden: dict[str, list[str]] = {}
    for target in outcome.hidden:
        hidden.setdefault(target.facet, []).append(target.value)
    query = ListingQuery(
        category=category_id,
        page=wanted.page,
        per_page=wanted.per_page,
        filters=wanted.filters,
        price=wanted.price,
        available=wanted.available,
        facets=facets,
        pinned=tuple(sorted(outcome.pins, key=lambda each: outcome.pins[each])),
        lifted=tuple((each.facet, (each.value,), float(by)) for each, by in sorted(outcome.strengths.items(), key=str)),
        hidden=tuple((facet, tuple(sorted(values))) for facet, values in sorted(hidden.items())),
        added=tuple(sorted({*outcome.additions, *outcome.pins})),
    )
    return query if not wanted.sort else _sorted_by(query, wanted.sort)


def _changes_at(rules: Sequence[Rule], now: datetime) -> datetime | None:
    """When the next of the rules begins or ends to hold."""
    turns = [at for rule in rules if rule.enabled for at in (rule.starts_at, rule.ends_at)]
    return min((at for at in turns if at is not None and at > now), default=None)


def _sorted_by(query: ListingQuery, sort: str) -> ListingQuery:
    told = {name: getattr(query, name) for name in ListingQuery.__dataclass_fields__}
    return ListingQuery(**(told | {"sort": sort}))


def _listing_shape(front: Storefront, shown: dict[str, Any], query: ListingQuery, found: Listing) -> dict[str, Any]:
    low, high = found.span or (None, None)
    return {
        "category": shown,
        "ids": [card.id for card in found.cards],
        "products": [card_shape(card, front.shop.currency) for card in found.cards],
        "total": found.total,
        "page": query.page,
        "per_page": query.per_page,
        "sort": query.sort,
        "facets": {
            name: [{"value": value, "count": count} for value, count in values] for name, values in found.facets.items()
        },
        "stats": {"price": {"min": low, "max": high}},
    }


def card_shape(card: Card, currency: str | None) -> dict[str, Any]:
    """A product in a list."""
    return {
        "id": card.id,
        "handle": card.handle,
        "title": card.title,
        "price": shapes.money(card.price, currency),
        "compare_at_price": shapes.money(card.compare_at_price, currency),
        "available": card.available,
        "image": card.image or None,
        "url": card.url,
    }
