"""Whose number it is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from integrations import registry
from integrations.carrier_api import About
from integrations.carriers.numbers import detection
from integrations.carriers.numbers.detection import Candidate

# What shops write where they do not name a carrier.
_NOBODY = frozenset(
    {
        "andere",
        "carrier",
        "courier",
        "custom",
        "custom provider",
        "default",
        "delivery",
        "express",
        "flat rate",
        "free shipping",
        "manual",
        "n a",
        "none",
        "not available",
        "other",
        "other carrier",
        "others",
        "parcel",
        "shipping",
        "sonstige",
        "standard",
        "standard shipping",
        "tracking",
        "unknown",
    }
)
_BETWEEN = re.compile(r"[,;|\n\r\t/]+|\s+and\s+|\s\+\s")
_LONGEST = 60  # characters of a number; carriers' own have up to 40
_SIGNS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """The carrier that a number most likely belongs to (empty: nobody knows), and others that it may belong to."""

    carrier: str = ""
    others: tuple[str, ...] = ()


def normalised(number: str) -> str:
    """A number as it is kept: upper case, without spaces and dashes."""
    return "".join(character for character in number.upper() if character.isalnum())


def several(text: str) -> list[str]:
    """The numbers in what a shop keeps as one: people write several of them into one field. Each as it is kept."""
    return list(dict.fromkeys(number for part in _BETWEEN.split(text) if (number := normalised(part)[:_LONGEST])))


def choose(number: str, platform_name: str, abouts: Iterable[About] | None = None) -> Picked:
    """The platform's own word for the carrier decides, where it is one of a carrier that we know.

    Where it names nobody, the number does: the surest of its formats whose carrier we have. Where it names somebody
    whom we do not have, only a number of one format that has a prefix and a right check digit may contradict it:
    platforms know who carries a parcel better than its digits do.
    """
    known = {about.name: about for about in (registry.carriers().values() if abouts is None else abouts)}
    found = detection.candidates(number)
    named = _named(platform_name, known.values())
    if named:
        return Picked(carrier=named)
    words = _words(platform_name)
    if words and words not in _NOBODY and not _is_plain(words, found):
        return Picked()
    possible = list(dict.fromkeys(candidate.carrier for candidate in found if candidate.carrier in known))
    return Picked(carrier=possible[0], others=tuple(possible[1:])) if possible else Picked()


def _named(platform_name: str, abouts: Iterable[About]) -> str:
    """The carrier by one of its names, else by the longest of them that stands within the platform's words."""
    words, best = _words(platform_name), ("", "")
    if not words:
        return ""
    for about in abouts:
        for name in (about.name, *about.names):
            ours = _words(name)
            if ours == words:
                return about.name
            if f" {ours} " in f" {words} " and len(ours) > len(best[0]) and about.tracks and about.name != "easypost":
                best = ours, about.name
    return best[1]


def _is_plain(words: str, found: list[Candidate]) -> bool:
    """Whether the number contradicts a name that is none of ours, beyond doubt."""
    if words in detection.couriers() or any(words in candidate.courier.lower() for candidate in found):
        return False
    carriers = {candidate.carrier or candidate.courier for candidate in found}
    return len(carriers) == 1 and found[0].weight >= detection.SURE


def _words(text: str) -> str:
    return _SIGNS.sub(" ", text.lower()).strip()
