"""Which products go with one: bought together with it, or like it. Never itself, never what shoppers cannot see."""

from collections.abc import Sequence

from commerce.rules.documents import Product, index_of, is_searchable
from commerce.tables import products, recommendations
from commerce.tables.shops import Shop
from integrations.errors import OutsideError
from integrations.search_api import SearchQuery
from webapp.errors import Problem
from webapp.parts import Parts
from webapp.reading.store_pages import product_known_as
from webapp.shoppers.searching import find

BOUGHT_TOGETHER, SIMILAR, CATEGORY, NONE = "bought-together", "similar", "category", "none"


def product_of(here: Parts, shop: Shop, key: str) -> Product:
    """The product of this id or handle, if shoppers may see it. Raises Problem 404."""
    with here.database.read() as db:
        found = product_known_as(db, shop, key.replace("\x00", ""))
    if found is None or not is_searchable(found):
        raise Problem(404, "No such product", "No published product has this id or handle.")
    return found


def recommended(here: Parts, shop: Shop, product: Product, how: str, limit: int) -> tuple[list[Product], str]:
    """Products that go with this one, and what they were chosen by.

    Where too little was bought together, what is like it follows; where the engine has nothing, what stands in the
    same category.
    """
    chosen, source = list[Product](), NONE
    for way in (BOUGHT_TOGETHER, SIMILAR, CATEGORY):
        if len(chosen) >= limit or (way == BOUGHT_TOGETHER and how != BOUGHT_TOGETHER):
            continue
        known = {product.id, *(item.id for item in chosen)}
        more = [item for item in _by(here, shop, product, way, limit) if item.id not in known]
        source = way if more and not chosen else source
        chosen += more[: limit - len(chosen)]
    return chosen, source


def _by(here: Parts, shop: Shop, product: Product, way: str, limit: int) -> list[Product]:
    spare = limit + 5  # some of them may be gone or hidden by now
    if way == BOUGHT_TOGETHER:
        with here.database.read() as db:
            ids = recommendations.bought_with(db, shop_id=shop.id, product_id=product.id, limit=spare)
        return _visible(here, shop, ids)
    try:
        if way == SIMILAR:
            return _visible(here, shop, here.engine.similar(index_of(shop.id), product.id, spare))
        if not product.categories:
            return []
        query = SearchQuery(filters={"category": product.categories[:1]}, available=True, limit=spare)
        return [item for _, item in find(here, shop, query).products]
    except (OutsideError, Problem):  # a recommendation is never worth an error
        return []


def _visible(here: Parts, shop: Shop, ids: Sequence[str]) -> list[Product]:
    with here.database.read() as db:
        known = products.by_ids(db, shop_id=shop.id, ids=ids, currency=shop.currency)
    return [known[key] for key in ids if key in known and is_searchable(known[key])]
