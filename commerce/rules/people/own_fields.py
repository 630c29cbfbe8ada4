"""Fields of the merchant's own: what they may be called and be, and their values as people and programs write them."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from commerce.rules.days import EXAMPLE, day_of
from commerce.rules.segments.fields import CHOICE, CUSTOM_TYPES, DATE, FLAG, NUMBER, TEXT, Declared
from commerce.rules.written_settings import is_storable

MOST, MOST_CHOICES, LONGEST = 100, 100, 200
TYPES = {TEXT: "Text", NUMBER: "Number", FLAG: "Yes or no", DATE: "Day", CHOICE: "One of a list"}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_LONGEST_TEXT, _LARGEST = 2000, 2**53
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
    if field.type == FLAG and told not in _FLAGS:
        raise UnableToReadField("value", "must be yes or no")
    value = _FLAGS[told] if field.type == FLAG else _number(told) if field.type == NUMBER else told
    if found := wrong(field, value):
        raise UnableToReadField("value", found)
    return value


def wrong(field: Declared, value: object) -> str:
    """What a value has to be that it is not; "" where it is fine. None is: it clears."""
    if value is None:
        return ""
    is_right, text = _RIGHT[field.type]
    return "" if is_right(field, value) else text


def text_of(value: object) -> str:
    """A value as a form shows it; what `value_of` reads again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _number(told: str) -> int | float | str:
    """The number; what is none stays text."""
    try:
        number = float(told.replace(",", "."))
    except ValueError:
        return told
    return int(number) if number.is_integer() else number


def _is_number(_: Declared, value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST  # nor is it NaN


def _is_text(_: Declared, value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_TEXT and is_storable(value)


# Whether a value is of its type, and what it has to be where it is not.
_RIGHT: Mapping[str, tuple[Callable[[Declared, object], bool], str]] = {
    NUMBER: (_is_number, "must be a number"),
    FLAG: (lambda _, value: isinstance(value, bool), "must be true or false"),
    DATE: (lambda _, value: day_of(value) is not None, f"must be a day such as {EXAMPLE}"),
    CHOICE: (lambda field, value: value in field.choices, "must be one of its choices"),
    TEXT: (_is_text, f"must be a text of at most {_LONGEST_TEXT} characters"),
}
