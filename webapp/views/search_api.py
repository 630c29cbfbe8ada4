"""REST for the merchant's own systems: settings and rules of the search, read and changed with the shop's API key."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, jsonify, url_for

from commerce.rules import written_rules, written_settings
from commerce.rules.merchandising import Rule
from commerce.rules.written_rules import UnableToReadRule
from commerce.rules.written_settings import UnableToReadSettings
from commerce.tables import search_rules, search_settings
from commerce.tables.search_rules import UnableToAddRule
from commerce.tables.search_settings import Chosen
from jobs.queues import CONFIGURE
from webapp import guards, pages
from webapp.api import complaints
from webapp.api.changing import Change, changes
from webapp.errors import Problem
from webapp.inputs import is_time, json_object, row_id
from webapp.parts import parts

blueprint = Blueprint("search_api", __name__, url_prefix="/api/v1/search")

Answer = dict[str, Any]
RULE_FIELDS = ("name", "applies_to", "words", "actions", "enabled", "starts_at", "ends_at")


@blueprint.get("/settings")
@guards.api_key("search:read")
def settings() -> Answer:
    """What the merchant chose of the search."""
    with parts().database.read() as db:
        return _shown(search_settings.chosen(db, shop_id=g.shop.id))


@blueprint.put("/settings")
@guards.api_key("search:write")
def save_settings() -> Answer:
    """Change the settings; what is left out stays as it is."""
    here, told = parts(), json_object()
    with here.database.write() as db:
        before = search_settings.chosen(db, shop_id=g.shop.id)
        known = {*written_settings.as_json(before.settings), "labels"}
        _refuse_unknown(told, known)
        labels = told.pop("labels", None)
        try:
            new = written_settings.read(told, before=before.settings)
            named = None if labels is None else written_settings.read_labels(labels)
        except UnableToReadSettings as error:
            raise _wrong(error.field, error.text) from error
        search_settings.save(db, shop_id=g.shop.id, settings=new, labels=named, now=pages.now())
        answer = _shown(search_settings.chosen(db, shop_id=g.shop.id))
    here.queues.wake(CONFIGURE, [g.shop.id], again=True)
    return answer


@blueprint.get("/rules")
@guards.api_key("search:read")
def list_rules() -> Answer:
    """All rules in their order; there are few enough for one answer."""
    with parts().database.read() as db:
        rules = search_rules.all_of(db, shop_id=g.shop.id)
    return {"data": [_rule(rule) for rule in rules], "next_cursor": None}


@blueprint.post("/rules")
@guards.api_key("search:write")
@changes
def add_rule(*, change: Change) -> Response:
    """Add a rule behind the others."""
    rule = _read("")
    try:
        added = search_rules.add(change.db, shop_id=g.shop.id, rule=rule, now=change.now)
    except UnableToAddRule as error:
        raise Problem(409, "Too many rules", str(error)) from error
    response = jsonify(_rule(added))
    response.status_code = 201
    response.headers["Location"] = url_for("search_api.one_rule", key=added.id)
    return response


@blueprint.get("/rules/<key>")
@guards.api_key("search:read")
def one_rule(key: str) -> Answer:
    """One rule."""
    with parts().database.read() as db:
        found = search_rules.one(db, shop_id=g.shop.id, rule_id=_number(key))
    if found is None:
        raise _unknown()
    return _rule(found)


@blueprint.put("/rules/<key>")
@guards.api_key("search:write")
def save_rule(key: str) -> Answer:
    """Replace a rule."""
    rule_id = _number(key)
    rule = _read(str(rule_id))
    with parts().database.write() as db:
        saved = search_rules.save(db, shop_id=g.shop.id, rule=rule, now=pages.now())
    if not saved:
        raise _unknown()
    return _rule(rule)


@blueprint.delete("/rules/<key>")
@guards.api_key("search:write")
def remove_rule(key: str) -> tuple[str, int]:
    """Delete a rule."""
    with parts().database.write() as db:
        removed = search_rules.remove(db, shop_id=g.shop.id, rule_id=_number(key))
    if not removed:
        raise _unknown()
    return "", 204


def _shown(chosen: Chosen) -> Answer:
    return written_settings.as_json(chosen.settings) | {"labels": dict(chosen.labels)}


def _rule(rule: Rule) -> Answer:
    return {"id": rule.id} | written_rules.as_json(rule)


def _read(rule_id: str) -> Rule:
    told = json_object()
    told.pop("id", None)
    _refuse_unknown(told, RULE_FIELDS)
    for name in ("starts_at", "ends_at"):
        if told.get(name) is not None and not is_time(told[name]):
            raise _wrong(name, "must be a time with its zone such as 2026-05-01T12:00:00Z")
    try:
        return written_rules.read(told, rule_id=rule_id)
    except UnableToReadRule as error:
        raise _wrong(error.field, error.text) from error


def _refuse_unknown(told: Mapping[str, Any], known: Any) -> None:
    unknown = next((name for name in told if name not in known), None)
    if unknown is not None:
        raise _wrong(complaints.name_of(str(unknown)), "is not known: there are " + ", ".join(sorted(known)))


def _wrong(field: str, text: str) -> Problem:
    return Problem(400, f"Wrong value for {field}", f"`{field}` {text}.", field=field)


def _number(key: str) -> int:
    number = row_id(key)
    if number is None:
        raise _unknown()
    return number


def _unknown() -> Problem:
    return Problem(404, "No such rule", "The shop has no rule of this id.")
