"""Rules of segments in writing: as JSON of the tables and the API, read with an error that names the place.

    {"all": [{"field": "total_spent", "operator": "at_least", "value": 50000},
             {"any": [{"field": "tags", "operator": "has", "value": "vip"},
                      {"field": "last_order", "operator": "within_last", "value": 30}]}]}

A place is the way there: `all.1.any.0.value`. Money is in minor units of the shop's currency, days are UTC days.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from commerce.rules.days import EXAMPLE, day_of
from commerce.rules.segments import fields
from commerce.rules.segments.conditions import MATCHES, Condition, Group, Rules, Value
from commerce.rules.segments.fields import CUSTOM, CUSTOM_TYPES, FIELDS, OPERATORS, Declared, Field
from commerce.rules.written_settings import is_storable

MOST_CONDITIONS, DEEPEST = 30, 3
MOST_VALUES, LONGEST, MOST_DAYS = 100, 200, 36_500
_LARGEST = 2**53


class UnableToReadRules(ValueError):
    """Something is wrong: `place` is where, `text` says in plain words what it has to be."""

    def __init__(self, place: str, text: str) -> None:
        super().__init__(f"{place}: {text}" if place else text)
        self.place, self.text = place, text


def parse(told: Any, *, custom: Mapping[str, Declared] | None = None) -> Rules:
    """The rules that were written. Raises UnableToReadRules, which names the place.

    `custom`: the shop's own fields by name. None reads what `as_json` wrote: it knows the types of the fields.
    """
    rules = Rules(_group(told, "", 1, custom))
    if len(rules.conditions) > MOST_CONDITIONS:
        raise UnableToReadRules("", f"there may be at most {MOST_CONDITIONS} conditions")
    return rules


def as_json(rules: Rules) -> dict[str, Any]:
    """What `parse` reads; conditions on the shop's own fields have their type with them."""
    return _told_group(rules.root)


def _told_group(group: Group) -> dict[str, Any]:
    return {group.match: [_told_group(part) if isinstance(part, Group) else _told(part) for part in group.parts]}


def _told(one: Condition) -> dict[str, Any]:
    told: dict[str, Any] = {"field": one.field.name, "operator": one.operator.name}
    if one.field.name.startswith(CUSTOM):
        told["type"] = one.field.type
    if one.value is not None:
        told["value"] = _plain(one.value)
    if one.since is not None:
        told["since"] = one.since.isoformat()
    if one.days is not None:
        told["within_last"] = one.days
    return told


def _plain(value: Value) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _group(told: Any, place: str, depth: int, custom: Mapping[str, Declared] | None) -> Group:
    names = set(told) & set(MATCHES) if isinstance(told, Mapping) else set()
    if len(names) != 1 or len(told) != 1:
        raise UnableToReadRules(place, "must be an object with one of " + ", ".join(MATCHES))
    if depth > DEEPEST:
        raise UnableToReadRules(place, f"groups may stand in each other {DEEPEST} deep at most")
    match = names.pop()
    here, given = _in(place, match), told[match]
    if not isinstance(given, list | tuple) or not 1 <= len(given) <= MOST_CONDITIONS:
        raise UnableToReadRules(here, f"must be a list of 1 to {MOST_CONDITIONS} conditions")
    return Group(match=match, parts=tuple(_part(one, f"{here}.{at}", depth, custom) for at, one in enumerate(given)))


