"""Whose number it is."""

from dataclasses import dataclass

from integrations import registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """The carrier that a number most likely belongs to (empty: nobody knows), and others that it may belong to."""

    carrier: str = ""
    others: tuple[str, ...] = ()


def normalised(number: str) -> str:
    """A number as it is kept: upper case, without spaces and dashes."""
    return "".join(character for character in number.upper() if character.isalnum())


def choose(number: str, platform_name: str) -> Picked:
    """The platform's own word for the carrier decides, where it is one of a carrier that we know."""
    word = platform_name.strip().lower()
    for name, about in registry.carriers().items():
        if word and (word == name or word in about.names):
            return Picked(carrier=name)
    return Picked()
