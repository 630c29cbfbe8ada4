"""How well documents match: a sum of parts, each of which can be told to a merchant."""

from collections.abc import Iterable, Mapping
from itertools import combinations, pairwise
from typing import NamedTuple

from tantivy import Occur, Query

from integrations.search.embedded import variants
from integrations.search.embedded.matching import any_of, instead, matches, phrase, term
from integrations.search.embedded.meaning import Group, Meaning, Word

# All text in one field and the title once more: that beat weights per field on two judged catalogues.
ALL_WEIGHT, TITLE_WEIGHT = 2.0, 2.0
EVERY_WORD_BONUS = 15.0
TITLED_BONUS = 6.0
PHRASE_BONUS = 2.0
HEAD_BONUS = 2.0
KIND_BONUS = 3.0
VARIANT_BONUS = 4.0
CODE_BONUS = 500.0
SYNONYM_WEIGHT = 0.9
_OTHER_READINGS = 0.1  # share of the lesser alternatives in a score
_MOST_PAIRED = 6

GROUP, EVERY, EVERY_TITLED, PHRASE = "group", "every", "titled", "phrase"
HEAD, KIND, VARIANT, CODE, ALIKE = "head", "kind", "variant", "code", "alike"


class Part(NamedTuple):
    """A part of the score: what it is for, the words that it is about, and who gets how much."""

    kind: str
    text: str
    query: Query
    group: Group | None = None


def parts(meaning: Meaning) -> list[Part]:
    """Words, then bonuses: for all words, for neighbours in the title, the noun there, a code."""
    found = [Part(GROUP, group.text, _group_score(group), group) for group in meaning.groups]
    known = [matches(group) for group in meaning.groups if group.known]
    if len(known) > 1:
        every = Query.boolean_query([(Occur.Must, each) for each in known])
        found.append(Part(EVERY, "", Query.const_score_query(every, EVERY_WORD_BONUS)))
        titled = Query.boolean_query([(Occur.Must, matches(group, "title")) for group in meaning.groups if group.known])
        found.append(Part(EVERY_TITLED, "", Query.const_score_query(titled, TITLED_BONUS)))
    words = [word for group in meaning.groups for word in group.words]
    for one, other in pairwise(words):
        stems = one.readings[0].stem, other.readings[0].stem
        query = Query.boost_query(phrase("title", stems, slop=1), PHRASE_BONUS)
        found.append(Part(PHRASE, f"{one.text} {other.text}", query))
    if meaning.noun:
        found.append(Part(HEAD, meaning.noun.text, _having(meaning.noun, "title", HEAD_BONUS)))
    codes = [Part(CODE, text, Query.const_score_query(term("code", text), CODE_BONUS)) for text in meaning.codes]
    return found + codes


def of_kind(meaning: Meaning) -> list[Part]:
    """The bonus for what the title itself calls so: a camera comes before a bag for cameras.

    It counts after the best were looked at for what they have in common: otherwise both would favour the same few.
    """
    if not meaning.noun:
        return []
    return [Part(KIND, meaning.noun.text, _having(meaning.noun, "kind", KIND_BONUS))]


def of_variants(meaning: Meaning) -> list[Part]:
    """Bonuses for products of which one variant has two of the words: "red" and "m"."""
    words = list(dict.fromkeys(word.text for group in meaning.groups for word in group.words))[:_MOST_PAIRED]
    return [
        Part(
            VARIANT,
            f"{one} {other}",
            Query.const_score_query(term("variants", variants.words_term(one, other)), VARIANT_BONUS),
        )
        for one, other in combinations(words, 2)
    ]


def in_common(weights: Mapping[str, float]) -> list[Part]:
    """What titles get for stems that the best have in common."""
    return [
        Part(ALIKE, stem, Query.const_score_query(term("title", stem), weight))
        for stem, weight in weights.items()
        if weight > 0
    ]


def scored(matching: Query, counted: Iterable[Part]) -> Query:
    """The documents of `matching`, with the sum of the parts as their scores."""
    without_score = Query.const_score_query(matching, 0.0)
    return Query.boolean_query([(Occur.Must, without_score), *((Occur.Should, part.query) for part in counted)])


def _best_of(queries: list[Query], share: float = _OTHER_READINGS) -> Query:
    return queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries, share)


def _having(word: Word, field: str, bonus: float) -> Query:
    """The bonus for any reading of a word in a field, less for a less likely one."""
    readings = [Query.const_score_query(term(field, reading.stem), bonus * reading.weight) for reading in word.readings]
    return _best_of(readings, 0.0)


def _in_both(stem: str, weight: float) -> Query:
    fields = [
        (Occur.Should, Query.boost_query(term("all", stem), ALL_WEIGHT * weight)),
        (Occur.Should, Query.boost_query(term("title", stem), TITLE_WEIGHT * weight)),
    ]
    return Query.boolean_query(fields)


def _word_score(word: Word) -> Query:
    return _best_of([_in_both(reading.stem, reading.weight) for reading in word.readings])


def _group_score(group: Group) -> Query:
    options = [any_of([_word_score(word) for word in group.words])]
    for other in group.instead:
        weight = SYNONYM_WEIGHT if other.how else 1.0
        scored_in = [
            (Occur.Should, Query.boost_query(instead(other, "all"), ALL_WEIGHT * weight)),
            (Occur.Should, Query.boost_query(instead(other, "title"), TITLE_WEIGHT * weight)),
        ]
        options.append(Query.boolean_query(scored_in))
    return _best_of(options)