def _in(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _part(told: Any, place: str, depth: int, custom: Mapping[str, Declared] | None) -> Condition | Group:
    if not isinstance(told, Mapping):
        raise UnableToReadRules(place, "must be a condition or a group")
    return _condition(told, place, custom) if "field" in told else _group(told, place, depth + 1, custom)


def _condition(told: Mapping[str, Any], place: str, custom: Mapping[str, Declared] | None) -> Condition:
    unknown = sorted(set(map(str, told)) - {"field", "type", "operator", "value", "since", "within_last"})
    if unknown:
        raise UnableToReadRules(place, "may only have field, operator, value, and since or within_last with a product")
    field = _field(told, place, custom)
    operators = OPERATORS[field.type]
    operator = operators.get(told["operator"]) if isinstance(told.get("operator"), str) else None
    if operator is None:
        raise UnableToReadRules(f"{place}.operator", "must be one of " + ", ".join(operators))
    value = _VALUES[operator.takes](told.get("value"), field, f"{place}.value")
    since, days = told.get("since"), told.get("within_last")
    if field.type != fields.PRODUCT and not (since is None and days is None):
        raise UnableToReadRules(place, "since and within_last go with a product only")
    if since is not None and days is not None:
        raise UnableToReadRules(f"{place}.since", "must be left out beside within_last")
    return Condition(
        field=field,
        operator=operator,
        value=value,
        since=None if since is None else _day(since, field, f"{place}.since"),
        days=None if days is None else _days(days, field, f"{place}.within_last"),
    )


def _field(told: Mapping[str, Any], place: str, custom: Mapping[str, Declared] | None) -> Field:
    name = told["field"]
    if isinstance(name, str) and name in FIELDS:
        return FIELDS[name]
    if not isinstance(name, str) or not name.startswith(CUSTOM):
        raise UnableToReadRules(
            f"{place}.field", f"must be one of {', '.join(FIELDS)}, or {CUSTOM} and a field of your own"
        )
    key = name.removeprefix(CUSTOM)
    if not key or len(key) > LONGEST or not is_storable(key) or set(key) & set('"\\'):
        raise UnableToReadRules(f"{place}.field", "must be the name of a field of your own")
    if custom is not None:
        if key not in custom:
            raise UnableToReadRules(f"{place}.field", "there is no such field of your own")
        return fields.own(key, custom[key])
    if told.get("type") not in CUSTOM_TYPES:
        raise UnableToReadRules(f"{place}.type", "must be one of " + ", ".join(CUSTOM_TYPES))
    return fields.own(key, Declared(type=told["type"], label=key))


def _nothing(told: Any, field: Field, place: str) -> None:  # noqa: ARG001 - one shape for all readers
    if told is not None:
        raise UnableToReadRules(place, "must be left out")


def _one(told: Any, field: Field, place: str) -> Value:
    if field.type == fields.NUMBER:
        return _number(told, field, place)
    if field.type == fields.FLAG:
        if not isinstance(told, bool):
            raise UnableToReadRules(place, "must be true or false")
        return told
    text = _text(told, place)
    known = [value for value, _ in field.choices]
    if known and text not in known:
        raise UnableToReadRules(place, "must be one of " + ", ".join(known))
    if field.type == fields.CURRENCY and not (len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()):
        raise UnableToReadRules(place, "must be a currency such as EUR")
    return text


def _text(told: Any, place: str) -> str:
    text = told.strip() if isinstance(told, str) else ""
    if not text or len(text) > LONGEST or not is_storable(text):
        raise UnableToReadRules(place, f"must be a text of 1 to {LONGEST} characters")
    return text


def _number(told: Any, field: Field, place: str) -> int | float:
    in_money = field.unit == "money"
    kinds = int if in_money else (int, float)
    if isinstance(told, bool) or not isinstance(told, kinds) or not abs(told) <= _LARGEST:  # nor is it NaN
        raise UnableToReadRules(place, "must be a whole number of minor units" if in_money else "must be a number")
    number: int | float = told
    return number


def _several(told: Any, field: Field, place: str) -> tuple[str, ...]:
    if not isinstance(told, list | tuple) or not 1 <= len(told) <= MOST_VALUES:
        raise UnableToReadRules(place, f"must be a list of 1 to {MOST_VALUES} texts")
    return tuple(dict.fromkeys(str(_one(one, field, f"{place}.{at}")) for at, one in enumerate(told)))


def _range(told: Any, field: Field, place: str) -> tuple[float, float]:
    if not isinstance(told, list | tuple) or len(told) != 2:
        raise UnableToReadRules(place, "must be a list of two numbers")
    low, high = (_number(one, field, f"{place}.{at}") for at, one in enumerate(told))
    if high < low:
        raise UnableToReadRules(place, "must begin with the lower number")
    return low, high


def _day(told: Any, field: Field, place: str) -> date:  # noqa: ARG001 - one shape for all readers
    day = day_of(told)
    if day is None:
        raise UnableToReadRules(place, f"must be a day such as {EXAMPLE}")
    return day


def _days(told: Any, field: Field, place: str) -> int:  # noqa: ARG001 - one shape for all readers
    if not isinstance(told, int) or isinstance(told, bool) or not 0 <= told <= MOST_DAYS:
        raise UnableToReadRules(place, f"must be a whole number of days from 0 to {MOST_DAYS}")
    return told


_VALUES = {
    fields.NOTHING: _nothing,
    fields.ONE: _one,
    fields.SEVERAL: _several,
    fields.RANGE: _range,
    fields.DAY: _day,
    fields.DAYS: _days,
}
