"""What a merchant chooses of the search, in writing: JSON of the tables and the API, with an error for each field."""

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from commerce.rules.documents import facet_name
from commerce.rules.search_settings import ATTRIBUTES, LANGUAGES, SORTS, USUAL, SearchSettings

MOST_SYNONYMS, MOST_STOP_WORDS, MOST_FACETS, MOST_BANDS = 5000, 1000, 100, 20
MOST_EXPANSIONS = 50  # of one word; Meilisearch looks at no more
_LONGEST = 100
_LARGEST_PRICE = 10**15
_SPACE = re.compile(r"\s+")

# Languages of the first part of a shop's locale ("de-AT" is German).
_OF_LOCALE = {
    "ar": "arabic", "da": "danish", "nl": "dutch", "en": "english", "fi": "finnish", "fr": "french", "de": "german",
    "el": "greek", "hu": "hungarian", "it": "italian", "nb": "norwegian", "nn": "norwegian", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "es": "spanish", "sv": "swedish", "ta": "tamil",
    "tr": "turkish",
}  # fmt: skip


class UnableToReadSettings(ValueError):
    """A field is wrong: `field` names it, `text` says in plain words what it has to be."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}")
        self.field, self.text = field, text


def language_of(locale: str) -> str:
    """The language whose inflections a shop of that locale uses; English where none is known of it."""
    return _OF_LOCALE.get(re.split("[-_]", locale.strip().lower())[0], USUAL.languages[0])


def as_json(settings: SearchSettings) -> dict[str, Any]:
    """What `read` reads."""
    return {
        "languages": list(settings.languages),
        "searched": list(settings.searched),
        "synonyms": {word: list(others) for word, others in settings.synonyms.items()},
        "stop_words": sorted(settings.stop_words),
        "facets": None if settings.facets is None else list(settings.facets),
        "sorts": list(settings.sorts),
        "price_bands": list(settings.price_bands),
        "typos": settings.typos,
        "vectors": settings.vectors,
    }


def read(told: Mapping[str, Any], *, before: SearchSettings = USUAL) -> SearchSettings:
    """The settings that were written; what is not there stays as it was `before`. Raises UnableToReadSettings."""
    told = as_json(before) | dict(told)
    return SearchSettings(
        languages=_some_of("languages", told["languages"], LANGUAGES),
        searched=_some_of("searched", told["searched"], ATTRIBUTES),
        synonyms=_synonyms(told["synonyms"]),
        stop_words=frozenset(_words("stop_words", told["stop_words"], MOST_STOP_WORDS)),
        facets=None if told["facets"] is None else _facets(told["facets"]),
        sorts=_some_of("sorts", told["sorts"], SORTS),
        price_bands=_bands(told["price_bands"]),
        typos=_switch("typos", told["typos"]),
        vectors=_switch("vectors", told["vectors"]),
    )


def read_stored(told: Mapping[str, Any], *, before: SearchSettings = USUAL) -> SearchSettings:
    """Settings that were stored once: what they say that is no longer possible is left as it was `before`."""
    kept = {}
    for name, value in told.items():
        with suppress(UnableToReadSettings):
            read({name: value}, before=before)
            kept[name] = value
    return read(kept, before=before)


def read_labels(told: Any) -> dict[str, str]:
    """Facets' names as shoppers see them. Raises UnableToReadSettings."""
    if not isinstance(told, Mapping) or len(told) > MOST_FACETS:
        raise UnableToReadSettings("labels", f"must have at most {MOST_FACETS} entries")
    labels = {}
    for name, words in told.items():
        if not _is_text(name) or not facet_name(name) or not _is_text(words):
            raise UnableToReadSettings("labels", f"must be texts of at most {_LONGEST} characters")
        if words.strip():
            labels[facet_name(name)] = words.strip()
    return labels


def is_storable(words: str) -> bool:
    """Whether databases and answers can have it: JSON may write halves of characters, which nothing else takes."""
    try:
        words.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in words


def phrase(words: str) -> str:
    """Words of a synonym or stop word as they are compared: lower case, single spaces."""
    return _SPACE.sub(" ", words).strip().lower()


def _some_of(name: str, told: Any, allowed: Sequence[str]) -> tuple[str, ...]:
    if not _is_list(told, len(allowed)) or not told or not all(word in allowed for word in told):
        raise UnableToReadSettings(name, "must have at least one of " + ", ".join(allowed))
    return tuple(dict.fromkeys(told))


def _synonyms(told: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(told, Mapping) or len(told) > MOST_SYNONYMS:
        raise UnableToReadSettings("synonyms", f"must be at most {MOST_SYNONYMS} words, each with a list of others")
    synonyms: dict[str, tuple[str, ...]] = {}
    for word, others in told.items():
        (one,) = _words("synonyms", [word], 1) or ("",)
        known = [other for other in _words("synonyms", others, MOST_EXPANSIONS) if other != one]
        if one and known:
            synonyms[one] = tuple(dict.fromkeys([*synonyms.get(one, ()), *known]))
    return synonyms


def _words(name: str, told: Any, most: int) -> tuple[str, ...]:
    if not _is_list(told, most) or not all(_is_text(word) for word in told):
        raise UnableToReadSettings(name, f"must be at most {most} texts of at most {_LONGEST} characters each")
    return tuple(dict.fromkeys(words for words in map(phrase, told) if words))


def _facets(told: Any) -> tuple[str, ...]:
    if not _is_list(told, MOST_FACETS) or not all(_is_text(name) and facet_name(name) for name in told):
        raise UnableToReadSettings("facets", f"must be at most {MOST_FACETS} names of at most {_LONGEST} characters")
    return tuple(dict.fromkeys(facet_name(name) for name in told))


def _bands(told: Any) -> tuple[int, ...]:
    whole = _is_list(told, MOST_BANDS) and all(isinstance(bound, int) and not isinstance(bound, bool) for bound in told)
    if not whole or not all(0 < bound < _LARGEST_PRICE for bound in told) or list(told) != sorted(set(told)):
        raise UnableToReadSettings("price_bands", f"must be at most {MOST_BANDS} prices in minor units, rising")
    return tuple(told)


def _switch(name: str, told: Any) -> bool:
    if not isinstance(told, bool):
        raise UnableToReadSettings(name, "must be true or false")
    return told


def _is_list(told: Any, most: int) -> bool:
    return isinstance(told, Collection) and not isinstance(told, str | bytes | Mapping) and len(told) <= most


def _is_text(told: Any) -> bool:
    return isinstance(told, str) and len(told) <= _LONGEST and is_storable(told)
