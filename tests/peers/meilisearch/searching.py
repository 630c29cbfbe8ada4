"""A search in one index: which documents, in which order, with which counts, and how they are shown."""

from collections import Counter
from typing import Any

from tests.peers.meilisearch import ordering, showing
from tests.peers.meilisearch.filtering import compiled, number, values_at, written
from tests.peers.meilisearch.matching import Term, meeting, parse
from tests.peers.meilisearch.ordering import Rank
from tests.peers.meilisearch.refusals import Refusal
from tests.peers.meilisearch.state import Index

_FIELDS = {
    "q", "offset", "limit", "page", "hitsPerPage", "attributesToRetrieve", "attributesToCrop", "cropLength",
    "cropMarker", "attributesToHighlight", "highlightPreTag", "highlightPostTag", "showMatchesPosition", "filter",
    "sort", "distinct", "facets", "matchingStrategy", "attributesToSearchOn", "rankingScoreThreshold", "locales",
    "showRankingScore", "showRankingScoreDetails",
}  # fmt: skip
_STRATEGIES = ("last", "all", "frequency")


def search(index: Index, asked: dict[str, Any], *, also: Any = None) -> dict[str, Any]:
    """The answer to a search; `also`: a filter that a token adds. Raises Refusal."""
    _check(index, asked)
    filters = [compiled(each, index.refuse_unless_filterable) for each in (asked.get("filter"), also)]
    every = {id_ for id_, document in index.documents.items() if all(test(document) for test in filters)}
    stop_words = {word.lower() for word in index.settings["stopWords"]}
    terms = parse(asked.get("q") or "", stop_words)
    ranks = _found(index, terms, asked) if terms else dict.fromkeys(every, Rank())
    found = [id_ for id_ in ranks if id_ in every]
    rules, sort = index.settings["rankingRules"], asked.get("sort") or []
    if not terms:
        rules = [rule for rule in rules if rule == "sort" or ":" in rule]
    found.sort(key=lambda id_: (ordering.key(ranks[id_], index.documents[id_], rules, sort), index.order[id_]))
    answer = _paged(index, asked, found[: index.settings["pagination"]["maxTotalHits"]], ranks)
    answer |= {"query": asked.get("q") or "", "processingTimeMs": 0}
    if asked.get("facets") is not None:
        answer |= _facets(index, asked["facets"], found)
    return answer


def _check(index: Index, asked: dict[str, Any]) -> None:
    for name in asked.keys() - _FIELDS:
        raise Refusal("bad_request", f"Unknown field `{name}`: expected one of `q`, `offset`, …")
    if asked.get("matchingStrategy", "last") not in _STRATEGIES:
        raise Refusal("invalid_search_matching_strategy", "Unknown value at `.matchingStrategy`")
    if not isinstance(asked.get("limit", 20), int) or asked.get("limit", 20) < 0:
        raise Refusal("invalid_search_limit", "Invalid value type at `.limit`: expected a positive integer")
    for name in asked.get("attributesToSearchOn") or ():
        if not index.words.within([name]) and "*" not in index.settings["searchableAttributes"]:
            message = f"Index `{index.uid}`: Attribute `{name}` is not searchable."
            raise Refusal("invalid_search_attributes_to_search_on", message)
    _check_sort(index, asked.get("sort") or [])
    for name in asked.get("facets") or ():
        if not index.is_filterable(name) and name != "*":
            raise Refusal("invalid_search_facets", f"Invalid facet distribution: Pattern `{name}` is not filterable.")


def _check_sort(index: Index, sort: list[str]) -> None:
    for each in sort:
        name, _, direction = each.rpartition(":")
        if direction not in ("asc", "desc"):
            message = "Invalid syntax for the sort parameter: expected expression ending by `:asc` or `:desc`"
            raise Refusal("invalid_search_sort", f"{message}, found `{each}`.")
        if name not in index.settings["sortableAttributes"]:
            raise Refusal("invalid_search_sort", f"Index `{index.uid}`: Attribute `{name}` is not sortable.")


