"""Product search as shoppers and merchants use it: one reading of the query, one way from hits to products."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from commerce.database import Connection
from commerce.rules import merchandising
from commerce.rules.documents import Product, index_of, is_searchable
from commerce.rules.merchandising import NOTHING, Outcome
from commerce.rules.search_settings import SORTS
from commerce.tables import cards, categories, products
from commerce.tables.shops import Shop
from integrations.errors import OutsideError
from integrations.search_api import Hit, SearchQuery
from webapp.errors import Problem
from webapp.parts import Parts
from webapp.search import tools as of_shops
from webapp.search.asked import MOST_PER_PAGE, asked_facets, query_of
from webapp.search.bands import Band, bands
from webapp.search.composed import Composed, Search, compose
from webapp.search.reasons import Reason, reason
from webapp.search.remembering import remembered
from webapp.search.tools import Tools, fitted, for_merchants

Reader = Callable[[Connection, Shop, Sequence[str]], Mapping[str, Product]]

__all__ = ["MOST_PER_PAGE", "SORTS", "Found", "asked_facets", "find", "find_as_merchant", "query_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of products with what the engine says of each; `facets` by the names that were asked for.

    `facets` has what `*` stood for in the order in which shoppers see them, `labels` what they are called.
    `redirect`: where the shopper is to be led instead. `reason`: why there is nothing, only where there is nothing.
    `placed`: products that a rule put there. `query`: as it was asked, before rules. `outcome`: what rules made of it.
    """

    products: tuple[tuple[Hit, Product], ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    price: tuple[int, int] | None
    corrected: str = ""
    is_partial: bool = False
    currency: str | None = None
    redirect: str = ""
    reason: Reason | None = None
    bands: tuple[Band, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    placed: Mapping[str, str] = field(default_factory=dict)
    query: SearchQuery = field(default_factory=SearchQuery)
    outcome: Outcome = NOTHING


def find(here: Parts, shop: Shop, query: SearchQuery, *, tools: Tools | None = None, category: str = "") -> Found:
    """Search by the shop's settings and rules, then read the products found from the tables in one go.

    Of the products only what lists show is read, unless `tools` are given. `category`: title, handle or id of the
    category whose page this is: its rules apply, and only what is in it is found. Left out is what was deleted or
    unpublished since the index was written. Raises Problem 400 for what the shop does not allow, 503 where the engine
    cannot be asked.
    """
    shown = _shown if tools is None else _whole
    tools = tools or _known(here, shop)
    search = _search(here, shop, fitted(query, tools), tools, category)
    query, outcome = search.query, search.outcome
    try:
        composed, told = remembered(search, tools.version, lambda: (compose(search), bands(search)))
        there = _read(here, shop, composed, shown)
        why = None if there else reason(search, composed.result, here.database.read, shop.id)
    except OutsideError as error:
        raise Problem(503, "Search cannot be reached", "Try again in a moment.") from error
    result = composed.result
    return Found(
        products=there,
        total=result.total,
        facets={name: result.facets.get(name, ()) for name in query.facets},
        price=result.price,
        corrected=result.corrected,
        is_partial=result.is_partial,
        currency=shop.currency,
        redirect=outcome.redirect,
        reason=why,
        bands=told,
        labels=tools.labels,
        placed=composed.placed,
        query=query,
        outcome=outcome,
    )


def _search(here: Parts, shop: Shop, query: SearchQuery, tools: Tools, category: str) -> Search:
    """The query, within a category where one is named, with what the rules that hold now make of it."""
    if category:
        title, category = _shelf(here, shop, category)
        query = replace(query, filters={**query.filters, "category": (title,)})
    outcome = NOTHING
    if tools.rules:
        outcome = merchandising.outcome(tools.rules, now=datetime.now(UTC), query=query.text, category=category)
    return Search(here.engine, index_of(shop.id), query, outcome)


def find_as_merchant(here: Parts, shop: Shop, query: SearchQuery) -> Found:
    """Search without the shop's rules, by every facet and in every order."""
    return find(here, shop, query, tools=for_merchants(_tools(here, shop)))


def _tools(here: Parts, shop: Shop) -> Tools:
    with here.database.read() as db:
        return of_shops.of_shop(db, shop.id)


def _known(here: Parts, shop: Shop) -> Tools:
    """The shop's tools as they were a moment ago, without a look at the database."""
    front = here.storefronts.of(shop.key)
    if front is None:
        return _tools(here, shop)
    return Tools(settings=front.chosen.settings, rules=front.rules, labels=front.chosen.labels, version=front.version)


def _shelf(here: Parts, shop: Shop, name: str) -> tuple[str, str]:
    """Title and handle of the category that shoppers see which is named so; where there is none, what it was named."""
    with here.database.read() as db:
        found = categories.named(db, shop_id=shop.id, name=name)
    return (found.title, found.handle) if found else (name, name)


def _read(here: Parts, shop: Shop, composed: Composed, shown: Reader) -> tuple[tuple[Hit, Product], ...]:
    hits = composed.result.hits
    if not hits:
        return ()
    # What lists show is one statement; whole products are several, and have to be of one moment.
    with here.database.glance() if shown is _shown else here.database.read() as db:
        known = shown(db, shop, [hit.id for hit in hits])
    return tuple((hit, known[hit.id]) for hit in hits if hit.id in known)


def _shown(db: Connection, shop: Shop, ids: Sequence[str]) -> Mapping[str, Product]:
    """As much of products as lists show."""
    return cards.as_products(db, shop_id=shop.id, ids=ids, currency=shop.currency)


def _whole(db: Connection, shop: Shop, ids: Sequence[str]) -> Mapping[str, Product]:
    """Products with everything."""
    found = products.by_ids(db, shop_id=shop.id, ids=ids, currency=shop.currency)
    return {key: product for key, product in found.items() if is_searchable(product)}
