"""What a word that no product has may have meant: the server finds products in spite of typos and marks where."""

import math
import re
from collections import Counter
from typing import Any

from rapidfuzz.distance import OSA

from commerce.rules.search_settings import SearchSettings
from integrations.search.meilisearch.index_settings import CODES
from integrations.search.meilisearch.meaning import Ask
from integrations.search.meilisearch.words import places

SHORTEST = 4
_TWO_EDITS_FROM = 8
_LOOKED_AT = 50
# Characters for private use, so that no text has them.
BEFORE, AFTER = "\ue000", "\ue001"
_MARKED = re.compile(rf"{BEFORE}[^{BEFORE}{AFTER}]*{AFTER}\w*")
_APART = re.compile(rf"{BEFORE}([^{BEFORE}{AFTER}]*){AFTER}[\s-]{BEFORE}([^{BEFORE}{AFTER}]*){AFTER}")


def corrections(words: list[str], settings: SearchSettings, ask: Ask, *, last: str) -> dict[str, tuple[str, int]]:
    """The likeliest word for each, or two that it is made of, and in how many products that is; none for some.

    `last`: a word that may be the beginning of one; then it is read as the whole word.
    """
    likely = [word for word in dict.fromkeys(words) if len(word) >= SHORTEST and word.isalpha()]
    asked = [_query(f"{word} ", settings) for word in likely]
    asked += [_query(last, settings)] if last in likely else []
    answers = ask(asked) if asked else []
    found: dict[str, tuple[str, int]] = {}
    for position, (word, answer) in enumerate(zip([*likely, last], answers, strict=False)):
        if word not in found:
            meant = _likeliest(word, answer["hits"], is_beginning=position == len(likely))
            found |= {word: (meant, int(answer["estimatedTotalHits"]))} if meant else {}
    return found


def _query(text: str, settings: SearchSettings) -> dict[str, Any]:
    own = [attribute for attribute in settings.searched if attribute != CODES]
    return {
        "q": text,
        "attributesToSearchOn": own,
        "matchingStrategy": "all",
        "limit": _LOOKED_AT,
        "attributesToRetrieve": ["id"],
        "attributesToHighlight": own,
        "attributesToCrop": ["attributes:5", "description:5"],
        "highlightPreTag": BEFORE,
        "highlightPostTag": AFTER,
    }


def marked_texts(hit: dict[str, Any]) -> list[str]:
    """The texts of a hit in which words may be marked."""
    found: list[str] = []
    for value in hit.get("_formatted", {}).values():
        found += [value] if isinstance(value, str) else [each for each in _listed(value) if isinstance(each, str)]
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _likeliest(word: str, hits: list[dict[str, Any]], *, is_beginning: bool) -> str:
    counts: Counter[str] = Counter()
    for hit in hits:
        texts = marked_texts(hit)
        for text in texts:
            for match in _APART.finditer(text):
                parts = [folded for part in match.groups() for _, _, folded in places(part)]
                if "".join(parts) == word:
                    return " ".join(parts)
        marked = (match.group().strip(BEFORE).replace(AFTER, "") for text in texts for match in _MARKED.finditer(text))
        counts.update({folded for piece in marked for _, _, folded in places(piece)})
    furthest = 1 if len(word) < _TWO_EDITS_FROM else 2
    costs = sorted(
        (edits + (0 if other[0] == word[0] else 0.6) - 0.35 * math.log10(1 + count), other)
        for other, count in counts.items()
        if (edits := _edits(word, other, is_beginning=is_beginning)) <= furthest
    )
    return costs[0][1] if costs else ""


def _edits(word: str, other: str, *, is_beginning: bool) -> int:
    whole = OSA.distance(word, other)
    if not is_beginning:
        return int(whole)
    begun = (OSA.distance(word, other[:end]) for end in range(len(word) - 1, len(word) + 2))
    return int(min(whole, *begun))
