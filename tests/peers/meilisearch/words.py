"""Words of texts, and what a word of a query may stand for in an index."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from rapidfuzz.distance import OSA

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
FAR = 8  # attributes' parts, as lists have them, are this far apart


def fold(text: str) -> str:
    """Lower case without accents."""
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text.lower())))


def spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Where words are: start, end, folded word."""
    for match in _WORD.finditer(text):
        yield match.start(), match.end(), fold(match.group())


def words(text: str) -> list[str]:
    """The words of a text, in order."""
    return [word for _, _, word in spans(text)]


def texts_of(value: Any) -> list[str]:
    """The texts of a value, those within lists and objects too."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_of(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts_of(inner)]
    if value is None or isinstance(value, bool):
        return [] if value is None else [str(value).lower()]
    return [str(value)]


def positions(texts: list[str]) -> dict[str, list[int]]:
    """Where each word stands in an attribute."""
    found: dict[str, list[int]] = {}
    at = 0
    for text in texts:
        for word in words(text):
            found.setdefault(word, []).append(at)
            at += 1
        at += FAR
    return found


def edits(one: str, other: str, *, furthest: int) -> int:
    """How many letters differ; another first letter counts twice. Beyond `furthest` it is just more."""
    if abs(len(one) - len(other)) > furthest:
        return furthest + 1
    found = OSA.distance(one, other, score_cutoff=furthest)
    return int(found + (one[:1] != other[:1])) if found else 0


def beginning_edits(one: str, other: str, *, furthest: int) -> int:
    """The same for a word of which one may be the beginning."""
    ends = range(max(len(one) - furthest, 1), len(one) + furthest + 1)
    return min((edits(one, other[:end], furthest=furthest) for end in ends), default=furthest + 1)
