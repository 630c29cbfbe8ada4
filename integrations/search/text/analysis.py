"""How text becomes words: the same for documents, queries and highlighting."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

# Scripts written without spaces: their runs are cut into pairs of characters.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3099\u309a"  # Japanese syllables
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f"  # Han, half-width syllables
)
_MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0dff"  # vowel signs inside words
_WORD = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?:(?![{_UNSPACED}])(?:[^\W_]|[{_MARKS}]))+")
_UNUSUAL = re.compile(rf"[{_UNSPACED}{_MARKS}]")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_POSSESSIVE = re.compile(r"(?<=\w\w)['\u2019`]s\b", re.IGNORECASE)
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŋ": "n"}
)
# In plain ASCII everything but letters and digits parts words: one look at each byte, and no more.
_ASCII = bytes(ord(chr(byte).lower()) if chr(byte).isalnum() else ord(" ") for byte in range(128)) + bytes(128)


def fold(text: str) -> str:
    """Lower case without accents, in which "Größe" and "GROSSE" are the same; other scripts keep their letters."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", apart)).casefold().translate(_LETTERS)


def spans(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """The runs of letters and digits: start, end, folded word, and whether its script has no spaces."""
    for match in _WORD.finditer(text):
        yield match.start(), match.end(), fold(match.group()), match.lastgroup == "unspaced"


def has_unusual_letters(text: str) -> bool:
    """Whether a script without spaces, or with vowel signs, is in a text: else words are just letters and digits."""
    return not text.isascii() and _UNUSUAL.search(text) is not None


def without_possessive(text: str) -> str:
    """The text with "men's" as "men": its "s" alone means nothing and would have to match."""
    return _POSSESSIVE.sub("", text) if "'" in text or "\u2019" in text or "`" in text else text


def pairs(run: str) -> list[str]:
    """A run of an unspaced script as overlapping pairs; one character stays alone."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def query_words(text: str) -> list[str]:
    """The words of a query, in order."""
    return [
        word
        for _, _, run, unspaced in spans(without_possessive(text))
        for word in (pairs(run) if unspaced else run.split())
    ]


def indexed_words(text: str) -> list[str]:
    """The words of a document; unspaced runs also with each character, so that a query of one character finds them."""
    words: list[str] = []
    for _, _, run, unspaced in spans(without_possessive(text)):
        if unspaced:
            words += pairs(run)
            words += run if len(run) > 1 else ""
        else:
            words += run.split()
    return words


def indexed_text(text: str) -> str:
    """The words of a document in one text, as `indexed_words` finds them; quick where the letters are plain."""
    text = without_possessive(text)
    if text.isascii():
        return _plain(text)
    runs = groupby(text.split(), str.isascii)
    return " ".join(_plain(" ".join(run)) if plain else " ".join(indexed_words(" ".join(run))) for plain, run in runs)


def _plain(text: str) -> str:
    return text.encode().translate(_ASCII).decode()


def code(text: str) -> str:
    """A SKU or barcode as it is compared: "dv7-1211ea", "DV7 1211EA" and "dv71211ea" are one."""
    if text.isascii():
        return _plain(text).replace(" ", "")
    return "".join(run for _, _, run, _ in spans(text)).replace(" ", "")
