"""One search, from what a shopper asked to a page of hits."""

import tantivy
from tantivy import DocAddress, Query

from integrations.search.embedded import highlight, matching, narrowing, paging, ranking
from integrations.search.embedded.meaning import Meaning, Reader
from integrations.search.embedded.opened import Opened
from integrations.search_api import Hit, SearchQuery, SearchResult

# Fewer products than this and a shopper is shown more than what has every word.
ENOUGH = 5


def search(opened: Opened, query: SearchQuery) -> SearchResult:
    """Search one state of an open index. Raises nothing, whatever the text."""
    searcher = opened.index.searcher()
    meaning = Reader(searcher, opened.language, opened.vocabulary).read(query.text)
    has_words = bool(meaning.groups or meaning.codes)
    found = which(searcher, meaning) if has_words else Query.all_query()
    met = narrowing.conditions(query)
    narrowed = matching.filtered(found, list(met.values()))
    first, size = paging.bounds(query.offset, query.limit)
    if query.sort in paging.SORTS:
        addresses, total = paging.by_field(searcher, narrowed, query.sort, first, size)
    elif has_words:
        addresses, total = ranking.by_relevance(searcher, narrowed, meaning, first, size)
    else:
        addresses, total = paging.by_field(searcher, narrowed, "created:desc", first, size)
    facets, price = narrowing.counts(searcher, found, met, query.facets)
    hits = tuple(_hit(searcher, address, meaning, opened) for address in addresses)
    return SearchResult(hits=hits, total=total, facets=facets, price=price)


def which(searcher: tantivy.Searcher, meaning: Meaning) -> Query:
    """Which products a query finds: those with every word, as long as there are a few.

    Otherwise one word less is asked for, as often as it takes; a product that is only found by a single one of several
    words has to have it in its title. So "ipad stand" with three full matches is filled up with what is called a
    stand or an iPad, but does not count a thousand products whose descriptions mention either; and sorting by price
    does not bring those up. Words that no product has are left out of the count, so they never empty a result.
    """
    groups = [group for group in meaning.groups if group.known]
    every = matching.with_words(meaning, len(groups))
    if len(groups) < 2 or matching.count(searcher, every) >= ENOUGH:
        return every
    for least in range(len(groups) - 1, 1, -1):
        relaxed = matching.with_words(meaning, least)
        if matching.count(searcher, relaxed) >= ENOUGH:
            return relaxed
    titled = matching.any_of([every, *(matching.matches(group, "title") for group in groups)])
    return titled if matching.count(searcher, titled) else matching.with_words(meaning, 1)


def _hit(searcher: tantivy.Searcher, address: DocAddress, meaning: Meaning, opened: Opened) -> Hit:
    row = searcher.doc(address)
    title = str(row.get_first("shown") or "")
    return Hit(id=str(row.get_first("id")), title_html=highlight.marked(title, meaning, opened.language))
