"""A page of results as the shop's rules want it: pinned and added products among what the engine finds, and counted.

A search without rules is one call of the engine. Pinned and added products are asked for by themselves, with the same
filters, and left out of the rest; so every page, total and count is exact. Orders other than by relevance have no
places for pins: what the query finds stands where the order wants it, what it does not find stands at the end.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from commerce.rules import merchandising
from commerce.rules.merchandising import Outcome, Target
from integrations.search_api import ID, Boost, Condition, Hit, SearchEngine, SearchQuery, SearchResult

PINNED, ADDED = "pinned", "added"
# What the strengths of boosts are as factors of the score; those of buries are their inverse.
WEIGHTS = {1: 1.5, 2: 2.5, 3: 5.0}
_MOST = 100  # products that rules may put into one search
_ENDLESS = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """One page; `placed`: of its hits, those that rules put there, PINNED or ADDED."""

    result: SearchResult
    placed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Search:
    """A query in an index, with what the rules make of it."""

    engine: SearchEngine
    index: str
    query: SearchQuery
    outcome: Outcome

    def total(self, **changes: object) -> int:
        """How many products the query has with these changes."""
        query = replace(self.query, **{"offset": 0, "limit": 1, "facets": (), **changes})  # type: ignore[arg-type]
        return compose(replace(self, query=query)).result.total


def with_rules(query: SearchQuery, outcome: Outcome) -> SearchQuery:
    """The query as the engine is asked it: other words, what is hidden left out, boosts."""
    if outcome is merchandising.NOTHING:
        return query
    return replace(
        query,
        text=outcome.query or query.text,
        without=(*query.without, *(condition(target) for target in sorted(outcome.hidden, key=_by_name))),
        boosts=(
            *query.boosts,
            *(Boost(condition=condition(target), weight=weight(told)) for target, told in outcome.strengths.items()),
        ),
    )


def condition(target: Target) -> Condition:
    """A rule's target in the words of engines."""
    return Condition(facet=target.facet, values=(target.value,))


def weight(strength: int) -> float:
    """The factor of a strength."""
    return WEIGHTS[strength] if strength > 0 else 1 / WEIGHTS[-strength]


def _by_name(target: Target) -> tuple[str, str]:
    return target.facet, target.value


def compose(search: Search) -> Composed:
    """The page that the query asks for. Raises what the engine raises."""
    outcome, query = search.outcome, with_rules(search.query, search.outcome)
    by_relevance = query.sort == "relevance"
    pins = list(outcome.pins) if by_relevance else []
    loose = [*([] if by_relevance else outcome.pins), *outcome.additions]
    if loose:
        known = _ids(search, replace(query, only=tuple(loose[:_MOST]), boosts=()))
        loose = [product for product in loose if product not in known]
    forced = tuple([*pins, *loose][:_MOST])
    if not forced:
        return Composed(result=search.engine.search(search.index, query))
    alone = replace(query, text="", only=forced, offset=0, limit=_MOST, sort="relevance", boosts=())
    there = search.engine.search(search.index, alone)
    hits = {hit.id: hit for hit in there.hits}
    return _page(search, query, there, [hits[one] for one in pins if one in hits], _those(hits, loose), forced)


def _those(hits: Mapping[str, Hit], products: Sequence[str]) -> list[Hit]:
    return [hits[product] for product in products if product in hits]


def _ids(search: Search, query: SearchQuery) -> set[str]:
    """Which products a query finds, of a few."""
    found = search.engine.search(search.index, replace(query, offset=0, limit=_MOST, facets=(), sort="relevance"))
    return {hit.id for hit in found.hits}


def _page(
    search: Search, query: SearchQuery, there: SearchResult, pins: list[Hit], tail: list[Hit], forced: tuple[str, ...]
) -> Composed:
    """Merge: pins at their places, between them what the engine finds, and at its end the additions."""
    positions = [search.outcome.pins[hit.id] for hit in pins]
    start, number = _window(query, merchandising.places(positions, _ENDLESS))
    others = _others(search, query, forced, start, number)
    places = merchandising.places(positions, others.total + len(tail))
    if _window(query, places) != (start, number):  # the list is shorter than the pins' positions
        start, number = _window(query, places)
        others = _others(search, query, forced, start, number)
    first, last = max(0, start - others.total), max(0, start + number - others.total)
    rest = iter([*others.hits[:number], *tail[first:last]])
    placed = dict(zip(places, pins, strict=True))
    hits: list[Hit] = []
    for position in range(query.offset, query.offset + query.limit):
        hit = placed.get(position) or next(rest, None)
        if hit is not None:
            hits.append(hit)
    marks = {hit.id: PINNED for hit in pins} | {hit.id: ADDED for hit in tail}
    result = replace(_sum(others, there), hits=tuple(hits))
    return Composed(result=result, placed={hit.id: marks[hit.id] for hit in hits if hit.id in marks})


def _window(query: SearchQuery, places: Sequence[int]) -> tuple[int, int]:
    """Of what is not pinned, from where and how many stand on the page."""
    before = sum(place < query.offset for place in places)
    inside = sum(query.offset <= place < query.offset + query.limit for place in places)
    return query.offset - before, query.limit - inside


def _others(search: Search, query: SearchQuery, forced: tuple[str, ...], start: int, number: int) -> SearchResult:
    """What the query finds besides the products that rules place."""
    without = (*query.without, Condition(facet=ID, values=forced))
    found = search.engine.search(
        search.index, replace(query, without=without, offset=max(0, start), limit=max(1, number))
    )
    if found.is_partial:  # none of these has all the words, but one of those that are placed may
        placed = search.engine.search(
            search.index, replace(query, only=forced, offset=0, limit=1, facets=(), boosts=())
        )
        return replace(found, is_partial=not placed.total or placed.is_partial)
    return found


def _sum(others: SearchResult, there: SearchResult) -> SearchResult:
    """Totals, counts and prices of both; they have no product in common."""
    facets = {}
    for name in dict.fromkeys([*others.facets, *there.facets]):
        counts = Counter(dict(others.facets.get(name, ())))
        counts.update(dict(there.facets.get(name, ())))
        facets[name] = tuple(sorted(counts.items(), key=lambda value: (-value[1], value[0])))
    prices = [price for price in (others.price, there.price) if price is not None]
    span = (min(low for low, _ in prices), max(high for _, high in prices)) if prices else None
    unknown = () if others.total or there.total else others.unknown
    return replace(others, total=others.total + there.total, facets=facets, price=span, unknown=unknown)
