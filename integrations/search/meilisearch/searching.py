"""One search, from what a shopper asked to a page of hits."""

from typing import Any

from integrations.search.meilisearch import asking
from integrations.search.meilisearch.asking import ALL, FEWER, Counts, Request
from integrations.search.meilisearch.highlight import marked
from integrations.search.meilisearch.meaning import Ask, Meaning
from integrations.search.meilisearch.narrowing import but_these, meets
from integrations.search.meilisearch.ranking import LOOKED_AT, Scored, looked_at_again
from integrations.search.meilisearch.reading import read
from integrations.search.meilisearch.shape import text_of
from integrations.search_api import Hit, SearchQuery, SearchResult

# Fewer products than this and a shopper is shown more than what has every word.
ENOUGH = 5
_BOOSTED = 20


def search(query: SearchQuery, ask: Ask) -> SearchResult:
    """Find products: those with every word while there are a few, otherwise also with fewer, the best first."""
    meaning = read(query.text, query.settings, ask, is_prefix=query.is_prefix)
    words, answers, is_partial = which(meaning, query, ask)
    counts = Counts(query, answers)
    facets = counts.facets(words, ask)
    first, size = asking.bounds(query)
    hits = _page(meaning, words, query, ask, first, size) if first < counts.total else []
    languages = query.settings.languages
    return SearchResult(
        hits=tuple(Hit(id=text_of(hit["id"]), title_html=marked(hit["title"], meaning, languages)) for hit in hits),
        total=counts.total,
        facets=facets,
        price=counts.price,
        corrected=meaning.corrected,
        is_partial=is_partial or bool(meaning.unknown and meaning.known),
        unknown=meaning.unknown,
    )


def which(meaning: Meaning, query: SearchQuery, ask: Ask) -> tuple[Request, list[dict[str, Any]], bool]:
    """How the words are asked for, the counts of what they find, and whether no product has all of them."""
    words = asking.words_of(meaning, query, ALL)
    if meaning.words and not meaning.known and not meaning.codes:
        return words, [{"totalHits": 0}], False
    answers = ask(asking.counted(words, query))
    found = int(answers[0]["totalHits"])
    if found >= ENOUGH or len(meaning.known) < 2:
        return words, answers, False
    words = asking.words_of(meaning, query, FEWER)
    return words, ask(asking.counted(words, query)), found == 0


def _page(
    meaning: Meaning, words: Request, query: SearchQuery, ask: Ask, first: int, size: int
) -> list[dict[str, Any]]:
    if query.sort in asking.ORDERS or not (meaning.words or query.boosts):
        return list(ask([asking.page(words, query, first, size)])[0]["hits"])
    if first >= LOOKED_AT and not query.boosts:
        return list(ask([asking.page(words, query, first, size)])[0]["hits"])
    best = [each.hit for each in pool(meaning, words, query, ask)]
    shown = best[first : first + size]
    if len(best) < LOOKED_AT or len(shown) == size:
        return shown
    rest = asking.page(words, query, max(first - len(best), 0), size - len(shown))
    rest["filter"] = [*rest["filter"], but_these(hit["id"] for hit in best)]
    return shown + list(ask([rest])[0]["hits"])


def pool(meaning: Meaning, words: Request, query: SearchQuery, ask: Ask) -> list[Scored]:
    """The best hundred, and the best of those that are boosted, in the order of their scores: the same for every
    page."""
    main = asking.best(words, query)
    boosted = [
        main | {"limit": _BOOSTED, "filter": [*main["filter"], meets(boost.condition)]}
        for boost in query.boosts
        if boost.weight > 1
    ]
    answers = ask([main, *boosted])
    found = {hit["id"]: hit for answer in answers for hit in answer["hits"]}
    return looked_at_again(list(found.values()), meaning, query.boosts)
