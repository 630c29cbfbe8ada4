"""Rules of a segment out of its form, and its form out of rules; each error finds the row that it is about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from commerce.rules.money import UnableToReadMoney, decimal_text, minor_units
from commerce.rules.segments import fields as kinds
from commerce.rules.segments.conditions import Condition, Group, Rules
from commerce.rules.segments.fields import OPERATORS, Declared, Field
from commerce.rules.segments.written import UnableToReadRules, parse
from webapp import sentences
from webapp.languages import gettext as _
from webapp.people import segment_form
from webapp.people.segment_form import Fields, Row

GENERAL = "rules"  # the name of an error that is about no row
_FLAGS = {"true": True, "false": False}


@dataclass(slots=True)
class _Writing:
    """Rules as they are written from a form, with the row or group that stands at each place."""

    form: Fields
    there: Mapping[str, Field]
    currency: str | None
    places: dict[str, str] = field(default_factory=dict)


class UnableToReadForm(ValueError):
    """Something is wrong: `wrong` says what, by row ("row-2"), group ("group-1"), or GENERAL."""

    def __init__(self, wrong: dict[str, str]) -> None:
        super().__init__(" ".join(wrong.values()))
        self.wrong = wrong


def rules_of(
    form: Fields, *, there: Mapping[str, Field], custom: Mapping[str, Declared], currency: str | None
) -> Rules:
    """The rules that the form says. Raises UnableToReadForm."""
    writing = _Writing(form, there, currency)
    told = _group(writing, "0", "")
    try:
        return parse(told, custom=custom)
    except UnableToReadRules as error:
        raise UnableToReadForm({_at(writing.places, error.place): _in_words(error)}) from None


def _group(writing: _Writing, key: str, place: str) -> dict[str, Any]:
    """A group as it is written: its conditions, then the groups within."""
    match = writing.form["groups"][int(key)]["match"]
    here = f"{place}.{match}" if place else match
    writing.places[here] = writing.places[place or here] = f"group-{key}"
    parts: list[Any] = []
    for at, row in enumerate(writing.form["rows"]):
        if row["in"] == key:
            writing.places[f"{here}.{len(parts)}"] = f"row-{at}"
            parts.append(_condition(writing, row))
    for at, inner in enumerate(writing.form["groups"]):
        if inner["in"] == key:
            parts.append(_group(writing, str(at), f"{here}.{len(parts)}"))
    return {match: parts}


def _condition(writing: _Writing, row: Row) -> dict[str, Any]:
    told: dict[str, Any] = {"field": row["field"], "operator": row["operator"]}
    asked = writing.there.get(row["field"])
    if asked is None:
        return told
    operator = OPERATORS[asked.type].get(row["operator"])
    if operator is not None and operator.takes != kinds.NOTHING:
        told["value"] = _VALUES[operator.takes](row, asked, writing.currency)
    if asked.type == kinds.PRODUCT:
        told |= {"since": row["since"]} if row["since"] else {}
        told |= {"within_last": _whole(row["days"])} if row["days"].strip() else {}
    return told


def _one(row: Row, asked: Field, currency: str | None) -> Any:
    value = row["value"].strip()
    if asked.type == kinds.NUMBER:
        return _number(value, asked, currency)
    if asked.type == kinds.CURRENCY:
        return value.upper()
    return _FLAGS.get(value) if asked.type == kinds.FLAG else value


def _number(text: str, asked: Field, currency: str | None) -> Any:
    """A number; what is none stays text, which the rules refuse with their own words."""
    plain = text.strip().replace(",", ".")
    if asked.unit == "money":
        try:
            return minor_units(plain or None, currency)
        except UnableToReadMoney:
            return text
    try:
        number = float(plain)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _whole(text: str) -> Any:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 10 else text


_VALUES: dict[str, Callable[[Row, Field, str | None], Any]] = {
    kinds.ONE: _one,
    kinds.SEVERAL: lambda row, *_: [one.strip() for one in row["value"].splitlines() if one.strip()],
    kinds.RANGE: lambda row, asked, currency: [_number(row[name], asked, currency) for name in ("value", "upto")],
    kinds.DAY: lambda row, *_: row["value"],
    kinds.DAYS: lambda row, *_: _whole(row["value"]),
}


def _at(places: Mapping[str, str], place: str) -> str:
    """The row or group at a place, or the one that it is part of."""
    while place and place not in places:
        place = place.rpartition(".")[0]
    return places.get(place, GENERAL)


def _in_words(error: UnableToReadRules) -> str:
    """For people: amounts are not in minor units in a form, and an empty group is one without conditions."""
    if "minor units" in error.text:
        return _("This must be an amount such as 49.90.")
    if "list of 1 to" in error.text and not error.place.endswith(".value"):
        return _("Add a condition, or take the group away.")
    if "list of" in error.text:
        return _("Give at least one, one a line.")
    if "text of 1" in error.text:
        return _("Fill in with what it is compared.")
    if "true or false" in error.text:
        return _("Choose yes or no.")
    return sentences.this(error.text) if error.place else sentences.told(f"Here {error.text}.")


def form_of(name: str, rules: Rules, *, currency: str | None) -> Fields:
    """The form of rules that are there."""
    form: Fields = {"name": name, "groups": [], "rows": []}
    _fill(form, rules.root, "", currency)
    return form


def _fill(form: Fields, group: Group, under: str, currency: str | None) -> None:
    key = str(len(form["groups"]))
    form["groups"].append({"in": under, "match": group.match})
    for part in group.parts:
        if isinstance(part, Group):
            _fill(form, part, key, currency)
        else:
            form["rows"].append(_row(part, key, currency))


def _row(one: Condition, group: str, currency: str | None) -> Row:
    def shown(value: Any) -> str:
        if one.field.unit == "money":
            return decimal_text(int(value), currency)
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value)

    row = segment_form.new_row(group, one.field.name) | {"operator": one.operator.name}
    if isinstance(one.value, tuple):
        if one.operator.takes == kinds.RANGE:
            row |= {"value": shown(one.value[0]), "upto": shown(one.value[1])}
        else:
            row["value"] = "\n".join(map(str, one.value))
    elif one.value is not None:
        row["value"] = shown(one.value)
    row["since"] = one.since.isoformat() if one.since else ""
    row["days"] = "" if one.days is None else str(one.days)
    return row
