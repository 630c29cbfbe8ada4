"""Completions of what is being typed, and products that are alike."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from commerce.rules.search_settings import SearchSettings
from integrations.search.meilisearch.index_settings import WHOLE, stems_attribute
from integrations.search.meilisearch.meaning import Ask
from integrations.search.meilisearch.narrowing import but_these, meets, quoted
from integrations.search.meilisearch.reading import LONGEST_QUERY
from integrations.search.meilisearch.shape import key_of, text_of
from integrations.search.meilisearch.words import MOST_WORDS, folded
from integrations.search.text.analysis import query_words
from integrations.search_api import Condition

_LOOKED_AT = 300
_FEWEST_TOGETHER = 2
_ALIKE_LOOKED_AT, _PER_WORD = 100, 30
_TITLE = stems_attribute("title")
# What makes products alike besides their titles: a kind more than a maker.
_KINDS = {"type": 3.0, "category": 2.0, "brand": 1.0, "tag": 0.5}


def completions(text: str, limit: int, settings: SearchSettings, ask: Ask) -> list[str]:
    """Queries that begin with the text, by how many titles have their words; with the next word where it is common."""
    words = query_words(text[:LONGEST_QUERY])[:MOST_WORDS]
    if not words or limit < 1 or "title" not in settings.searched:
        return []
    *before, last = words
    is_done = text[-1:].isspace()
    asked = {"q": " ".join(words) + (" " if is_done else ""), "matchingStrategy": "all", "limit": _LOOKED_AT}
    hits = ask([asked | {"attributesToSearchOn": [WHOLE], "attributesToRetrieve": ["title"]}])[0]["hits"]
    counts: Counter[str] = Counter()
    for hit in hits:
        title = folded(hit["title"]).split()
        counts.update(set(_completed(before, last, title, is_done=is_done)))
    typed = " ".join(words)
    likely = sorted(
        (-count, query)
        for query, count in counts.items()
        if count >= _FEWEST_TOGETHER or len(query.split()) == len(words) or is_done
    )
    return [query for _, query in likely if query != typed or not is_done][:limit]


def _completed(before: list[str], last: str, title: list[str], *, is_done: bool) -> Iterable[str]:
    for at, word in enumerate(title):
        if (word == last if is_done else word.startswith(last)) and word not in before:
            query = [*before, word]
            yield " ".join(query)
            following = title[at + 1 : at + 2]
            if following and following[0].isalpha() and following[0] not in query:
                yield " ".join([*query, *following])


def alike(product_id: str, limit: int, ask: Ask) -> list[str]:
    """Ids of the products most like this one; none where it is not in the index."""
    key = key_of(product_id)
    shown = {"attributesToRetrieve": ["id", "stems", "facets"]}
    found = ask([shown | {"q": "", "filter": f"id = {quoted(key)}", "limit": 1}])[0]["hits"]
    if not found or limit < 1:
        return []
    product, others = found[0], but_these([key])
    title = _title(product)[:MOST_WORDS]
    in_titles = shown | {"attributesToSearchOn": [_TITLE], "limit": _ALIKE_LOOKED_AT, "filter": others}
    asked = [in_titles | {"q": f"{word} ", "limit": _PER_WORD} for word in title]
    asked += [in_titles | {"q": f"{' '.join(title)} ", "matchingStrategy": how} for how in ("last", "frequency")]
    asked += [
        shown | {"q": "", "limit": _ALIKE_LOOKED_AT, "filter": [others, meets(Condition(facet=kind, values=values))]}
        for kind in ("type", "category")
        if (values := tuple(product.get("facets", {}).get(kind, ())))
    ]
    answers = ask(asked)
    hits = {hit["id"]: hit for answer in answers for hit in answer["hits"]}
    counts = {word: int(answer["estimatedTotalHits"]) for word, answer in zip(title, answers, strict=False)}
    scores = {each: _likeness(product, hit, counts) for each, hit in hits.items()}
    best = sorted((each for each, score in scores.items() if score > 0), key=lambda each: (-scores[each], each))
    return [text_of(each) for each in best[:limit]]


def _title(hit: dict[str, Any]) -> list[str]:
    words = str(hit.get("stems", {}).get("title", "")).split()
    return list(dict.fromkeys(words))


def _likeness(one: dict[str, Any], other: dict[str, Any], counts: dict[str, int]) -> float:
    """Rare words that both titles have, and kinds that both are of."""
    words = set(_title(other))
    score = sum(1 / math.sqrt(1 + counts.get(word, 0)) for word in _title(one) if word in words)
    for kind, weight in _KINDS.items():
        common = set(one.get("facets", {}).get(kind, ())) & set(other.get("facets", {}).get(kind, ()))
        score += weight if common else 0.0
    return score
