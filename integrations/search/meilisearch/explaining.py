"""Why a product stands where it stands, in words a merchant understands."""

from typing import Any

from integrations.search.meilisearch import asking
from integrations.search.meilisearch.frequencies import Frequencies
from integrations.search.meilisearch.meaning import CORRECTED, Ask, Meaning, Word
from integrations.search.meilisearch.narrowing import quoted
from integrations.search.meilisearch.ranking import Part, Scored, looked_at_again
from integrations.search.meilisearch.reading import read
from integrations.search.meilisearch.searching import pool, which
from integrations.search.meilisearch.shape import key_of
from integrations.search_api import Explanation, Reason, SearchQuery

_PARTS = {
    "all": "every product counts the same without words",
    "title": "“{}” in the title",
    "text": "“{}” in its texts, the title among them",
    "every word": "all the words are there",
    "near": "“{}” next to each other in the title",
    "head": "the last word, “{}”, in the title",
    "code": "“{}” is its SKU or barcode",
    "common": "its title has words in common with those of the best",
}


def explain(query: SearchQuery, product_id: str, ask: Ask, frequencies: Frequencies) -> Explanation:
    """Read the query as a search does, and look at the one product."""
    meaning = read(query.text, query.settings, ask, is_prefix=query.is_prefix)
    words, answers, is_partial = which(meaning, query, ask, is_by_score=True)
    read_as = _read_as(meaning, is_partial=is_partial)
    if not int(answers[0]["totalHits"]):
        return Explanation(read_as=read_as, reasons=(), score=0.0, is_found=False)
    one = asking.best(words, query)
    one["filter"] = [*one["filter"], f"id = {quoted(key_of(product_id))}"]
    hits = ask([one | {"limit": 1, "showRankingScoreDetails": True}])[0]["hits"]
    if not hits:
        return Explanation(read_as=read_as, reasons=(), score=0.0, is_found=False)
    best = [] if query.sort in asking.ORDERS else pool(meaning, words, query, ask, answers[-1]["hits"], frequencies)
    scored = next((each for each in best if each.hit["id"] == hits[0]["id"]), None)
    if scored is None:
        scored = looked_at_again(hits, meaning, query.boosts, lambda stems: dict.fromkeys(stems, 0))[0]
        read_as += ("it is not among the best hundred, which are looked at more closely",) if best else ()
    else:
        read_as += (f"it is number {best.index(scored) + 1} of all that is found",)
    reasons = _reasons(scored)
    told = tuple(Reason(text=text, score=0.0) for text in _told(hits[0].get("_rankingScoreDetails") or {}))
    return Explanation(
        read_as=read_as, reasons=(*reasons, *told), score=sum(reason.score for reason in reasons), is_found=True
    )


def _reasons(scored: Scored) -> tuple[Reason, ...]:
    reasons = [Reason(text=_text(part), score=part.score) for part in scored.parts]
    if scored.factor != 1:
        plain = sum(part.score for part in scored.parts)
        how = "boosted" if scored.factor > 1 else "buried"
        reasons.append(Reason(text=f"{how} by a rule: times {scored.factor:g}", score=plain * (scored.factor - 1)))
    return tuple(sorted(reasons, key=lambda reason: -abs(reason.score)))


def _text(part: Part) -> str:
    return _PARTS[part.kind].format(part.text)


def _read_as(meaning: Meaning, *, is_partial: bool) -> tuple[str, ...]:
    told = [_reading(word) for word in meaning.known]
    told += [f"“{word}”: left out, it says nothing" for word in meaning.left_out]
    told += [f"“{word}”: no product has it" for word in meaning.unknown]
    told += [f"“{code}”: a SKU or barcode" for code in meaning.codes]
    told += [f"“{meaning.prefix}” may be the beginning of a word"] if meaning.prefix else []
    told += ["no product has all of the words: those with some of them count too"] if is_partial else []
    return tuple(told) or ("no words: everything is found, the newest first",)


def _reading(word: Word) -> str:
    text = f"“{word.text}”"
    if word.how == CORRECTED:
        text += f" read as “{word.read}”"
    elif word.stem != word.text:
        text += f" with all its endings (“{word.stem}…”)"
    others = dict.fromkeys(other.text for other in word.instead if not other.is_beginning)
    return text + "".join(f", or “{other}”" for other in others)


def _told(details: dict[str, Any]) -> list[str]:
    """The server's own account of its first order."""
    told: list[str] = []
    words, typo, exact = details.get("words"), details.get("typo"), details.get("exactness")
    if words:
        told.append(f"the server found {words['matchingWords']} of {words['maxMatchingWords']} words")
    if typo and typo["typoCount"]:
        told.append(f"of them {typo['typoCount']} in another spelling")
    if "attributeRank" in details:
        share = details["attributeRank"].get("score", 0)
        told.append("in an important attribute" if share > 0.5 else "in an attribute of lesser importance")
    if "proximity" in details and details["proximity"].get("score", 0) == 1:
        told.append("the words stand next to each other")
    if exact and exact.get("matchType") == "exactMatch":
        told.append("an attribute is exactly the query")
    return told
