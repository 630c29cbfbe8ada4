"""Fields of the merchant's own: what they may be called and be, and their values as people write them."""

import math
import re
from collections.abc import Collection, Sequence
from datetime import date

from commerce.rules.segments.fields import CHOICE, CUSTOM_TYPES, DATE, FLAG, NUMBER, TEXT, Declared
from commerce.rules.written_settings import is_storable

MOST, MOST_CHOICES, LONGEST = 100, 100, 200
TYPES = {TEXT: "Text", NUMBER: "Number", FLAG: "Yes or no", DATE: "Day", CHOICE: "One of a list"}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_LONGEST_TEXT = 2000
_FLAGS = {"yes": True, "no": False}

Value = str | float | int | bool | None


class UnableToReadField(ValueError):
    """Something is wrong: `field` is which (name, label, type, choices, value), `text` what it has to be."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}")
        self.field, self.text = field, text


def declared(*, name: str, label: str, kind: str, choices: Sequence[str], taken: Collection[str]) -> Declared:
    """A field that is declared. `taken`: the names that the shop has. Raises UnableToReadField."""
    if not _NAME.fullmatch(name):
        text = "must begin with a letter and have small letters, digits and _ only, 60 at most"
        raise UnableToReadField("name", text)
    if name in taken:
        raise UnableToReadField("name", "is that of another field already")
    if len(taken) >= MOST:
        raise UnableToReadField("name", f"is one too many: there may be {MOST} fields at most")
    if kind not in CUSTOM_TYPES:
        raise UnableToReadField("type", "must be one of " + ", ".join(CUSTOM_TYPES))
    return changed(Declared(type=kind, label=label, choices=()), label=label, choices=choices)


def changed(before: Declared, *, label: str, choices: Sequence[str]) -> Declared:
    """A field with another label and other choices; its type stays. Raises UnableToReadField."""
    shown = " ".join(label.split())
    if not 1 <= len(shown) <= LONGEST or not is_storable(shown):
        raise UnableToReadField("label", f"must be a text of 1 to {LONGEST} characters")
    kept = list(dict.fromkeys(one.strip() for one in choices if one.strip())) if before.type == CHOICE else []
    if before.type == CHOICE and not 1 <= len(kept) <= MOST_CHOICES:
        raise UnableToReadField("choices", f"must be 1 to {MOST_CHOICES} lines")
    if any(len(one) > LONGEST or not is_storable(one) for one in kept):
        raise UnableToReadField("choices", f"must be lines of at most {LONGEST} characters")
    return Declared(type=before.type, label=shown, choices=tuple(kept))


def value_of(field: Declared, text: str) -> Value:
    """A value as somebody wrote it in a form; None for nothing. Raises UnableToReadField."""
    told = text.strip()
    if not told:
        return None
    if field.type == NUMBER:
        return _number(told)
    if field.type == FLAG:
        if told not in _FLAGS:
            raise UnableToReadField("value", "must be yes or no")
        return _FLAGS[told]
    if field.type == DATE:
        return _day(told)
    if field.type == CHOICE and told not in field.choices:
        raise UnableToReadField("value", "must be one of the list")
    if len(told) > _LONGEST_TEXT or not is_storable(told):
        raise UnableToReadField("value", f"must be a text of at most {_LONGEST_TEXT} characters")
    return told


def text_of(value: object) -> str:
    """A value as a form shows it; what `value_of` reads again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _number(told: str) -> int | float:
    try:
        number = float(told.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or abs(number) > 2**53:
        raise UnableToReadField("value", "must be a number")
    return int(number) if number.is_integer() else number


def _day(told: str) -> str:
    try:
        if len(told) == len("2026-05-01") and 1800 <= date.fromisoformat(told).year <= 2999:
            return told
    except ValueError:
        pass
    raise UnableToReadField("value", "must be a day such as 2026-05-01")
