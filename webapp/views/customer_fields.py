"""The merchant's own fields of customers: which there are, what they may hold."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.database import Connection
from commerce.rules.people import own_fields
from commerce.rules.people.own_fields import TYPES, UnableToReadField
from commerce.rules.segments.fields import CHOICE, Declared
from commerce.tables import segments
from commerce.tables.people import fields, turns
from webapp import guards, pages, sentences
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.parts import parts

blueprint = Blueprint("customer_fields", __name__, url_prefix="/dashboard/customers/fields")

_EMPTY = {"name": "", "label": "", "type": "text", "choices": ""}


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> Any:
    """All fields, and a form for another one."""
    return _page(_EMPTY)


@blueprint.post("")
@guards.merchant
@pages.of_shop
def add() -> Any:
    """Declare a field."""
    form = {name: request.form.get(name, value) for name, value in _EMPTY.items()}
    try:
        with parts().database.write() as db:
            there = fields.all_of(db, shop_id=g.shop.id)
            name = form["name"].strip()
            field = own_fields.declared(
                name=name, label=form["label"] or name, kind=form["type"], choices=_lines(form), taken=there
            )
            fields.save(db, shop_id=g.shop.id, name=name, field=field, now=pages.now())
    except UnableToReadField as error:
        return _page(form, wrong={error.field: sentences.this(error.text)}), 422
    flash(_("“%(field)s” is a field of customers from now on.", field=field.label))
    return redirect(url_for("customer_fields.index"))


@blueprint.get("/<name>")
@guards.merchant
@pages.of_shop
def one(name: str) -> Any:
    """The form of a field that is there."""
    with parts().database.read() as db:
        field = _declared(db, name)
    return _field_page(name, field, {"label": field.label, "choices": "\n".join(field.choices)})


@blueprint.post("/<name>")
@guards.merchant
@pages.of_shop
def save(name: str) -> Any:
    """Change a field's label or its choices."""
    form = {key: request.form.get(key, "") for key in ("label", "choices")}
    with parts().database.read() as db:
        before = _declared(db, name)
    try:
        field = own_fields.changed(before, label=form["label"], choices=_lines(form))
    except UnableToReadField as error:
        return _field_page(name, before, form, wrong={error.field: sentences.this(error.text)}), 422
    with parts().database.write() as db:
        _declared(db, name)
        fields.save(db, shop_id=g.shop.id, name=name, field=field, now=pages.now())
    flash(_("Saved."))
    return redirect(url_for("customer_fields.index"))


@blueprint.post("/<name>/remove")
@guards.merchant
@pages.of_shop
def remove(name: str) -> Any:
    """Declare a field no more, where no segment asks it."""
    with parts().database.write() as db:
        turns.take(db, g.shop.id)
        asking = segments.asking(db, shop_id=g.shop.id, field=name)
        if not asking:
            fields.remove(db, shop_id=g.shop.id, name=name.replace("\x00", ""))
    if asking:
        flash(_("The segment %(name)s asks this field. Change that first.", name=asking[0]))
    else:
        flash(_("The field was removed."))
    return redirect(url_for("customer_fields.index"))


def _lines(form: dict[str, str]) -> list[str]:
    return form["choices"].splitlines()


def _declared(db: Connection, name: str) -> Declared:
    field = fields.all_of(db, shop_id=g.shop.id).get(name)
    if field is None:
        raise Problem(404, _("No such field"), _("It may have been removed, or belong to another shop."))
    return field


def _page(form: dict[str, str], *, wrong: dict[str, str] | None = None) -> str:
    with parts().database.read() as db:
        rows = fields.all_of(db, shop_id=g.shop.id)
    return render_template("customer_fields.html", rows=rows, types=TYPES, form=form, wrong=wrong or {}, choice=CHOICE)


def _field_page(name: str, field: Declared, form: dict[str, str], *, wrong: dict[str, str] | None = None) -> str:
    return render_template(
        "customer_field.html", name=name, field=field, types=TYPES, form=form, wrong=wrong or {}, choice=CHOICE
    )
