"""From the meaning of a query to tantivy queries: which documents match, and how they are scored."""

from itertools import pairwise

import tantivy
from tantivy import Occur, Query

from integrations.search.embedded.meaning import Group, Meaning, Word
from integrations.search.embedded.schema import SCHEMA

# All text in one field and the title once more: that beat weights per field on two judged catalogues.
ALL_WEIGHT, TITLE_WEIGHT = 2.0, 2.0
EVERY_WORD_BONUS = 15.0
PHRASE_BONUS = 2.0
HEAD_BONUS = 2.0
CODE_BONUS = 500.0
_OTHER_READINGS = 0.1  # share of the lesser alternatives in a score


def term(field: str, text: str) -> Query:
    """Documents with exactly this term."""
    return Query.term_query(SCHEMA, field, text)


def any_of(queries: list[Query]) -> Query:
    """Documents that match at least one."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def all_of(queries: list[Query]) -> Query:
    """Documents that match every one."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])


def _phrase(field: str, stems: tuple[str, ...], slop: int = 0) -> Query:
    return term(field, stems[0]) if len(stems) == 1 else Query.phrase_query(SCHEMA, field, list(stems), slop=slop)


def _best_of(queries: list[Query], share: float = _OTHER_READINGS) -> Query:
    return queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries, share)


def matches(group: Group, field: str = "all") -> Query:
    """Documents that have the group's words or its compound in that field."""
    options = [all_of([any_of([term(field, stem) for stem, _ in word.stems]) for word in group.words])]
    if group.compound:
        options.append(_phrase(field, group.compound))
    return any_of(options)


def with_words(meaning: Meaning, least: int) -> Query:
    """Documents that match at least so many of the groups that can match at all, or one of the codes."""
    groups = [matches(group) for group in meaning.groups if group.known]
    options = [term("code", text) for text in meaning.codes]
    if groups:
        many = [(Occur.Should, group) for group in groups]
        options.append(Query.boolean_query(many, minimum_number_should_match=min(least, len(groups))))
    return any_of(options) if options else Query.empty_query()


def _word_score(word: Word) -> Query:
    readings = []
    for stem, weight in word.stems:
        fields = [
            Query.boost_query(term("all", stem), ALL_WEIGHT * weight),
            Query.boost_query(term("title", stem), TITLE_WEIGHT * weight),
        ]
        readings.append(Query.disjunction_max_query(fields, 1.0))
    return _best_of(readings)


def _group_score(group: Group) -> Query:
    options = [any_of([_word_score(word) for word in group.words])]
    if group.compound:
        scored = [
            Query.boost_query(_phrase("all", group.compound), ALL_WEIGHT),
            Query.boost_query(_phrase("title", group.compound), TITLE_WEIGHT),
        ]
        options.append(Query.disjunction_max_query(scored, 1.0))
    return _best_of(options)


def score(meaning: Meaning) -> Query:
    """How well documents match: words, then bonuses for all words, neighbours in the title and the head noun there."""
    parts = [_group_score(group) for group in meaning.groups]
    known = [matches(group) for group in meaning.groups if group.known]
    if len(known) > 1:
        parts.append(Query.const_score_query(all_of(known), EVERY_WORD_BONUS))
    likeliest = [word.stems[0][0] for group in meaning.groups for word in group.words]
    neighbours = pairwise(likeliest)
    parts += [Query.boost_query(_phrase("title", pair, slop=1), PHRASE_BONUS) for pair in neighbours]
    if likeliest:
        parts.append(Query.const_score_query(term("title", likeliest[-1]), HEAD_BONUS))
    parts += [Query.const_score_query(term("code", text), CODE_BONUS) for text in meaning.codes]
    return any_of(parts) if parts else Query.all_query()


def scored(matching: Query, meaning: Meaning) -> Query:
    """The documents of `matching`, with their scores."""
    return Query.boolean_query([(Occur.Must, Query.const_score_query(matching, 0.0)), (Occur.Should, score(meaning))])


def filtered(query: Query, conditions: list[Query]) -> Query:
    """The documents of `query` that meet all conditions, which do not change their scores."""
    if not conditions:
        return query
    return Query.boolean_query(
        [(Occur.Must, query), *((Occur.Must, Query.const_score_query(each, 0.0)) for each in conditions)]
    )


def count(searcher: tantivy.Searcher, query: Query) -> int:
    """How many documents match."""
    return total(searcher.search(query, limit=1))


def total(found: tantivy.SearchResult) -> int:
    """How many documents matched, of which these are the first. The wheel's type stub lacks it."""
    return int(getattr(found, "count", 0) or 0)
