"""The words of messages in each language, one file for each in words/, with Liquid in them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import orjson

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "ja", "ar")
USUAL = "en"
_FROM_THE_RIGHT = frozenset({"ar"})
_WORDS = Path(__file__).parent / "words"


def language_of(tag: str, *, usual: str = USUAL) -> str:
    """Which of our languages a tag like "de-AT" or "pt_BR" means; the usual one where we do not speak it."""
    language = tag.replace("_", "-").partition("-")[0].strip().lower()
    return language if language in LANGUAGES else usual


def is_from_the_right(language: str) -> bool:
    """Whether it is written from right to left."""
    return language in _FROM_THE_RIGHT


@cache
def all_words(language: str) -> Mapping[str, Mapping[str, str]]:
    """Every word of one of LANGUAGES: by kind of message, and those of all under "common"."""
    found: Mapping[str, Mapping[str, str]] = orjson.loads((_WORDS / f"{language}.json").read_bytes())
    return found


def words_of(kind: str, language: str) -> dict[str, str]:
    """What a message of this kind may say, by names. Raises KeyError for a kind that does not exist."""
    words = all_words(language)
    return {**words["common"], **words[kind]}
