"""How long a text message is (3GPP TS 23.038, 23.040): one sign beyond the GSM alphabet halves what a part holds.

So typographic signs are put plainly where they alone would do that; letters never are.
"""

import unicodedata

MOST_PARTS = 4
_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO_LONG = frozenset("^{}\\[~]|€\f")
_PLAINLY = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "−": "-", "…": "...", "•": "-", "×": "x"}
)
_SPACES = "\u00a0\u202f\u2007\u2009"
_GSM, _WIDE = (160, 153), (70, 67)  # units in a message of one part, and in each of several


def plainly(text: str) -> str:
    """The text with typographic signs put plainly, where then all of it is in the GSM alphabet; else as it is."""
    plain = unicodedata.normalize("NFC", text).translate(_PLAINLY)
    for space in _SPACES:
        plain = plain.replace(space, " ")
    return plain if is_gsm(plain) else text


def is_gsm(text: str) -> bool:
    """Whether every sign is in the GSM alphabet."""
    return all(sign in _ALPHABET or sign in _TWO_LONG for sign in text)


def parts(text: str) -> int:
    """In how many parts a text is sent, each of which is paid for; 0 for no text."""
    alone, each = _GSM if is_gsm(text) else _WIDE
    units = _units(text)
    return (1 if units <= alone else -(-units // each)) if text else 0


def _units(text: str) -> int:
    if is_gsm(text):
        return len(text) + sum(sign in _TWO_LONG for sign in text)
    return len(text.encode("utf-16-le", "replace")) // 2


def fitted(text: str, *, most: int = MOST_PARTS) -> str:
    """The text, plainly where that helps, and cut at a word where it would take more parts."""
    text = plainly(text)
    if parts(text) <= most:
        return text
    end = "..." if is_gsm(text) else "…"
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if parts(text[:middle] + end) <= most else (low, middle - 1)
    cut = text[:low]
    at_word = cut.rpartition(" ")[0]
    return (at_word if len(at_word) > low // 2 else cut).rstrip() + end
