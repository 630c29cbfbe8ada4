"""Values of the merchant's own fields as programs tell them: checked against what was declared."""

from datetime import date

from commerce.rules.segments.fields import CHOICE, DATE, FLAG, NUMBER, TEXT, Declared

Value = str | float | int | bool | None


def wrong(field: Declared, value: Value) -> str:
    """What a value has to be that it is not; "" where it is fine. None is: it clears."""
    if value is None:
        return ""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if field.type == NUMBER:
        return "" if is_number else "must be a number"
    if field.type == FLAG:
        return "" if isinstance(value, bool) else "must be true or false"
    if field.type == DATE:
        return "" if isinstance(value, str) and _is_day(value) else "must be a day such as 2026-05-01"
    if field.type == CHOICE:
        return "" if value in field.choices else "must be one of the field's choices"
    assert field.type == TEXT, field.type
    return "" if isinstance(value, str) else "must be a text"


def _is_day(told: str) -> bool:
    try:
        return len(told) == len("2026-05-01") and 1800 <= date.fromisoformat(told).year <= 2999
    except ValueError:
        return False
