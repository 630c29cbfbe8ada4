"""From the meaning of a query to tantivy queries: which documents match."""

import tantivy
from tantivy import Occur, Query

from integrations.search.embedded.meaning import COMPOUND, Group, Instead, Meaning, Word
from integrations.search.embedded.schema import SCHEMA


def term(field: str, text: str) -> Query:
    """Documents with exactly this term."""
    return Query.term_query(SCHEMA, field, text)


def any_of(queries: list[Query]) -> Query:
    """Documents that match at least one."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def all_of(queries: list[Query]) -> Query:
    """Documents that match every one."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])


def phrase(field: str, stems: tuple[str, ...], slop: int = 0) -> Query:
    """Documents with these stems side by side."""
    return term(field, stems[0]) if len(stems) == 1 else Query.phrase_query(SCHEMA, field, list(stems), slop=slop)


def instead(other: Instead, field: str) -> Query:
    """Documents with what stands instead of words: a compound's parts side by side, a synonym's words anywhere."""
    if other.how == COMPOUND:
        return phrase(field, other.stems)
    return all_of([term(field, stem) for stem in other.stems])


def word(asked: Word, field: str) -> Query:
    """Documents with any reading of a word."""
    if len(asked.readings) == 1:
        return term(field, asked.readings[0].stem)
    return Query.term_set_query(SCHEMA, field, [reading.stem for reading in asked.readings])


def matches(group: Group, field: str = "all") -> Query:
    """Documents that have the group's words, or what may stand instead, in that field."""
    return any_of(
        [all_of([word(each, field) for each in group.words]), *(instead(other, field) for other in group.instead)]
    )


def with_words(meaning: Meaning, least: int) -> Query:
    """Documents that match at least so many of the groups that can match at all, or one of the codes."""
    groups = [matches(group) for group in meaning.groups if group.known]
    options = [term("code", text) for text in meaning.codes]
    if groups and least >= len(groups):
        options.append(all_of(groups))
    elif groups:
        many = [(Occur.Should, group) for group in groups]
        options.append(Query.boolean_query(many, minimum_number_should_match=least))
    return any_of(options) if options else Query.empty_query()


def filtered(query: Query, conditions: list[Query], without: list[Query] | None = None) -> Query:
    """The documents of `query` that meet all conditions and nothing of `without`; their scores stay."""
    if not conditions and not without:
        return query
    must = [(Occur.Must, Query.const_score_query(each, 0.0)) for each in conditions]
    return Query.boolean_query([(Occur.Must, query), *must, *((Occur.MustNot, each) for each in without or ())])


def count(searcher: tantivy.Searcher, query: Query) -> int:
    """How many documents match."""
    return total(searcher.search(Query.const_score_query(query, 0.0), limit=1))


def total(found: tantivy.SearchResult) -> int:
    """How many documents matched, of which these are the first. The wheel's type stub lacks it."""
    return int(getattr(found, "count", 0) or 0)
