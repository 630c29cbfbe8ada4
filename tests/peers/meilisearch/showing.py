"""A hit as it is shown: the attributes asked for, words marked, long texts cropped, its score."""

from typing import Any

from tests.peers.meilisearch.ordering import Rank
from tests.peers.meilisearch.state import Index
from tests.peers.meilisearch.words import spans


def hit(index: Index, document: dict[str, Any], asked: dict[str, Any], rank: Rank) -> dict[str, Any]:
    """One hit of an answer."""
    displayed = index.settings["displayedAttributes"]
    seen = _picked(document, displayed)
    shown = _picked(seen, asked.get("attributesToRetrieve") or ["*"])
    answer = dict(shown)
    marked, cropped = asked.get("attributesToHighlight"), asked.get("attributesToCrop")
    if marked or cropped:
        lengths = _lengths(cropped or [], asked.get("cropLength", 10))
        names = [*(marked or []), *lengths]
        every = shown | {name: value for name, value in seen.items() if "*" in names or name in names}
        answer["_formatted"] = {
            name: _formatted(
                value,
                rank,
                tags=(asked.get("highlightPreTag", "<em>"), asked.get("highlightPostTag", "</em>")),
                is_marked="*" in (marked or []) or name in (marked or []),
                length=lengths.get(name),
            )
            for name, value in every.items()
        }
    if asked.get("showRankingScore"):
        answer["_rankingScore"] = rank.score
    if asked.get("showRankingScoreDetails"):
        answer["_rankingScoreDetails"] = rank.details() if rank.terms else {}
    return answer


def _picked(document: dict[str, Any], names: list[str]) -> dict[str, Any]:
    if "*" in names:
        return dict(document)
    picked: dict[str, Any] = {}
    for name, value in document.items():
        inner = [each.removeprefix(f"{name}.") for each in names if each.startswith(f"{name}.")]
        if name in names:
            picked[name] = value
        elif inner and isinstance(value, dict) and (part := _picked(value, inner)):
            picked[name] = part
    return picked


def _lengths(names: list[str], usual: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in names:
        name, _, length = each.partition(":")
        found[name] = int(length) if length else usual
    return found


def _formatted(value: Any, rank: Rank, *, tags: tuple[str, str], is_marked: bool, length: int | None) -> Any:
    """Every scalar becomes text; within lists and objects too."""
    if isinstance(value, dict):
        return {
            name: _formatted(inner, rank, tags=tags, is_marked=is_marked, length=length)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_formatted(inner, rank, tags=tags, is_marked=is_marked, length=length) for inner in value]
    if isinstance(value, bool) or value is None:
        return value
    text = str(value)
    if length is not None:
        text = _cropped(text, rank, length)
    return _marked(text, rank, tags) if is_marked else text


def _is_met(word: str, rank: Rank) -> bool:
    return word in rank.marks


def _cropped(text: str, rank: Rank, length: int) -> str:
    found = list(spans(text))
    if len(found) <= length:
        return text
    met = next((at for at, (_, _, word) in enumerate(found) if _is_met(word, rank)), 0)
    first = max(0, min(met - length // 2, len(found) - length))
    last = found[first + length - 1]
    before = "…" if first else ""
    after = "…" if first + length < len(found) else ""
    return before + text[found[first][0] if first else 0 : last[1]] + after


def _marked(text: str, rank: Rank, tags: tuple[str, str]) -> str:
    pieces: list[str] = []
    shown = 0
    for start, end, word in spans(text):
        if _is_met(word, rank):
            begun = [len(begin) for begin in rank.begins if word.startswith(begin) and word != begin]
            end = start + max(begun) if begun else end  # noqa: PLW2901 - only the beginning is marked
            pieces += [text[shown:start], tags[0], text[start:end], tags[1]]
            shown = end
    return "".join([*pieces, text[shown:]])
