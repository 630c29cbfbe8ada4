"""What a shopper may mean while typing: queries that others asked, categories, products."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from markupsafe import Markup, escape
from rapidfuzz import fuzz

from commerce.rules.documents import Product, index_of
from commerce.rules.searches import folded, is_personal
from commerce.tables import categories, searches
from commerce.tables.shops import Shop
from integrations.errors import OutsideError
from integrations.search_api import Hit, SearchQuery
from webapp.parts import Parts
from webapp.shoppers.searching import find, find_as_merchant

QUERIES, CATEGORIES, PRODUCTS = 6, 4, 6
ASKED_BY_SEVERAL = 3  # searches; what fewer asked may be somebody's own affair
_DAYS, _MOST_POPULAR = 30, 1000
_KEPT_SECONDS, _MOST_SHOPS = 60.0, 500
_LOOKED_AT = 3 * QUERIES  # popular queries that are tried until there are enough
_FOUND_SECONDS, _MOST_FOUND = 600.0, 20_000
_CLOSE = 79  # of 100, how alike the beginnings of two queries are that may be meant alike
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A category that shoppers see, and how many products are found in it."""

    id: str
    handle: str
    title: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """What is offered for what was typed so far. `redirect`: where a rule leads who searches for it."""

    queries: tuple[str, ...]
    categories: tuple[Shelf, ...]
    products: tuple[tuple[Hit, Product], ...]
    total: int
    corrected: str
    redirect: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What is kept of a shop for a minute: popular queries with how often they are asked, and its shelves."""

    until: float
    popular: tuple[tuple[str, int], ...]
    shelves: tuple[Shelf, ...]


_known: dict[tuple[int, int], _Known] = {}
_found: dict[tuple[int, int, str], tuple[float, bool]] = {}
_lock = Lock()


def suggest(here: Parts, shop: Shop, text: str) -> Suggested:
    """Suggestions for a text; without one, what is asked most. Raises Problem 503 where the engine cannot be asked."""
    known, typed = _of_shop(here, shop), folded(text)
    if not typed:
        asked = tuple(_told(here, shop, [query for query, _ in known.popular]))
        largest = sorted(known.shelves, key=lambda shelf: -shelf.count)[:CATEGORIES]
        return Suggested(queries=asked, categories=tuple(largest), products=(), total=0, corrected="", redirect="")
    found = find(here, shop, SearchQuery(text=text, limit=PRODUCTS, is_prefix=True))
    queries = _told(here, shop, _queries(known.popular, typed))
    if len(queries) < QUERIES:
        queries = _filled(here, shop, queries, found.query)
    return Suggested(
        queries=tuple(queries),
        categories=tuple(_shelves(known.shelves, typed)),
        products=found.products,
        total=found.total,
        corrected=found.corrected,
        redirect=found.redirect,
    )


def _queries(popular: Sequence[tuple[str, int]], typed: str) -> list[str]:
    """Popular queries that begin with what was typed, or have a word that does, or nearly begin with it."""
    ranked = []
    for query, number in popular:
        if query.startswith(typed):
            nearness = 3.0
        elif f" {typed}" in query:
            nearness = 1.0
        elif len(typed) >= 4 and fuzz.ratio(typed, query[: len(typed)], score_cutoff=_CLOSE):
            nearness = 0.5
        else:
            continue
        if query != typed:
            ranked.append((-nearness * number, query))
    return [query for _, query in sorted(ranked)]


def _told(here: Parts, shop: Shop, queries: Sequence[str]) -> list[str]:
    """The first queries that may be shown to others: anyone may ask anything, so only what products really have."""
    told: list[str] = []
    for query in queries[:_LOOKED_AT]:
        if len(told) < QUERIES and _is_found(here, shop, query):
            told.append(query)
    return told


def _is_found(here: Parts, shop: Shop, query: str) -> bool:
    """Whether products have all words of a query, as they are written; remembered for some minutes."""
    key, now = (id(here), shop.id, query), time.monotonic()
    known = _found.get(key)
    if known is None or known[0] < now:
        result = find(here, shop, SearchQuery(text=query, limit=1))
        known = (now + _FOUND_SECONDS, bool(result.total) and not result.is_partial and not result.corrected)
        with _lock:
            if len(_found) >= _MOST_FOUND:
                _found.clear()
            _found[key] = known
    return known[1]


def _filled(here: Parts, shop: Shop, queries: list[str], query: SearchQuery) -> list[str]:
    """The queries, and what the products' own words make of the text."""
    try:
        completed = here.engine.complete(index_of(shop.id), query.text, QUERIES, query.settings)
    except OutsideError:
        return queries
    typed = folded(query.text)
    more = [word for word in completed if folded(word) != typed and not is_personal(word)]
    return list(dict.fromkeys([*queries, *more]))[:QUERIES]


def _shelves(shelves: Sequence[Shelf], typed: str) -> list[Shelf]:
    """Categories with all the words of the text in their titles; the beginning of a word is enough."""
    words, found = _WORD.findall(typed), []
    for shelf in shelves:
        own = _WORD.findall(folded(shelf.title))
        if words and all(any(_meant(word, other) for other in own) for word in words):
            found.append(shelf)
    return sorted(found, key=lambda shelf: (-shelf.count, shelf.title))[:CATEGORIES]


def _meant(word: str, other: str) -> bool:
    return other.startswith(word) or (len(word) >= 4 and fuzz.ratio(word, other[: len(word)]) >= _CLOSE)


def marked(text: str, typed: str) -> str:
    """The text as HTML, with what was typed in <mark>."""
    words = sorted({re.escape(word) for word in _WORD.findall(typed)}, key=len, reverse=True)
    if not words:
        return str(escape(text))
    pieces = re.split(rf"(?<!\w)({'|'.join(words)})", text, flags=re.IGNORECASE)
    return str(
        Markup("").join(
            Markup("<mark>{}</mark>").format(piece) if place % 2 else piece for place, piece in enumerate(pieces)
        )
    )


def _of_shop(here: Parts, shop: Shop) -> _Known:
    key, now = (id(here), shop.id), time.monotonic()
    with _lock:
        known = _known.get(key)
    if known is not None and known.until > now:
        return known
    since = datetime.now(UTC).date() - timedelta(days=_DAYS)
    with here.database.read() as db:
        popular = searches.popular(db, shop_id=shop.id, since=since, at_least=ASKED_BY_SEVERAL, limit=_MOST_POPULAR)
        rows = [row for row in categories.all_of(db, shop_id=shop.id) if row.published]
    known = _Known(now + _KEPT_SECONDS, tuple(popular), _counted(here, shop, rows))
    with _lock:
        if len(_known) >= _MOST_SHOPS:
            _known.clear()
        _known[key] = known
    return known


def _counted(here: Parts, shop: Shop, rows: Sequence[object]) -> tuple[Shelf, ...]:
    """Categories with products that shoppers find in them."""
    counts = dict(find_as_merchant(here, shop, SearchQuery(limit=1, facets=("category",))).facets.get("category", ()))
    shelves = [
        Shelf(id=row.id, handle=row.handle, title=row.title, count=counts.get(row.title, 0))  # type: ignore[attr-defined]
        for row in rows
    ]
    return tuple(shelf for shelf in shelves if shelf.count)
