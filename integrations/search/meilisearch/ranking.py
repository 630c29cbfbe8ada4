"""A second look at the best: the server ranks by where words are, not by how much they tell.

What the best hundred hold is scored once more, by the rarity of the words and how often they are there, with bonuses
for a title with all of them, near each other, and with the last one, which is what English queries are about. On
judged queries that is worth more than every setting of the server together.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from integrations.search.meilisearch.meaning import Instead, Meaning, Word
from integrations.search.meilisearch.shape import key_of
from integrations.search.meilisearch.words import folded
from integrations.search_api import ID, Boost, Condition

LOOKED_AT = 100
TITLE_WEIGHT, TEXT_WEIGHT = 2.0, 2.0
EVERY_WORD_BONUS, PHRASE_BONUS, HEAD_BONUS, CODE_BONUS = 15.0, 1.0, 2.0, 500.0
_FEEDBACK_WEIGHT, _BEST, _SHORTEST_STEM = 0.1, 10, 3
_SATURATION, _LENGTH = 1.2, 0.75  # BM25's k1 and b

_MOST_COMMON = 12

Hits = Sequence[dict[str, Any]]
# Gives in how many titles of the whole index each of these stems is.
InTitles = Callable[[Sequence[str]], dict[str, int]]


@dataclass(slots=True)
class Part:
    """One part of a score: for which word, and where it is; or which bonus."""

    kind: str
    text: str
    score: float


@dataclass(slots=True)
class Scored:
    """A hit and what it scores."""

    hit: dict[str, Any]
    parts: list[Part] = field(default_factory=list)
    factor: float = 1.0

    @property
    def score(self) -> float:
        """The sum of the parts, times what the boosts make of it."""
        return sum(part.score for part in self.parts) * self.factor


@dataclass(slots=True)
class _Read:
    """A hit's words: stems of its title and of everything, with how often each is there."""

    title: list[str]
    whole: list[str]
    counts: Counter[str]
    in_title: Counter[str]


def looked_at_again(hits: Hits, meaning: Meaning, boosts: Sequence[Boost], in_titles: InTitles) -> list[Scored]:
    """Hits in the order of their scores; equal ones stay as they were."""
    read = [_read(hit) for hit in hits]
    scored = [Scored(hit) for hit in hits]
    if meaning.known or meaning.codes:
        lengths = sum(len(each.title) for each in read), sum(each.counts.total() for each in read)
        means = [max(length, 1) / max(len(read), 1) for length in lengths]
        for each, words in zip(scored, read, strict=True):
            each.parts = _parts(each.hit, words, meaning, means[0], means[1])
        _add_what_the_best_have_in_common(scored, read, meaning, in_titles)
    else:
        for each in scored:
            each.parts = [Part("all", "", 1.0)]
    for each in scored:
        each.factor = math.prod(boost.weight for boost in boosts if is_met(boost.condition, each.hit))
    return sorted(scored, key=lambda each: -each.score)


def is_met(condition: Condition, hit: dict[str, Any]) -> bool:
    """Whether a hit meets the condition of a boost; values in any case, as the server compares them."""
    if condition.facet == ID:
        return hit["id"] in {key_of(id_) for id_ in condition.values}
    values = {value.casefold() for value in hit.get("facets", {}).get(condition.facet, ())}
    return any(value.casefold() in values for value in condition.values)


def _read(hit: dict[str, Any]) -> _Read:
    stems = hit.get("stems", {})
    everything = [text for value in stems.values() for text in ([value] if isinstance(value, str) else value)]
    title = stems.get("title", "").split()
    return _Read(title, folded(hit.get("title", "")).split(), Counter(" ".join(everything).split()), Counter(title))


def _parts(hit: dict[str, Any], read: _Read, meaning: Meaning, title_mean: float, mean: float) -> list[Part]:
    parts: list[Part] = []
    lengths = len(read.title) / title_mean, read.counts.total() / mean
    has_all = True
    for word in meaning.known:
        weight = meaning.weight(word)
        in_title = _saturated(_times(word, read.in_title, read.whole), lengths[0])
        in_text = _saturated(_times(word, read.counts, read.whole), lengths[1])
        has_all = has_all and in_text > 0
        parts.append(Part("title", word.read, TITLE_WEIGHT * weight * in_title))
        parts.append(Part("text", word.read, TEXT_WEIGHT * weight * in_text))
    if has_all and len(meaning.known) > 1:
        parts.append(Part("every word", "", EVERY_WORD_BONUS))
    for one, other in pairwise(meaning.known):
        if _is_near(one.stem, other.stem, read.title):
            score = PHRASE_BONUS * (meaning.weight(one) + meaning.weight(other))
            parts.append(Part("near", f"{one.read} {other.read}", score))
    if meaning.known and _times(meaning.known[-1], read.in_title, read.whole):
        parts.append(Part("head", meaning.known[-1].read, HEAD_BONUS))
    parts += [Part("code", code, CODE_BONUS) for code in set(_codes(hit)) & set(meaning.codes)]
    return [part for part in parts if part.score]


def _codes(hit: dict[str, Any]) -> Iterable[str]:
    return (folded(code).replace(" ", "") for code in hit.get("codes", ()))


def _times(word: Word, counts: Counter[str], whole: list[str]) -> float:
    """How often a word is there; what stands for it counts a little less."""
    return max([float(counts[word.stem]), *(_times_instead(each, counts, whole) for each in word.instead)])


def _times_instead(instead: Instead, counts: Counter[str], whole: list[str]) -> float:
    if not instead.is_beginning:
        return instead.weight * min(counts[stem] for stem in instead.stems) if instead.stems else 0.0
    begun = sum(word.startswith(instead.text) for word in whole)
    begun = begun or sum(count for stem, count in counts.items() if stem.startswith(instead.text))
    return instead.weight * begun


def _saturated(times: float, length: float) -> float:
    return times * (_SATURATION + 1) / (times + _SATURATION * (1 - _LENGTH + _LENGTH * length)) if times else 0.0


def _is_near(one: str, other: str, title: list[str]) -> bool:
    return any(stem == one and other in title[at + 1 : at + 3] for at, stem in enumerate(title))


def _add_what_the_best_have_in_common(
    scored: list[Scored], read: list[_Read], meaning: Meaning, in_titles: InTitles
) -> None:
    """Who shares what the titles of the best have in common, and other titles have not, moves up.

    So among what matches "notebook", computers come before a cooler for notebooks once most of the best are computers.
    """
    best = sorted(range(len(scored)), key=lambda at: -scored[at].score)[:_BEST]
    titles = [set(each.title) for each in read]
    asked = {word.stem for word in meaning.known} | {s for word in meaning.known for i in word.instead for s in i.stems}
    counts = Counter(stem for at in best for stem in titles[at] if stem not in asked)
    likely = [(-count, stem) for stem, count in counts.items() if count > 1 and len(stem) >= _SHORTEST_STEM]
    common = [stem for _, stem in sorted(likely) if stem.isalpha()][:_MOST_COMMON]
    everywhere = in_titles(common)
    weights: dict[str, float] = {}
    for stem in common:
        share, usual = counts[stem] / len(best), (everywhere[stem] + 1) / (meaning.products + 1)
        weights |= {stem: share * math.log(share / usual)} if share > usual else {}
    if not weights:
        return
    whole = _FEEDBACK_WEIGHT * scored[best[0]].score / sum(weights.values())
    for each, title in zip(scored, titles, strict=True):
        shared = sum(weights[stem] for stem in sorted(title & weights.keys()))
        each.parts += [Part("common", "", whole * shared)] if shared else []
