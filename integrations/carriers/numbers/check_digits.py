"""Check digits, as the formats name them. `digits`: what the check is over; a letter counts as its place says.

After github.com/jkeen/tracking_number_data (MIT), whose definitions name these and their parameters.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TO_DIGIT = 3  # taken off a letter's code in mod10: A is 2, B is 3 …


def is_right(digits: str, check: str, told: Mapping[str, Any]) -> bool:
    """Whether the check digit belongs to the digits. A check that is not known here counts as wrong."""
    try:
        return _CHECKS[told["name"]](digits, told) == check
    except (KeyError, ValueError, IndexError):
        return False


def _mod10(digits: str, told: Mapping[str, Any]) -> str:
    factors = (told.get("evens_multiplier") or 1, told.get("odds_multiplier") or 1)
    signs = reversed(digits) if told.get("reverse") else digits
    values = (int(sign) if sign.isdigit() else (ord(sign) - _TO_DIGIT) % 10 for sign in signs)
    return str(-sum(value * factors[place % 2] for place, value in enumerate(values)) % 10)


def _mod7(digits: str, _told: Mapping[str, Any]) -> str:
    return str(int(digits) % 7)


def _s10(digits: str, told: Mapping[str, Any]) -> str:
    rest = 11 - _weighed(digits, told["weightings"]) % 11
    return {10: "0", 11: "5"}.get(rest, str(rest))


def _weighted(digits: str, told: Mapping[str, Any]) -> str:
    return str(_weighed(digits, told["weightings"]) % int(told["modulo1"]) % int(told["modulo2"]))


def _luhn(digits: str, _told: Mapping[str, Any]) -> str:
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _mod_37_36(digits: str, _told: Mapping[str, Any]) -> str:
    """ISO/IEC 7064, hybrid system MOD 37,36."""
    rest = 36
    for sign in digits:
        rest = (rest + _LETTERS.index(sign)) % 36 or 36
        rest = rest * 2 % 37
    return _LETTERS[(37 - rest) % 36]


def _weighed(digits: str, weights: Sequence[int]) -> int:
    return sum(int(sign) * weight for sign, weight in zip(digits, weights, strict=True))


_CHECKS: Mapping[str, Callable[[str, Mapping[str, Any]], str]] = {
    "mod10": _mod10,
    "mod7": _mod7,
    "s10": _s10,
    "sum_product_with_weightings_and_modulo": _weighted,
    "luhn": _luhn,
    "mod_37_36": _mod_37_36,
}
