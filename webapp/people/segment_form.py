"""The form of a segment. What is filled in travels with it: rules are put together over several looks and saved once.

Conditions are rows, each within a group; group 0 is the outermost one. All that is filled in is text.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from commerce.rules.segments.conditions import ALL, MATCHES
from commerce.rules.segments.fields import OPERATORS, Field, Operator
from commerce.rules.segments.written import DEEPEST, MOST_CONDITIONS
from webapp.languages import lazy_gettext as _
from webapp.languages import translated

ROW = ("in", "field", "operator", "value", "upto", "since", "days")
FIRST = "orders_count"  # the field that a new row asks
MATCH_WORDS = {"all": _("all of these"), "any": _("any of these"), "none": _("none of these")}
LONGEST_NAME = 100
_MOST_ROWS, _MOST_GROUPS = MOST_CONDITIONS + 5, 20

Row = dict[str, str]
Group = dict[str, str]
Fields = dict[str, Any]


def blank() -> Fields:
    """The form of a new segment: one condition to begin with."""
    return {"name": "", "groups": [{"in": "", "match": ALL}], "rows": [new_row("0")]}


def new_row(group: str, field: str = FIRST, **told: str) -> Row:
    """A condition of a group."""
    operator = "at_least" if field == FIRST else ""
    return dict.fromkeys(ROW, "") | {"in": group, "field": field, "operator": operator} | told


def filled_in(form: MultiDict[str, str]) -> Fields:
    """The form as it came."""
    groups: list[Group] = []
    while len(groups) < _MOST_GROUPS and f"match_{len(groups)}" in form:
        at = len(groups)
        match = form[f"match_{at}"]
        groups.append({"in": form.get(f"under_{at}", ""), "match": match if match in MATCHES else ALL})
    rows: list[Row] = []
    while len(rows) < _MOST_ROWS and f"field_{len(rows)}" in form:
        at = len(rows)
        row = {name: form.get(f"{name}_{at}", "") for name in ROW}
        row["value"] = "\n".join(one for one in form.getlist(f"value_{at}") if one)
        rows.append(row)
    return _sound({"name": form.get("name", ""), "groups": groups or blank()["groups"], "rows": rows})


def _sound(fields: Fields) -> Fields:
    """Rows and groups that stand in a group that is not there, or comes behind them, stand in the outermost one."""
    for at, group in enumerate(fields["groups"]):
        if at and group["in"] not in map(str, range(at)):
            group["in"] = "0"
    fields["groups"][0]["in"] = ""
    for row in fields["rows"]:
        if row["in"] not in map(str, range(len(fields["groups"]))):
            row["in"] = "0"
    return fields


def pressed(fields: Fields, button: str) -> Fields:
    """The form after a button that changes its rows and groups."""
    act, _, rest = button.partition(":")
    rows, groups = list(fields["rows"]), list(fields["groups"])
    is_number = rest.isascii() and rest.isdecimal()
    if act == "add" and is_number and int(rest) < len(groups) and len(rows) < _MOST_ROWS:
        rows.append(new_row(rest))
    elif act == "group" and is_number and depth(fields, rest) < DEEPEST and len(groups) < _MOST_GROUPS:
        groups.append({"in": rest, "match": "any"})
        rows.append(new_row(str(len(groups) - 1)))
    elif act == "remove" and is_number and int(rest) < len(rows):
        del rows[int(rest)]
    elif act == "drop" and is_number and 0 < int(rest) < len(groups):
        return _without(fields, rest)
    elif act == "pick":
        at, _, product = rest.partition(":")
        if at.isascii() and at.isdecimal() and int(at) < len(rows):
            rows[int(at)] = rows[int(at)] | {"value": product}
    return fields | {"rows": rows, "groups": groups}


def depth(fields: Fields, group: str) -> int:
    """How deep a group stands: 1 for the outermost one. A group that is not there is deeper than any may be."""
    groups = fields["groups"]
    if int(group) >= len(groups):
        return DEEPEST + 1
    found = 1
    while groups[int(group)]["in"]:
        group, found = groups[int(group)]["in"], found + 1
    return found


def _without(fields: Fields, group: str) -> Fields:
    """The form without a group and all that stands in it."""
    gone = {group}
    for at, one in enumerate(fields["groups"]):
        if one["in"] in gone:
            gone.add(str(at))
    kept = [str(at) for at in range(len(fields["groups"])) if str(at) not in gone]
    numbers = {before: str(now) for now, before in enumerate(kept)}
    groups = [fields["groups"][int(each)] for each in kept]
    return fields | {
        "groups": [one | {"in": numbers.get(one["in"], "")} for one in groups],
        "rows": [row | {"in": numbers[row["in"]]} for row in fields["rows"] if row["in"] in numbers],
    }


def settled(fields: Fields, there: Mapping[str, Field]) -> Fields:
    """The form with an operator in each row that its field has: the one that was chosen, or else the first.

    `there`: the fields that may be asked. A row that asks another one is left as it is, for the error to say so.
    """
    rows = []
    for row in fields["rows"]:
        field = there.get(row["field"])
        operators = OPERATORS[field.type] if field else {row["operator"]: None}
        rows.append(row | {"operator": row["operator"] if row["operator"] in operators else next(iter(operators))})
    return fields | {"rows": rows}


def operators_of(field: Field) -> list[Operator]:
    """How a field may be asked, by names of the page's language."""
    return [replace(one, label=translated(one.label)) for one in OPERATORS[field.type].values()]
