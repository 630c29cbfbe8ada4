"""The form of a loyalty programme. What is filled in travels with it: it is put together over several looks, tried on
past orders, and stored once.

Fields have the names that a programme in writing has (commerce.rules.loyalty.written): errors find their place.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.datastructures import MultiDict

from commerce.rules.loyalty import written
from commerce.rules.loyalty.programmes import (
    AMOUNT,
    INACTIVITY,
    PERCENT,
    SHIPPING,
    SPENT,
    TAG,
    Expiry,
    Programme,
    Reward,
)
from commerce.rules.loyalty.written_fields import UnableToReadProgramme
from commerce.rules.money import UnableToReadMoney, decimal_text, exponent, minor_units
from webapp import sentences
from webapp.languages import gettext as _
from webapp.loyalty.words import NEVER

Row = dict[str, str]
Fields = dict[str, Any]

NUMBERS = ("first_order", "sign_up", "waiting.days", "expiry.days", "expiry.warn_days")
CAPS = ("caps.order", "caps.day", "caps.balance")
CHOICES = ("per_amount.points", "per_amount.rounding", "waiting.from", "expiry.by", "tiers.by")
SWITCHES = ("per_amount.with_tax", "per_amount.with_shipping")
# What a line of each list has; a new one begins so.
LISTS: dict[str, Row] = {
    "products": {"by": "tag", "value": "", "factor": "2", "points": "0"},
    "actions": {"name": "", "points": "", "times": "1", "days": "0"},
    "tiers.levels": {"name": "", "from": "", "factor": "1"},
    "rewards": {"name": "", "points": "", "kind": AMOUNT, "value": "", "minimum": ""},
}
_LONGEST, _MOST_ROWS, _MOST_WRONG = 200, 50, 30
_LINE = re.compile(r"(products|actions|rewards|tiers\.levels)\[(\d+)\]")
_LARGE = re.compile(r"from ([01]) to \d{9,}")
_GOOD: dict[str, dict[str, Any]] = {
    "products": {"by": TAG},
    "actions": {"points": 1},
    "rewards": {"points": 1, "kind": SHIPPING, "value": 0},
}


def usual(currency: str | None) -> Programme:
    """What a shop begins with: a twentieth comes back, and ends after a year without an order."""
    places = exponent(currency)
    value = 5 * 10**places if places else 500
    amount = f"{decimal_text(value, currency)} {currency or ''}".replace(".00", "")
    reward = Reward(name=_("%(amount)s off", amount=amount), points=100, kind=AMOUNT, value=value)
    expiry = Expiry(days=365, by=INACTIVITY, warn_days=30)
    return Programme(rate=1000 if places else 10, expiry=expiry, rewards=(reward,))


def fields_of(programme: Programme, currency: str | None) -> Fields:
    """The form of a programme."""
    told = written.as_json(programme)
    told["expiry"] = told["expiry"] or {"by": NEVER, "days": 365, "warn_days": 30}
    fields: Fields = {name: _text(_at(told, name)) for name in (*NUMBERS, *CAPS, *CHOICES)}
    fields |= {name: "1" if _at(told, name) else "" for name in SWITCHES}
    for name, row in LISTS.items():
        fields[name] = [{each: _text(one[each]) for each in row} for one in _at(told, name)]
    if told["tiers"]["by"] == SPENT:
        for row in fields["tiers.levels"]:
            row["from"] = _shown(row["from"], currency)
    for row in fields["rewards"]:
        if row["kind"] == AMOUNT:
            row["value"] = _shown(row["value"], currency)
        row["minimum"] = _shown(row["minimum"], currency) if row["minimum"] != "0" else ""
    return fields


def _at(told: Mapping[str, Any], path: str) -> Any:
    found: Any = told
    for step in path.split("."):
        found = found[step]
    return found


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _shown(amount: str, currency: str | None) -> str:
    shown = decimal_text(int(amount), currency)
    return shown.removesuffix("." + "0" * exponent(currency))


def filled_in(form: MultiDict[str, str]) -> Fields:
    """The form as it came."""
    fields: Fields = {name: form.get(name, "").strip()[:_LONGEST] for name in (*NUMBERS, *CAPS, *CHOICES, *SWITCHES)}
    for name, row in LISTS.items():
        columns = [form.getlist(f"{name}.{each}")[:_MOST_ROWS] for each in row]
        rows = zip(*columns, strict=False)
        fields[name] = [dict(zip(row, (one.strip()[:_LONGEST] for one in values), strict=True)) for values in rows]
    return fields


def pressed(fields: Fields, button: str) -> Fields:
    """The form after a button that adds or takes away a line: "add:rewards", "remove:rewards:1"."""
    act, _colon, rest = button.partition(":")
    name, _colon, place = rest.partition(":")
    if name not in LISTS:
        return fields
    rows = list(fields[name])
    if act == "add" and len(rows) < _MOST_ROWS:
        rows.append(dict(LISTS[name]))
    elif act == "remove" and place.isascii() and place.isdecimal() and int(place) < len(rows):
        del rows[int(place)]
    return fields | {name: rows}


def read(fields: Fields, currency: str | None) -> tuple[Programme | None, dict[str, str]]:
    """The programme that the form says, and what is wrong by field; None where something is."""
    told = _told(fields, currency)
    wrong: dict[str, str] = {}
    for _attempt in range(_MOST_WRONG):
        try:
            programme = written.read(told)
        except UnableToReadProgramme as error:
            if error.field in wrong or not _set_aside(told, error.field):
                wrong.setdefault(error.field, _sentence(error, fields))
                return None, wrong
            wrong[error.field] = _sentence(error, fields)
        else:
            return (programme if not wrong else None), wrong
    return None, wrong


def _sentence(error: UnableToReadProgramme, fields: Fields) -> str:
    text = _LARGE.sub(lambda found: "above 0" if found[1] == "1" else "from 0 on", error.text)
    text = text.replace("of at most", "of 1 to")
    if _is_money(error.field, fields):
        text = text.replace("a whole number", "an amount")
    return sentences.this(text)


def _is_money(path: str, fields: Fields) -> bool:
    line = _LINE.match(path)
    if line is None:
        return False
    if line[1] == "tiers.levels":
        return path.endswith(".from") and fields["tiers.by"] == SPENT
    kind = fields["rewards"][int(line[2])]["kind"] if line[1] == "rewards" else ""
    return path.endswith(".minimum") or (path.endswith(".value") and kind == AMOUNT)


def _told(fields: Fields, currency: str | None) -> dict[str, Any]:
    """The programme in writing; what is no number stays as it is, for the reader to refuse."""
    by_money = fields["tiers.by"] == SPENT
    levels = [
        {
            "name": row["name"],
            "from": _money(row["from"], currency) if by_money else _whole(row["from"]),
            "factor": _number(row["factor"]),
        }
        for row in fields["tiers.levels"]
    ]
    expiry = {"by": fields["expiry.by"], "days": _whole(fields["expiry.days"])}
    expiry["warn_days"] = _whole(fields["expiry.warn_days"] or "0")
    return {
        "per_amount": {
            "points": _number(fields["per_amount.points"]),
            "rounding": fields["per_amount.rounding"],
            "with_tax": bool(fields["per_amount.with_tax"]),
            "with_shipping": bool(fields["per_amount.with_shipping"]),
        },
        "products": [
            row | {"points": _whole(row["points"] or "0"), "factor": _number(row["factor"])}
            for row in fields["products"]
        ],
        "first_order": _whole(fields["first_order"] or "0"),
        "sign_up": _whole(fields["sign_up"] or "0"),
        "actions": [
            {"name": row["name"], "points": _whole(row["points"]), "times": _whole(row["times"] or "0"),
             "days": _whole(row["days"] or "0")}
            for row in fields["actions"]
        ],
        "waiting": {"days": _whole(fields["waiting.days"]), "from": fields["waiting.from"]},
        "expiry": None if fields["expiry.by"] == NEVER else expiry,
        "caps": {name.removeprefix("caps."): _whole(fields[name]) if fields[name] else None for name in CAPS},
        "tiers": {"by": fields["tiers.by"], "levels": levels},
        "rewards": [_reward(row, currency) for row in fields["rewards"]],
    }  # fmt: skip


def _reward(row: Row, currency: str | None) -> dict[str, Any]:
    value: Any = 0
    if row["kind"] == AMOUNT:
        value = _money(row["value"], currency)
    elif row["kind"] == PERCENT:
        value = _whole(row["value"].removesuffix("%").strip())
    minimum = _money(row["minimum"], currency) if row["minimum"] else 0
    return {"name": row["name"], "points": _whole(row["points"]), "kind": row["kind"], "value": value,
            "minimum": minimum}  # fmt: skip


def _whole(told: str) -> int | str:
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= 12 else told


def _number(told: str) -> float | str:
    try:
        number = Decimal(told.replace(",", "."))
    except InvalidOperation:
        return told
    return float(number) if number.is_finite() and abs(number) < 10**6 else told


def _money(told: str, currency: str | None) -> int | str:
    try:
        return minor_units(told.replace(",", "."), currency) if told else told  # type: ignore[return-value]
    except UnableToReadMoney:
        return told


def _set_aside(told: dict[str, Any], path: str) -> bool:
    """Let a field be what it usually is, and a line be a good one, so that what is behind them is looked at as well;
    False where that cannot be."""
    line = _LINE.match(path)
    if path.startswith("expiry."):
        told["expiry"] = None
        return True
    if line is None:
        *before, last = path.split(".")
        part = told.get(before[0]) if before else told
        return isinstance(part, dict) and part.pop(last, None) is not None
    if line[1] == "tiers.levels":  # each has to be higher than the one before
        told["tiers"]["levels"] = []
    else:
        name = "value" if line[1] == "products" else "name"
        told[line[1]][int(line[2])] = _GOOD[line[1]] | {name: f"set-aside-{line[2]}"}
    return True
