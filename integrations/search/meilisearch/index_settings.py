"""A shop's search settings as settings of the server's index, and back."""

from typing import Any

from commerce.rules.search_settings import ATTRIBUTES, SearchSettings
from integrations.search.meilisearch.words import asked, stem, stop_words
from integrations.search.text.analysis import query_words

MOST_HITS = 1_000_000
CODES, STEMS, WHOLE = "codes", "stems", "words"
# The server's names of languages (ISO 639-3).
_LOCALES = {
    "arabic": "ara", "danish": "dan", "dutch": "nld", "english": "eng", "finnish": "fin", "french": "fra",
    "german": "deu", "greek": "ell", "hungarian": "hun", "italian": "ita", "norwegian": "nob", "portuguese": "por",
    "romanian": "ron", "russian": "rus", "spanish": "spa", "swedish": "swe", "tamil": "tam", "turkish": "tur",
}  # fmt: skip
_LANGUAGES = {locale: name for name, locale in _LOCALES.items()}
_IN_ANY_ORDER = ("filterableAttributes", "sortableAttributes", "displayedAttributes", "stopWords")
# No separatorTokens: with a single one of them each search costs 1 to 2 ms more (measured on 1.50).
_STAYS_THE_SAME: dict[str, Any] = {
    # A second look at the best needs the stems; the texts show how an unknown word is spelled.
    "displayedAttributes": [*ATTRIBUTES, "facets", "id", STEMS],
    "filterableAttributes": ["available", "facets", "id", "price", "variant_names", "variant_values"],
    "sortableAttributes": ["created", "id", "price"],
    # "sort" first: a shopper who asks for a price order wants that. Words in important attributes before words near
    # each other: measured on judged queries. The newest first among equals.
    "rankingRules": [
        "sort",
        "words",
        "typo",
        "attributeRank",
        "proximity",
        "exactness",
        "wordPosition",
        "created:desc",
    ],
    "pagination": {"maxTotalHits": MOST_HITS},
    "faceting": {"maxValuesPerFacet": 1000, "sortFacetValuesBy": {"*": "count"}},
}


def stems_attribute(attribute: str) -> str:
    """Where the stems of an attribute are searched; codes have none."""
    return attribute if attribute == CODES else f"{STEMS}.{attribute}"


def wanted(settings: SearchSettings) -> dict[str, Any]:
    """Every setting of the index; codes are searched as they are, stems and codes forgive no typos."""
    stems = [stems_attribute(attribute) for attribute in settings.searched]
    own = [attribute for attribute in settings.searched if attribute != CODES]
    return _STAYS_THE_SAME | {
        "searchableAttributes": [*stems, WHOLE, *own],
        "stopWords": sorted(stop_words(settings.languages) | {word.lower() for word in settings.stop_words}),
        "synonyms": _synonyms(settings),
        "typoTolerance": {
            "enabled": settings.typos,
            "minWordSizeForTypos": {"oneTypo": 4, "twoTypos": 8},
            "disableOnAttributes": [*dict.fromkeys((CODES, *stems)), WHOLE],
            "disableOnNumbers": True,
        },
        "localizedAttributes": [
            {"attributePatterns": own, "locales": [_LOCALES[name] for name in settings.languages if name in _LOCALES]}
        ],
    }


def _synonyms(settings: SearchSettings) -> dict[str, list[str]]:
    """Synonyms as they are written, for browsers, and as stems, for our own queries."""
    found: dict[str, list[str]] = {}
    for phrase, others in settings.synonyms.items():
        for form in (_whole, _stemmed):
            key = form(phrase, settings)
            known = found.setdefault(key, []) if key else []
            known += [other for other in (form(each, settings) for each in others) if other not in (*known, "", key)]
    return {key: others for key, others in sorted(found.items()) if others}


def _whole(phrase: str, _: SearchSettings) -> str:
    return " ".join(query_words(phrase))


def _stemmed(phrase: str, settings: SearchSettings) -> str:
    return " ".join(stem(word, settings.languages) for word in asked(phrase, settings)[0])


def differing(settings: SearchSettings, found: dict[str, Any]) -> dict[str, Any]:
    """What has to be sent for an index with the settings `found`; each change makes the server index anew."""
    return {name: value for name, value in wanted(settings).items() if not _agrees(name, value, found.get(name))}


def _agrees(name: str, value: Any, found: Any) -> bool:
    if name == "synonyms":
        return bool(value == found)
    if isinstance(value, dict) and isinstance(found, dict):
        return all(_agrees(key, each, found.get(key)) for key, each in value.items())
    if name in (*_IN_ANY_ORDER, "disableOnAttributes", "attributePatterns") and isinstance(found, list):
        return sorted(map(str, found)) == sorted(value)
    if name == "localizedAttributes" and isinstance(found, list) and len(found) == len(value):
        return all(_agrees("localized", one, other) for one, other in zip(value, found, strict=True))
    return bool(value == found)


def languages_of(found: dict[str, Any]) -> tuple[str, ...] | None:
    """The languages of an index with these settings; None where its documents have no stems at all."""
    if WHOLE not in (found.get("searchableAttributes") or ()):
        return None
    rules = found.get("localizedAttributes") or [{}]
    return tuple(_LANGUAGES[locale] for locale in rules[0].get("locales", ()) if locale in _LANGUAGES)
