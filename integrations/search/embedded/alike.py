"""Products like one product: by the words of its title, what kind it is, and its vector where there is one."""

from typing import Any

import tantivy
from tantivy import DocAddress, Occur, Query

from integrations.search.embedded import vectors
from integrations.search.embedded.matching import filtered, term
from integrations.search.embedded.opened import Opened
from integrations.search.embedded.schema import VECTOR_FIELDS, clean, facet_field, facet_value
from integrations.search.text.analysis import query_words

# What says of which kind a product is, and what being of the same kind adds.
_KINDS = {"type": 6.0, "category": 3.0, "brand": 1.0}
_LOOKED_AT = 100
_MOST_WORDS = 24
_MEANING_WEIGHT = 0.5


def similar(opened: Opened, product_id: str, limit: int) -> list[str]:
    """Ids of the products most like this one; none where the index has it not."""
    searcher = opened.state.searcher
    itself = term("id", clean(product_id))
    found = searcher.search(itself, limit=1, count=False).hits
    if not found or limit < 1:
        return []
    address = found[0][1]
    wanted = [*_words(opened, searcher, address), *_kinds(searcher, itself)]
    if not wanted:
        return []
    query = filtered(Query.boolean_query(wanted), [], [itself])
    hits = searcher.search(query, limit=max(limit, _LOOKED_AT), count=False).hits
    if opened.form.vectors and opened.form.vectors == vectors.model_name():
        hits = _by_meaning(searcher, address, hits)
    return [str(searcher.doc(each).get_first("id")) for _, each in hits[:limit]]


def _words(opened: Opened, searcher: tantivy.Searcher, address: DocAddress) -> list[tuple[Occur, Query]]:
    language = opened.form.language
    title = bytes(searcher.doc(address).get_first("shown") or b"").decode()
    telling = [word for word in query_words(title) if word not in language.stop_words and len(word) > 1]
    stems = dict.fromkeys(language.stem(word) for word in telling[:_MOST_WORDS])
    return [(Occur.Should, term(field, stem)) for stem in stems for field in ("title", "all")]


def _kinds(searcher: tantivy.Searcher, itself: Query) -> list[tuple[Occur, Query]]:
    """Conditions on the kinds of the product itself, which are counted because they are not stored."""
    asked = {name: {"terms": {"field": facet_field(name), "size": 10}} for name in _KINDS}
    answer: dict[str, Any] = searcher.aggregate(itself, asked)
    return [
        (Occur.Should, Query.const_score_query(term(facet_field(name), facet_value(str(bucket["key"])[1:])), weight))
        for name, weight in _KINDS.items()
        for bucket in answer[name]["buckets"]
    ]


def _by_meaning(
    searcher: tantivy.Searcher, address: DocAddress, hits: list[tuple[float, DocAddress]]
) -> list[tuple[float, DocAddress]]:
    own = vectors.unpacked([searcher.fast_field_values(name, [address]) for name in VECTOR_FIELDS])[0]
    columns = [searcher.fast_field_values(name, [each for _, each in hits]) for name in VECTOR_FIELDS]
    best = hits[0][0] if hits else 1.0
    together = [
        ((1 - _MEANING_WEIGHT) * score / best + _MEANING_WEIGHT * alike, each)
        for (score, each), alike in zip(hits, vectors.likeness(own, columns), strict=True)
    ]
    return sorted(together, key=lambda pair: -pair[0])
