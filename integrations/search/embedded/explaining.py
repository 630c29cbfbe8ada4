"""Why a query finds a product where it does, in words for a merchant."""

from tantivy import Query

from integrations.search.embedded import matching, ranking, scoring
from integrations.search.embedded.matching import filtered, term
from integrations.search.embedded.meaning import COMPLETED, COMPOUND, CORRECTED, Group, Meaning, Reading
from integrations.search.embedded.narrowing import condition
from integrations.search.embedded.opened import Opened
from integrations.search.embedded.schema import clean
from integrations.search.embedded.scoring import Part
from integrations.search.embedded.searching import Search
from integrations.search_api import Explanation, Reason, SearchQuery

_LEAST = 0.005
_MOST_TOLD = 5
_BONUSES = {
    scoring.EVERY: "It has all the words",
    scoring.EVERY_TITLED: "Its title has all the words",
    scoring.PHRASE: "“{}” stand side by side in the title",
    scoring.HEAD: "“{}” is in the title: it says what is looked for",
    scoring.KIND: "“{}” is what its title calls the product",
    scoring.VARIANT: "One variant has both words of “{}”",
    scoring.CODE: "“{}” is its SKU or barcode",
    scoring.ALIKE: "Its title has “{}” in common with the best hits",
}


def explain(opened: Opened, query: SearchQuery, product_id: str) -> Explanation:
    """See SearchEngine.explain. The score is what the order of relevance is made of."""
    return _Explained(Search(opened, query), product_id).told()


class _Explained:
    def __init__(self, search: Search, product_id: str) -> None:
        self._search, self._searcher = search, search.searcher
        self._itself = term("id", clean(product_id))

    def told(self) -> Explanation:
        search = self._search
        if not self._has(Query.all_query()):
            return Explanation(
                read_as=(*read_as(search.understood.meaning), "The product is not in the index."),
                reasons=(), score=0.0, is_found=False,
            )  # fmt: skip
        is_found = self._has(search.narrowed)
        read = list(read_as(search.understood.meaning))
        if not is_found:
            found_but = self._has(search.understood.found)
            read.append("The filters leave the product out." if found_but else "It has too few of the words.")
        reasons = self._reasons() if is_found and search.understood.meaning.says_something else []
        reasons += self._boosted(sum(reason.score for reason in reasons)) if is_found else []
        ordered = tuple(sorted(reasons, key=lambda reason: -abs(reason.score)))
        return Explanation(
            read_as=tuple(read), reasons=ordered, score=sum(reason.score for reason in ordered), is_found=is_found
        )

    def _reasons(self) -> list[Reason]:
        reasons = [
            Reason(text=self._text(part), score=self._worth(part.query)) for part in self._search.understood.parts
        ]
        reasons = [reason for reason in reasons if reason.score >= _LEAST]
        if self._search.understood.vector is None:
            return reasons
        address = self._searcher.search(self._itself, limit=1, count=False).hits[0][1]
        factor = ranking.meant(self._searcher, [address], self._search.understood)[0]
        whole = sum(reason.score for reason in reasons)
        return [*reasons, Reason(text="What it means is like the query, or less so", score=whole * (factor - 1))]

    def _boosted(self, score: float) -> list[Reason]:
        found, factor = [], 1.0
        for boost in self._search.boosts.kept:
            if self._has(condition(boost.condition)):
                whom = f"{boost.condition.facet} {', '.join(boost.condition.values)}"
                worth = score * factor * (boost.weight - 1)
                found.append(Reason(text=f"A rule counts {whom} {boost.weight:g} times", score=worth))
                factor *= boost.weight
        return found

    def _text(self, part: Part) -> str:
        if part.group is None:
            return _BONUSES[part.kind].format(part.text)
        ways = [way for way in map(self._way, _readings(part.group)) if way]
        return "; ".join(dict.fromkeys(ways)) or f"“{part.text}”"

    def _way(self, way: tuple[str, Query, Query]) -> str:
        text, in_title, anywhere = way
        if self._has(in_title):
            return f"{text} in the title"
        return f"{text} in its other texts" if self._has(anywhere) else ""

    def _has(self, query: Query) -> bool:
        return bool(self._searcher.search(filtered(query, [self._itself]), limit=1, count=False).hits)

    def _worth(self, query: Query) -> float:
        hits = self._searcher.search(filtered(query, [self._itself]), limit=1, count=False).hits
        return float(hits[0][0]) if hits else 0.0


def read_as(meaning: Meaning) -> tuple[str, ...]:
    """How the query was understood."""
    told = [f"“{word}” is left out: it says nothing by itself." for word in meaning.left_out]
    told += [f"“{code}” is a SKU or barcode." for code in meaning.codes]
    for group in meaning.groups:
        if not group.known:
            told.append(f"“{group.text}” is in no product.")
        for word in group.words:
            for how, verb in ((COMPLETED, "the beginning of"), (CORRECTED, "a misspelling of")):
                others = [reading.word for reading in word.readings if reading.how == how]
                if others:
                    told.append(f"“{word.text}” is taken for {verb} {_either(others[:_MOST_TOLD])}.")
        for other in group.instead:
            kind = "written as" if other.how == COMPOUND else "a synonym of"
            told.append(f"“{group.text}” is also {kind} “{other.text}”.")
    return tuple(told)


def _readings(group: Group) -> list[tuple[str, Query, Query]]:
    """What may have matched: in words, in the title, anywhere."""
    ways = [
        (_told(word.text, reading), term("title", reading.stem), term("all", reading.stem))
        for word in group.words
        for reading in word.readings
    ]
    for other in group.instead:
        kind = "written as" if other.how == COMPOUND else "by its synonym"
        text = f"“{group.text}”, {kind} “{other.text}”,"
        ways.append((text, matching.instead(other, "title"), matching.instead(other, "all")))
    return ways


def _told(asked: str, reading: Reading) -> str:
    if reading.how == COMPLETED:
        return f"“{asked}”, completed to “{reading.word}”,"
    return f"“{asked}”, corrected to “{reading.word}”," if reading.how == CORRECTED else f"“{asked}”"


def _either(words: list[str]) -> str:
    return " or ".join(f"“{word}”" for word in words)
