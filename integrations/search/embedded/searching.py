"""One search, from what a shopper asked to a page of hits."""

from dataclasses import dataclass

import tantivy
from tantivy import DocAddress, Query

from integrations.search.embedded import highlight, matching, paging, vectors
from integrations.search.embedded.boosting import Boosts
from integrations.search.embedded.meaning import Meaning
from integrations.search.embedded.narrowing import Narrowing
from integrations.search.embedded.opened import Opened
from integrations.search.embedded.ranking import Ranking
from integrations.search.embedded.reader import Reader
from integrations.search_api import Hit, SearchQuery, SearchResult

# Fewer products than this and a shopper is shown more than what has every word.
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Found:
    """What the words of a query find before any filter. `is_partial`: no product has all of them."""

    query: Query
    is_partial: bool = False


class Search:
    """One query as one state of an open index understands it."""

    def __init__(self, opened: Opened, query: SearchQuery) -> None:
        self.opened, self.query = opened, query
        self.searcher = opened.index.searcher()
        reader = Reader(
            self.searcher, opened.form.language, opened.vocabulary, query.settings, is_prefix=query.is_prefix
        )
        self.meaning: Meaning = reader.read(query.text)
        self.narrowing = Narrowing(self.searcher, query)
        self.boosts = Boosts(query.boosts)
        self.found = which(self.searcher, self.meaning) if self.meaning.says_something else Found(Query.all_query())

    def ranking(self) -> Ranking:
        """The order by relevance."""
        model, text = self.opened.form.vectors, self.meaning.corrected or self.query.text
        is_meant = self.query.settings.vectors and model and model == vectors.model_name() and not self.meaning.codes
        vector = vectors.of_query(text) if is_meant else None
        return Ranking(self.searcher, self.opened.form.language, self.meaning, self.boosts, vector)

    def result(self) -> SearchResult:
        """The page that was asked for."""
        narrowed = self.narrowing.of(self.found.query)
        addresses, total = self._page(narrowed, *paging.bounds(self.query.offset, self.query.limit))
        facets, price = self.narrowing.counts(self.found.query, self.query.facets)
        return SearchResult(
            hits=tuple(self._hit(address) for address in addresses),
            total=total,
            facets=facets,
            price=price,
            corrected=self.meaning.corrected,
            is_partial=self.found.is_partial,
            unknown=self.meaning.unknown,
        )

    def _page(self, narrowed: Query, first: int, size: int) -> tuple[list[DocAddress], int]:
        if self.query.sort in paging.SORTS:
            return paging.by_field(self.searcher, narrowed, self.query.sort, first, size)
        if self.meaning.says_something:
            return self.ranking().page(narrowed, first, size)
        if self.boosts:
            classes = sorted(self.boosts.classes(narrowed), key=lambda pair: -pair[0])
            return paging.one_after_another(self.searcher, [query for _, query in classes], first, size)
        return paging.by_field(self.searcher, narrowed, paging.NEWEST, first, size)

    def _hit(self, address: DocAddress) -> Hit:
        row = self.searcher.doc(address)
        title = bytes(row.get_first("shown") or b"").decode()
        shown = highlight.marked(title, self.meaning, self.opened.form.language)
        return Hit(id=str(row.get_first("id")), title_html=shown)


def search(opened: Opened, query: SearchQuery) -> SearchResult:
    """Search one state of an open index. Raises nothing, whatever the text."""
    return Search(opened, query).result()


def which(searcher: tantivy.Searcher, meaning: Meaning) -> Found:
    """Which products a query finds: those with every word, as long as there are a few.

    Otherwise one word less is asked for, as often as it takes; a product that is only found by a single one of several
    words has to have it in its title. So "ipad stand" with three full matches is filled up with what is called a
    stand or an iPad, but does not count a thousand products whose descriptions mention either; and sorting by price
    does not bring those up. Words that no product has are left out of the count, so they never empty a result.
    """
    groups = [group for group in meaning.groups if group.known]
    lacks = len(groups) < len(meaning.groups) and not meaning.codes
    every = matching.with_words(meaning, len(groups))
    if len(groups) < 2:
        return Found(every, lacks)
    full = matching.count(searcher, every)
    is_partial = lacks or not full
    if full >= ENOUGH:
        return Found(every, is_partial)
    for least in range(len(groups) - 1, 1, -1):
        relaxed = matching.with_words(meaning, least)
        if matching.count(searcher, relaxed) >= ENOUGH:
            return Found(relaxed, is_partial)
    titled = matching.any_of([every, *(matching.matches(group, "title") for group in groups)])
    found = titled if matching.count(searcher, titled) else matching.with_words(meaning, 1)
    return Found(found, is_partial)
