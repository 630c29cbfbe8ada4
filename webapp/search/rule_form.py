"""The form of a rule. What is filled in travels with it: a rule is put together over several looks and saved once.

Each action is a row of the same fields; those that its kind does not have stay empty.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from werkzeug.datastructures import MultiDict

from commerce.rules.merchandising import CATEGORY, CONTAINS, EVERY, EXACT, ID, Rule, holds
from commerce.rules.written_rules import UnableToReadRule, as_json, read
from webapp.languages import gettext
from webapp.languages import lazy_gettext as _

APPLIES_WORDS = {
    EXACT: _("Searches for exactly these words"),
    CONTAINS: _("Searches that contain these words"),
    EVERY: _("Every search"),
    CATEGORY: _("The pages of these categories"),
}
STRENGTH_WORDS = {1: _("a little"), 2: _("clearly"), 3: _("strongly")}
# Kinds of rows that are not about a picked product, by the button that adds one.
NEW_ROWS = {
    "hide": {"do": "hide"},
    "boost": {"do": "lift", "strength": "2"},
    "bury": {"do": "lift", "strength": "-2"},
    "redirect": {"do": "redirect"},
    "replace": {"do": "replace"},
}
_ROW = ("do", "product", "position", "facet", "value", "strength", "url", "query")
_NUMBERS = ("position", "strength")
_LOCAL = "%Y-%m-%dT%H:%M"

Row = dict[str, str]
Fields = dict[str, Any]


def zone_of(timezone: str) -> ZoneInfo:
    """The shop's zone, in which its merchants give times; UTC where it is not known."""
    try:
        return ZoneInfo(timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def blank() -> Fields:
    """The form of a new rule."""
    return {"name": "", "applies_to": EXACT, "words": "", "enabled": True, "starts_at": "", "ends_at": "", "rows": []}


def fields_of(rule: Rule, zone: ZoneInfo) -> Fields:
    """The form of a rule that is there."""
    told = as_json(rule)
    return {
        "name": rule.name,
        "applies_to": rule.applies_to,
        "words": "\n".join(rule.words),
        "enabled": rule.enabled,
        "starts_at": _local(rule.starts_at, zone),
        "ends_at": _local(rule.ends_at, zone),
        "rows": [{name: str(action.get(name, "")) for name in _ROW} for action in told["actions"]],
    }


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime(_LOCAL) if at else ""


def filled_in(form: MultiDict[str, str]) -> Fields:
    """The form as it came."""
    columns = [form.getlist(f"row_{name}") for name in _ROW]
    return {
        "name": form.get("name", ""),
        "applies_to": form.get("applies_to", EXACT),
        "words": form.get("words", ""),
        "enabled": bool(form.get("enabled")),
        "starts_at": form.get("starts_at", ""),
        "ends_at": form.get("ends_at", ""),
        "rows": [dict(zip(_ROW, values, strict=True)) for values in zip(*columns, strict=False)],
    }


def pressed(fields: Fields, button: str) -> Fields:
    """The form after a button that changes its rows."""
    act, _, rest = button.partition(":")
    rows: list[Row] = list(fields["rows"])
    if act == "remove" and rest.isascii() and rest.isdecimal() and int(rest) < len(rows):
        del rows[int(rest)]
    elif act == "new" and rest in NEW_ROWS:
        rows.append(_row(NEW_ROWS[rest]))
    elif act == "pick":
        kind, _, product = rest.partition(":")
        if product:
            rows.append(_row(_picked(kind, product, rows)))
    return fields | {"rows": rows}


def _picked(kind: str, product: str, rows: list[Row]) -> Row:
    """A row about a product; a new pin stands behind the others."""
    if kind == "pin":
        taken = [int(row["position"]) for row in rows if row["do"] == "pin" and row["position"].isdecimal()]
        return {"do": "pin", "product": product, "position": str(max(taken, default=0) + 1)}
    if kind == "add":
        return {"do": "add", "product": product}
    return NEW_ROWS.get(kind, NEW_ROWS["hide"]) | {"facet": ID, "value": product}


def _row(told: Mapping[str, str]) -> Row:
    return {name: told.get(name, "") for name in _ROW}


def rule_of(fields: Fields, zone: ZoneInfo, *, rule_id: str) -> Rule:
    """The rule that the form says. Raises UnableToReadRule, which names the field."""
    words = [line.strip() for line in fields["words"].splitlines() if line.strip()]
    told = {name: fields[name] for name in ("name", "applies_to", "enabled")} | {"words": words}
    for name in ("starts_at", "ends_at"):
        told[name] = _moment(name, fields[name], zone)
    told["actions"] = [_action(row) for row in fields["rows"]]
    return read(told, rule_id=rule_id)


def _moment(name: str, text: str, zone: ZoneInfo) -> str | None:
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=zone).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise UnableToReadRule(name, "must be a date and a time") from None


def _action(row: Row) -> dict[str, Any]:
    told: dict[str, Any] = {name: value for name, value in row.items() if value}
    for name in _NUMBERS:
        value = row[name].strip().removeprefix("-")
        if value.isascii() and value.isdecimal() and len(value) <= 4:
            told[name] = int(row[name])
    return told


def state_of(rule: Rule, now: datetime) -> tuple[str, str]:
    """(what the rule is at present in one word, its tone)."""
    if not rule.enabled:
        return "off", ""
    if holds(rule, now):
        return "active", "good"
    return ("planned", "wait") if rule.starts_at and rule.starts_at > now else ("ended", "")


def summary(rule: Rule) -> str:
    """What a rule does, in a few words."""
    counted: dict[str, int] = {}
    for action in as_json(rule)["actions"]:
        word = action["do"] if action["do"] != "lift" else "boost" if action["strength"] > 0 else "bury"
        counted[word] = counted.get(word, 0) + 1
    return ", ".join(_in_words(word, number) for word, number in counted.items())


def _in_words(action: str, number: int) -> str:
    return {
        "redirect": gettext("redirects"),
        "replace": gettext("searches something else"),
        "pin": gettext("%(number)s pinned", number=number),
        "add": gettext("%(number)s added", number=number),
        "hide": gettext("%(number)s hidden", number=number),
        "boost": gettext("%(number)s boosted", number=number),
        "bury": gettext("%(number)s buried", number=number),
    }[action]
