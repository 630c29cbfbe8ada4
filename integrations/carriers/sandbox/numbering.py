"""Numbers of the sandbox carrier: SBX, the minute of the label, five characters by chance, a check character."""

from datetime import UTC, datetime, timedelta

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_PREFIX, _MINUTE, _CHANCE = "SBX", 6, 5
CHANCES = 36**_CHANCE  # `chance` is below
LENGTH = len(_PREFIX) + _MINUTE + _CHANCE + 1


def number(label_at: datetime, chance: int) -> str:
    """The number of a parcel whose label was printed then; `chance` tells those of one minute apart."""
    minute = int((label_at - _EPOCH) / timedelta(minutes=1))
    body = _written(minute, _MINUTE) + _written(chance, _CHANCE)
    return f"{_PREFIX}{body}{_check(body)}"


def label_at(text: str) -> datetime | None:
    """When the label of this number was printed; None for a number that is none of ours."""
    body = text[len(_PREFIX) : -1]
    if not text.startswith(_PREFIX) or len(text) != LENGTH or not set(body) <= set(_DIGITS):
        return None
    if text[-1] != _check(body):
        return None
    return _EPOCH + timedelta(minutes=int(body[:_MINUTE], 36))


def _written(value: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        value, rest = divmod(value, len(_DIGITS))
        digits = _DIGITS[rest] + digits
    return digits


def _check(body: str) -> str:
    return _DIGITS[sum(place * _DIGITS.index(digit) for place, digit in enumerate(body, 1)) % len(_DIGITS)]
