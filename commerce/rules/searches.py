"""Searches as they are counted: which queries are one and the same, and which are nobody's business."""

import re
import unicodedata

# Under this query everything is counted whose own words are not kept: too personal, too rare, too many.
OTHERS = ""
LONGEST = 100  # characters
LAST_POSITION = 100  # hits further down count as this one

_SPACE = re.compile(r"[\s\x00-\x1f]+")
_EDGES = " .,;:!?\"'"
# An address; a long number, as cards and telephones have, with what people write between its digits.
_ADDRESS = re.compile(r"\S@\S|\S@\s*$")
_NUMBER = re.compile(r"(?:\+|\b00?)[\d\s().\-/]{6,}|(?:\d[\s().\-/]?){9,}|\d{7,}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{6,40}(?:\.[0-9]{1,3})?")


def folded(query: str) -> str:
    """The query in the form in which it is counted: lower case, without what does not tell queries apart."""
    plain = _SPACE.sub(" ", unicodedata.normalize("NFKC", query).casefold())
    return plain.strip(_EDGES)[:LONGEST].strip(_EDGES)


def is_personal(query: str) -> bool:
    """Whether the query looks like a mail address, a telephone number or the number of a card, however it is typed."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", query) if unicodedata.category(sign) != "Cf")
    return bool(_ADDRESS.search(plain) or _NUMBER.search(plain))


def counted_as(query: str) -> str:
    """Under which words a query is counted: its own, or OTHERS."""
    return OTHERS if is_personal(query) else folded(query)


def is_token(value: object) -> bool:
    """Whether this can be the token of a click: a search's random id and a position."""
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def share(part: int, whole: int) -> float | None:
    """The part of the whole, from 0 to 1; None where there is nothing to share."""
    return min(part / whole, 1.0) if whole else None
