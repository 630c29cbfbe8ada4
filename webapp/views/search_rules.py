"""Rules of a shop's search: what is pinned, hidden, boosted or led elsewhere, for which searches and when."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.rules.written_rules import UnableToReadRule
from commerce.tables import products, search_rules
from commerce.tables.search_rules import UnableToAddRule
from integrations.search_api import SearchQuery
from webapp import dated, guards, pages, sentences
from webapp.errors import Problem
from webapp.inputs import row_id
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.search import rule_form
from webapp.search.rule_form import Fields
from webapp.shoppers.searching import find_as_merchant

blueprint = Blueprint("search_rules", __name__, url_prefix="/dashboard/search/rules")

_PICKED = 8  # products offered for what was looked for


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """All rules in their order."""
    with parts().database.read() as db:
        rules = search_rules.all_of(db, shop_id=g.shop.id)
    now = pages.now()
    rows = [(rule, *rule_form.state_of(rule, now), rule_form.summary(rule)) for rule in rules]
    return render_template("search_rules.html", rows=rows, applies=rule_form.APPLIES_WORDS, zone=_zone(), dated=dated)


@blueprint.get("/new")
@guards.merchant
@pages.of_shop
def new() -> str:
    """The form of a new rule; `query`: the search that it is to be for."""
    return _page(rule_form.blank() | {"words": request.args.get("query", "")[:200]}, "new")


@blueprint.get("/<key>")
@guards.merchant
@pages.of_shop
def one(key: str) -> str:
    """The form of a rule that is there."""
    return _page(rule_form.fields_of(_rule(key), _zone()), key)


@blueprint.post("/<key>")
@guards.merchant
@pages.of_shop
def save(key: str) -> Any:
    """Store the rule; buttons other than the one that saves only change the form."""
    act = request.form.get("act", "look")
    fields = rule_form.filled_in(request.form)
    if key != "new":
        _rule(key)
    if act != "save":
        changed = rule_form.pressed(fields, act)
        begun = len(changed["rows"]) - 1 if len(changed["rows"]) > len(fields["rows"]) else -1
        return _page(changed, key, looked_for=request.form.get("look_for", ""), begun=begun)
    try:
        rule = rule_form.rule_of(fields, _zone(), rule_id="" if key == "new" else key)
        with parts().database.write() as db:
            if key == "new":
                search_rules.add(db, shop_id=g.shop.id, rule=rule, now=pages.now())
            else:
                search_rules.save(db, shop_id=g.shop.id, rule=rule, now=pages.now())
    except UnableToReadRule as error:
        return _page(fields, key, wrong={error.field: sentences.this(error.text)}), 400
    except UnableToAddRule as error:
        return _page(fields, key, wrong={"name": sentences.told(str(error))}), 400
    counts = _("Saved. “%(name)s” counts within a second.", name=rule.name)
    flash(counts if rule.enabled else _("Saved. The rule is switched off."))
    return redirect(url_for("search_rules.index"))


@blueprint.post("/<key>/switch")
@guards.merchant
@pages.of_shop
def switch(key: str) -> Any:
    """Switch a rule on or off."""
    rule_id = _number(key)
    with parts().database.write() as db:
        found = search_rules.switch(db, shop_id=g.shop.id, rule_id=rule_id, now=pages.now())
    if found is None:
        raise _unknown()
    on, off = _("“%(name)s” is switched on.", name=found.name), _("“%(name)s” is switched off.", name=found.name)
    flash(on if found.enabled else off)
    return redirect(url_for("search_rules.index"))


@blueprint.post("/<key>/move")
@guards.merchant
@pages.of_shop
def move(key: str) -> Any:
    """Put a rule one place up or down."""
    rule_id = _number(key)
    with parts().database.write() as db:
        order = [int(rule.id) for rule in search_rules.all_of(db, shop_id=g.shop.id)]
        if rule_id not in order:
            raise _unknown()
        at = order.index(rule_id)
        order.insert(max(0, at + (1 if request.form.get("to") == "down" else -1)), order.pop(at))
        search_rules.arrange(db, shop_id=g.shop.id, ids=order)
    return redirect(url_for("search_rules.index"))


@blueprint.post("/<key>/remove")
@guards.merchant
@pages.of_shop
def remove(key: str) -> Any:
    """Delete a rule."""
    with parts().database.write() as db:
        removed = search_rules.remove(db, shop_id=g.shop.id, rule_id=_number(key))
    flash(_("The rule was deleted.") if removed else _("The rule was not there any more."))
    return redirect(url_for("search_rules.index"))


def _page(
    fields: Fields, key: str, *, wrong: dict[str, str] | None = None, looked_for: str = "", begun: int | None = None
) -> str:
    """`begun` is the row to go on with after a button, -1 where there is none; None where none was pressed."""
    here = parts()
    picks = find_as_merchant(here, g.shop, SearchQuery(text=looked_for, limit=_PICKED)).products if looked_for else ()
    named = {row["product"] or row["value"] for row in fields["rows"] if row["product"] or row["facet"] == "id"}
    with here.database.read() as db:
        known = products.by_ids(db, shop_id=g.shop.id, ids=named, currency=g.shop.currency)
    return render_template(
        "search_rule.html",
        fields=fields,
        key=key,
        wrong=wrong or {},
        looked_for=looked_for,
        begun=begun,
        picks=[product for _hit, product in picks],
        known=known,
        applies=rule_form.APPLIES_WORDS,
        strengths=rule_form.STRENGTH_WORDS,
        zone=_zone(),
    )


def _zone() -> Any:
    return rule_form.zone_of(g.shop.timezone)


def _number(key: str) -> int:
    number = row_id(key)
    if number is None:
        raise _unknown()
    return number


def _rule(key: str) -> Any:
    with parts().database.read() as db:
        found = search_rules.one(db, shop_id=g.shop.id, rule_id=_number(key))
    if found is None:
        raise _unknown()
    return found


def _unknown() -> Problem:
    return Problem(404, _("No such rule"), _("It may have been deleted, or belong to another shop."))
