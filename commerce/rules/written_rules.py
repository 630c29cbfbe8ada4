"""Merchants' rules in writing: as JSON of the tables and the API, read with an error for each field that is wrong."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from commerce.rules import merchandising
from commerce.rules.documents import facet_name
from commerce.rules.merchandising import Add, AnyAction, Hide, Lift, Pin, Redirect, Replace, Rule, Target
from commerce.rules.written_settings import is_storable

ACTIONS: dict[str, type[AnyAction]] = {
    "pin": Pin,
    "add": Add,
    "hide": Hide,
    "lift": Lift,
    "redirect": Redirect,
    "replace": Replace,
}
MOST_ACTIONS, MOST_WORDS = 100, 100
_LONGEST = 200
_LONGEST_ADDRESS = 2000


class UnableToReadRule(ValueError):
    """A field is wrong: `field` names it, `text` says in plain words what it has to be."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}")
        self.field, self.text = field, text


def as_json(rule: Rule) -> dict[str, Any]:
    """The rule without its id: what `read` reads."""
    return {
        "name": rule.name,
        "applies_to": rule.applies_to,
        "words": list(rule.words),
        "actions": [{"do": _name(action), **_flat(action)} for action in rule.actions],
        "enabled": rule.enabled,
        "starts_at": rule.starts_at.astimezone(UTC).isoformat() if rule.starts_at else None,
        "ends_at": rule.ends_at.astimezone(UTC).isoformat() if rule.ends_at else None,
    }


def _name(action: AnyAction) -> str:
    return next(name for name, kind in ACTIONS.items() if isinstance(action, kind))


def _flat(action: AnyAction) -> dict[str, Any]:
    """A target's fields stand beside the action's own."""
    told = asdict(action)
    target: dict[str, Any] = told.pop("target", {})
    return target | told


def read(told: Mapping[str, Any], *, rule_id: str = "") -> Rule:
    """The rule that was written. Raises UnableToReadRule, which names the field."""
    applies_to = told.get("applies_to")
    if applies_to not in merchandising.KINDS:
        raise UnableToReadRule("applies_to", "must be one of " + ", ".join(merchandising.KINDS))
    starts_at, ends_at = _moment(told, "starts_at"), _moment(told, "ends_at")
    if starts_at and ends_at and ends_at <= starts_at:
        raise UnableToReadRule("ends_at", "must be later than the start")
    enabled = told.get("enabled", True)
    if not isinstance(enabled, bool):
        raise UnableToReadRule("enabled", "must be true or false")
    return Rule(
        id=rule_id,
        name=_text(told, "name", "name"),
        applies_to=applies_to,
        words=_words(told, applies_to),
        actions=_actions(told),
        enabled=enabled,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _words(told: Mapping[str, Any], applies_to: str) -> tuple[str, ...]:
    given = told.get("words", [])
    if applies_to == merchandising.EVERY:
        return ()
    if not isinstance(given, list | tuple) or not 1 <= len(given) <= MOST_WORDS:
        raise UnableToReadRule("words", f"must have from 1 to {MOST_WORDS} entries")
    for words in given:
        if not isinstance(words, str) or not words.strip() or len(words) > _LONGEST or not is_storable(words):
            raise UnableToReadRule("words", f"must be texts of at most {_LONGEST} characters")
        if applies_to != merchandising.CATEGORY and not merchandising.folded(words):
            raise UnableToReadRule("words", "must have a letter or a number in each entry")
    return tuple(dict.fromkeys(words.strip() for words in given))


def _actions(told: Mapping[str, Any]) -> tuple[AnyAction, ...]:
    given = told.get("actions")
    if not isinstance(given, list | tuple) or not 1 <= len(given) <= MOST_ACTIONS:
        raise UnableToReadRule("actions", f"must have from 1 to {MOST_ACTIONS} entries")
    return tuple(_action(action, f"actions[{at}]") for at, action in enumerate(given))


def _action(told: Any, place: str) -> AnyAction:
    kind = ACTIONS.get(str(told.get("do"))) if isinstance(told, Mapping) else None
    if kind is None:
        raise UnableToReadRule(f"{place}.do", "must be one of " + ", ".join(ACTIONS))
    values: dict[str, Any] = {}
    for field in fields(kind):
        values[field.name] = _READERS[field.name](told, field.name, f"{place}.{field.name}")
    return kind(**values)


def _text(told: Mapping[str, Any], name: str, place: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST or not is_storable(value):
        raise UnableToReadRule(place, f"must be a text of 1 to {_LONGEST} characters")
    return value.strip()


def _target(told: Mapping[str, Any], name: str, place: str) -> Target:  # noqa: ARG001 - it has no field of its own
    before = place.rpartition(".")[0]
    facet = facet_name(_text(told, "facet", f"{before}.facet"))
    if not facet:
        raise UnableToReadRule(f"{before}.facet", "must have a letter or a number")
    return Target(facet=facet, value=_text(told, "value", f"{before}.value"))


def _position(told: Mapping[str, Any], name: str, place: str) -> int:
    value = told.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= merchandising.LAST_POSITION:
        raise UnableToReadRule(place, f"must be a whole number from 1 to {merchandising.LAST_POSITION}")
    return value


def _strength(told: Mapping[str, Any], name: str, place: str) -> int:
    value, most = told.get(name), merchandising.STRONGEST
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= abs(value) <= most:
        raise UnableToReadRule(place, f"must be a whole number from 1 to {most}, or from -{most} to -1")
    return value


def _address(told: Mapping[str, Any], name: str, place: str) -> str:
    """A page of the shop by its path, or a whole address; never a script."""
    value = told.get(name)
    value = value.strip() if isinstance(value, str) else ""
    is_path = value.startswith("/") and not value.startswith(("//", "/\\"))
    printable = value.isprintable() and " " not in value and len(value) <= _LONGEST_ADDRESS
    if not printable or not (is_path or value.lower().startswith(("https://", "http://"))):
        raise UnableToReadRule(place, "must be a path such as /pages/sale or an address that begins with https://")
    return value


def _moment(told: Mapping[str, Any], name: str) -> datetime | None:
    value = told.get(name)
    if value is None or value == "":
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC) if datetime.fromisoformat(value).tzinfo else _no_zone(name)
    except (TypeError, ValueError, OverflowError):
        raise UnableToReadRule(name, "must be a time with its zone such as 2026-05-01T12:00:00Z") from None


def _no_zone(name: str) -> datetime:
    raise ValueError(name)


_READERS = {
    "product": _text,
    "position": _position,
    "target": _target,
    "strength": _strength,
    "url": _address,
    "query": _text,
}