def _found(index: Index, terms: list[Term], asked: dict[str, Any]) -> dict[str, Rank]:
    """The documents that meet the terms, or as many of them as the strategy asks for."""
    attributes = index.words.within(asked.get("attributesToSearchOn"))
    strategy = asked.get("matchingStrategy", "last")
    some = [list(terms)]
    while strategy != "all" and len(some[-1]) > 1:
        kept = some[-1]
        last = len(kept) - 1
        if strategy == "frequency":
            last = max(range(len(kept)), key=lambda at: (index.words.frequency(kept[at]), at))
        if kept[last].is_phrase:
            break
        some.append(kept[:last] + kept[last + 1 :])
    ranks: dict[str, Rank] = {}
    for kept in some:
        ways = index.words.ways(kept, attributes)
        for id_ in meeting(ways):
            if id_ not in ranks:
                ranks[id_] = ordering.ranked(id_, ways, len(terms))
    return ranks


def _paged(index: Index, asked: dict[str, Any], found: list[str], ranks: dict[str, Rank]) -> dict[str, Any]:
    """A page by its number with the exact total, or a part of the hits with what is called an estimate."""
    if "page" in asked or "hitsPerPage" in asked:
        page, size = asked.get("page", 1), asked.get("hitsPerPage", 20)
        hits = found[(page - 1) * size : page * size] if page > 0 else []
        pages = -(-len(found) // size) if size else 0
        answer: dict[str, Any] = {"hitsPerPage": size, "page": page, "totalPages": pages, "totalHits": len(found)}
    else:
        offset, limit = asked.get("offset", 0), asked.get("limit", 20)
        hits = found[offset : offset + limit]
        answer = {"limit": limit, "offset": offset, "estimatedTotalHits": len(found)}
    shown = [showing.hit(index, index.documents[id_], asked, ranks[id_]) for id_ in hits]
    return {"hits": shown, **answer}


def _facets(index: Index, names: list[str], found: list[str]) -> dict[str, Any]:
    counts: dict[str, dict[str, int]] = {}
    spans: dict[str, dict[str, float]] = {}
    for name in names:
        values = [values_at(index.documents[id_], name) or [] for id_ in found]
        counted: Counter[str] = Counter()
        shown: dict[str, str] = {}
        for each in values:
            texts = {written(value).lower(): written(value) for value in each if value not in (None, "")}
            for key, text in texts.items():
                counted[shown.setdefault(key, text)] += 1
        numbers = [float(value) for each in values for value in each if _is_number(value)]
        faceting = index.settings["faceting"]
        by_count = faceting["sortFacetValuesBy"].get(name, faceting["sortFacetValuesBy"].get("*")) == "count"
        ordered = sorted(counted.items(), key=lambda pair: (-pair[1] if by_count else 0, pair[0]))
        if counted or any(values_at(document, name) is not None for document in index.documents.values()):
            counts[name] = dict(ordered[: faceting["maxValuesPerFacet"]])
        if numbers:
            spans[name] = {"min": min(numbers), "max": max(numbers)}
    return {"facetDistribution": counts, "facetStats": spans}


def _is_number(value: Any) -> bool:
    return not isinstance(value, str) and number(value) is not None


def facet_search(index: Index, asked: dict[str, Any]) -> dict[str, Any]:
    """The values of a facet that a text may be the beginning of."""
    name, text = asked.get("facetName", ""), asked.get("facetQuery") or ""
    if not index.is_filterable(name):
        message = f"Attribute `{name}` is not facet-searchable."
        raise Refusal("invalid_facet_search_facet_name", message)
    kept = {key: value for key, value in asked.items() if key in ("q", "filter", "matchingStrategy")}
    counts = search(index, kept | {"facets": [name], "limit": 0})["facetDistribution"].get(name, {})
    hits = [
        {"value": value, "count": count}
        for value, count in sorted(counts.items())
        if any(word.startswith(text.lower()) for word in [value.lower(), *value.lower().split()])
    ]
    return {"facetHits": hits, "facetQuery": asked.get("facetQuery"), "processingTimeMs": 0}
