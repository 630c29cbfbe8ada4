"""Pages of a category: which cards they show, in which order, and what is counted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from commerce.rules.cards import Card

SORTS = ("created:desc", "price:asc", "price:desc", "title:asc")
USUAL_SORT = SORTS[0]
MOST_FACETS = 20
MOST_VALUES = 100
PRICE, AVAILABLE = "price", "available"

Key = list[Any]  # by which cards are sorted; the id last, so that no two are equal


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingQuery:
    """One page of a category. `filters`: facet name to accepted values (any of them); `price` in minor units, both ends
    included; `facets`: what is counted, None: the twenty that most products have. By the merchant's rules: `pinned`
    products come first and facet values in `lifted` (facet, values, weight) before others, in the usual order only;
    `hidden` (facet, values; "id" for products) are left out; `added` products are there beside the category's own.
    """

    category: str
    page: int = 1
    per_page: int = 24
    sort: str = USUAL_SORT
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    price: tuple[int | None, int | None] = (None, None)
    available: bool | None = None
    facets: tuple[str, ...] | None = None
    pinned: tuple[str, ...] = ()
    lifted: tuple[tuple[str, tuple[str, ...], float], ...] = ()
    hidden: tuple[tuple[str, tuple[str, ...]], ...] = ()
    added: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page: its cards, how many products there are in all, (value, count) by facet, the lowest and highest price.

    A facet's own filter does not narrow its counts, nor the price filter the span. `is_cut`: more could be counted.
    """

    cards: tuple[Card, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    span: tuple[int, int] | None
    is_cut: bool


def listing(cards: Sequence[Card], query: ListingQuery) -> Listing:
    """The page of a category whose products have these cards."""
    met = [card for card in cards if meets(card, query)]
    met.sort(key=lambda card: key_of(card, query))
    first = (query.page - 1) * query.per_page
    facets, is_cut = _counts(cards, {card.id for card in met}, query)
    spanned = met if query.price == (None, None) else [card for card in cards if meets(card, query, but=PRICE)]
    prices = [card.price for card in spanned if card.price is not None]
    return Listing(
        cards=tuple(met[first : first + query.per_page]),
        total=len(met),
        facets=facets,
        span=(min(prices), max(prices)) if prices else None,
        is_cut=is_cut,
    )


def key_of(card: Card, query: ListingQuery) -> Key:
    """Where the card stands: those without a price last."""
    sort = query.sort
    if sort == "price:asc":
        return [card.price is None, card.price or 0, card.id]
    if sort == "price:desc":
        return [card.price is None, -(card.price or 0), card.id]
    if sort == "title:asc":
        return [card.title.casefold(), card.id]
    pinned = query.pinned.index(card.id) if card.id in query.pinned else len(query.pinned)
    lift = sum(weight for name, values, weight in query.lifted if _has(card, name, values))
    return [pinned, -lift, -card.created, card.id]


def _has(card: Card, name: str, values: Sequence[str]) -> bool:
    own = (card.id,) if name == "id" else card.facets.get(name, ())
    return any(value in values for value in own)


def meets(card: Card, query: ListingQuery, *, but: str = "") -> bool:
    """Whether the card meets all filters, but for the one of that name. Several options have to be one variant's."""
    if any(_has(card, name, values) for name, values in query.hidden):
        return False
    low, high = query.price
    if but != PRICE and (low, high) != (None, None) and not _is_between(card.price, low, high):
        return False
    if query.available is not None and but != AVAILABLE and card.available != query.available:
        return False
    asked = {name: values for name, values in query.filters.items() if name != but and values}
    if not all(any(value in values for value in card.facets.get(name, ())) for name, values in asked.items()):
        return False
    return len(asked) < 2 or _one_variant_meets(card, asked)


def _is_between(price: int | None, low: int | None, high: int | None) -> bool:
    return price is not None and (low is None or price >= low) and (high is None or price <= high)


def _one_variant_meets(card: Card, asked: Mapping[str, tuple[str, ...]]) -> bool:
    named = {name for variant in card.variants for name, _ in variant} & asked.keys()
    if len(named) < 2:
        return True
    return any(
        all(any(name == own and value in asked[name] for own, value in variant) for name in named)
        for variant in card.variants
    )


def _values(card: Card, query: ListingQuery, name: str) -> list[str]:
    """The values of a facet that the card counts for: with options chosen, only those of variants that have them."""
    values = list(card.facets.get(name, ()))
    if not query.filters:
        return values
    options = {own for variant in card.variants for own, _ in variant}
    if name not in options:
        return values
    others = {other: accepted for other, accepted in query.filters.items() if other != name and other in options}
    others = {other: accepted for other, accepted in others.items() if accepted}
    if not others:
        return values
    offered = [dict(variant) for variant in card.variants]
    fitting = [each for each in offered if all(each.get(other) in accepted for other, accepted in others.items())]
    there = {each.get(name) for each in fitting}
    return [value for value in values if value in there]


def counted(card: Card, query: ListingQuery, *, is_met: bool | None = None) -> Iterable[tuple[str, str]]:
    """Each (facet, value) that the card adds one to. `is_met`: whether it meets all filters, where that is known."""
    names = card.facets if query.facets is None else [name for name in query.facets if name in card.facets]
    whole = meets(card, query) if is_met is None else is_met
    for name in names:
        narrowed = name in query.filters
        if meets(card, query, but=name) if narrowed else whole:
            for value in _values(card, query, name):
                yield name, value


def _counts(
    cards: Sequence[Card], met: set[str], query: ListingQuery
) -> tuple[dict[str, tuple[tuple[str, int], ...]], bool]:
    found: dict[str, Counter[str]] = {}
    for card in cards:
        for name, value in counted(card, query, is_met=card.id in met):
            found.setdefault(name, Counter())[value] += 1
    names = list(query.facets) if query.facets is not None else _commonest(found)
    facets = {}
    for name in names:
        pairs = sorted(found.get(name, Counter()).items(), key=lambda pair: (-pair[1], pair[0]))
        facets[name] = tuple(pairs[:MOST_VALUES])
    is_cut = (query.facets is None and len(found) > MOST_FACETS) or any(
        len(found.get(name, ())) > MOST_VALUES for name in names
    )
    return facets, is_cut


def _commonest(counted: Mapping[str, "Counter[str]"]) -> list[str]:
    return sorted(counted, key=lambda name: (-counted[name].total(), name))[:MOST_FACETS]
