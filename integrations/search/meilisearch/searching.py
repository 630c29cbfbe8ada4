"""One search, from what a shopper asked to a page of hits."""

from functools import partial
from typing import Any

from integrations.search.meilisearch import asking
from integrations.search.meilisearch.asking import ALL, FEWER, Counts, Request
from integrations.search.meilisearch.frequencies import Frequencies
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


def search(query: SearchQuery, ask: Ask, frequencies: Frequencies) -> SearchResult:
    """Find products: those with every word while there are a few, otherwise also with fewer, the best first."""
    meaning = read(query.text, query.settings, ask, is_prefix=query.is_prefix)
    first, size = asking.bounds(query)
    is_by_score = query.sort not in asking.ORDERS and bool(query.boosts or (meaning.words and first < LOOKED_AT))
    words, answers, is_partial = which(meaning, query, ask, is_by_score=is_by_score)
    best = answers.pop()["hits"] if is_by_score else []
    counts = Counts(query, answers)
    facets = counts.facets(words, ask)
    if first >= counts.total:
        hits = []
    elif is_by_score:
        hits = _by_score(pool(meaning, words, query, ask, best, frequencies), words, query, ask)
    else:
        hits = ask([asking.page(words, query, first, size)])[0]["hits"]
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


def which(
    meaning: Meaning, query: SearchQuery, ask: Ask, *, is_by_score: bool
) -> tuple[Request, list[dict[str, Any]], bool]:
    """How the words are asked for, what they find, and whether no product has all of them.

    What they find are the counts, and with `is_by_score` after them the best by the server's own order.
    """
    words = asking.words_of(meaning, query, ALL)
    if meaning.words and not meaning.known:
        return words, [{"totalHits": 0, "hits": []}, *([{"hits": []}] if is_by_score else [])], False
    answers = _asked(words, query, ask, is_by_score=is_by_score)
    found = int(answers[0]["totalHits"])
    if found >= ENOUGH or len(meaning.known) < 2:
        return words, answers, False
    words = asking.words_of(meaning, query, FEWER)
    return words, _asked(words, query, ask, is_by_score=is_by_score), found == 0


def _asked(words: Request, query: SearchQuery, ask: Ask, *, is_by_score: bool) -> list[dict[str, Any]]:
    return ask([*asking.counted(words, query), *([asking.best(words, query)] if is_by_score else [])])


def _by_score(scored: list[Scored], words: Request, query: SearchQuery, ask: Ask) -> list[dict[str, Any]]:
    """A page of the best by their scores, and behind them in the server's own order."""
    first, size = asking.bounds(query)
    best = [each.hit for each in scored]
    shown = best[first : first + size]
    if len(best) < LOOKED_AT or len(shown) == size:
        return shown
    rest = asking.page(words, query, max(first - len(best), 0), size - len(shown))
    rest["filter"] = [*rest["filter"], but_these(hit["id"] for hit in best)]
    return shown + list(ask([rest])[0]["hits"])


def pool(
    meaning: Meaning,
    words: Request,
    query: SearchQuery,
    ask: Ask,
    best: list[dict[str, Any]],
    frequencies: Frequencies,
) -> list[Scored]:
    """The best hundred, and the best of those that are boosted, by their scores: the same for every page."""
    main = asking.best(words, query)
    boosted = [
        main | {"limit": _BOOSTED, "filter": [*main["filter"], meets(boost.condition)]}
        for boost in query.boosts
        if boost.weight > 1
    ]
    answers = ask(boosted) if boosted else []
    found = {hit["id"]: hit for hits in (best, *(answer["hits"] for answer in answers)) for hit in hits}
    return looked_at_again(list(found.values()), meaning, query.boosts, partial(frequencies.of, ask=ask))
