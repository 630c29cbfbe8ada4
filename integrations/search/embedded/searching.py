"""One search, from what a shopper asked to a page of hits."""

from collections.abc import Iterator

from tantivy import DocAddress

from integrations.search.embedded import paging, ranking
from integrations.search.embedded.boosting import Boosts
from integrations.search.embedded.narrowing import Narrowing
from integrations.search.embedded.opened import Opened
from integrations.search.embedded.understanding import understood
from integrations.search_api import Hit, SearchQuery, SearchResult


class Search:
    """One query as one commit of an open index understands it."""

    def __init__(self, opened: Opened, query: SearchQuery) -> None:
        state = opened.state
        self.searcher, self.query = state.searcher, query
        self.understood = understood(opened, state, query.text, query.settings, is_prefix=query.is_prefix)
        self.narrowing = Narrowing(self.searcher, query)
        self.boosts = Boosts(query.boosts)
        self.narrowed = self.narrowing.of(self.understood.found)

    def result(self) -> SearchResult:
        """The page that was asked for."""
        addresses, total = self._page(*paging.bounds(self.query.offset, self.query.limit))
        facets, price = self.narrowing.counts(self.understood.found, self.query.facets)
        meaning = self.understood.meaning
        return SearchResult(
            hits=tuple(self._hits(addresses)),
            total=total,
            facets=facets,
            price=price,
            corrected=meaning.corrected,
            is_partial=self.understood.is_partial,
            unknown=meaning.unknown,
        )

    def _page(self, first: int, size: int) -> tuple[list[DocAddress], int]:
        searcher, narrowed = self.searcher, self.narrowed
        if self.query.sort in paging.SORTS:
            return paging.by_field(searcher, narrowed, self.query.sort, first, size)
        if self.understood.meaning.says_something:
            return ranking.by_relevance(searcher, narrowed, self.understood, self.boosts, first, size)
        if self.boosts:
            classes = sorted(self.boosts.classes(narrowed), key=lambda pair: -pair[0])
            return paging.one_after_another(searcher, [query for _, query in classes], first, size)
        return paging.by_field(searcher, narrowed, paging.NEWEST, first, size)

    def _hits(self, addresses: list[DocAddress]) -> Iterator[Hit]:
        marker = self.understood.marker
        for address in addresses:
            row = self.searcher.doc(address)
            title = bytes(row.get_first("shown") or b"").decode()
            yield Hit(id=str(row.get_first("id")), title_html=marker.marked(title))


def search(opened: Opened, query: SearchQuery) -> SearchResult:
    """Search one commit of an open index. Raises nothing, whatever the text."""
    return Search(opened, query).result()
