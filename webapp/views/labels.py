"""An order's labels: asked for, looked at, printed, taken back."""

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for

from commerce.tables import labels, order_tracking
from integrations import registry
from integrations.carriers.numbers import choosing
from integrations.labels import composed, written
from integrations.labels.composed import Ground
from webapp import guards, inputs, pages
from webapp.errors import Problem
from webapp.labels import asking, label_form, words
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.views.labels_api import printed

blueprint = Blueprint("labels", __name__, url_prefix="/dashboard/orders/<key>/label")


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index(key: str) -> str:
    """The order's labels, and the form for the first or another one."""
    return _page(key, {})


@blueprint.post("")
@guards.merchant
@pages.of_shop
def make(key: str) -> Any:
    """Ask for a label; the same form sent twice asks once."""
    here, ground = parts(), _ground(key)
    told, wrong = label_form.read(request.form)
    wanted, found = written.read(told, ground.usual)
    wrong |= found
    if wrong:
        return _page(key, label_form.wrong_fields(wrong)), 400
    after = str(_found(key, request.form["after"]).id) if request.form.get("after") else ""
    if request.form.get("keep_sender"):
        asking.keep_sender(here, shop_id=g.shop.id, told=told[label_form.SENDER], now=pages.now())
    name = composed.usual_key(ground.order.id, len(wanted.sending.boxes), after=after)
    is_new = asking.want(
        here, shop_id=g.shop.id, key=name, wanted=wanted, ground=ground, now=pages.now(), only=not after
    )[1]
    flash(_("It is asked for.") if is_new else _("This label was asked for before, and nothing new was bought."))
    return redirect(url_for("labels.index", key=key))


@blueprint.get("/<number>/file")
@guards.merchant
@pages.of_shop
def file(key: str, number: str) -> Response:
    """What is to be printed."""
    row = _found(key, number)
    if row.file is None:
        raise Problem(404, _("There is no file"), words.explained(row) or _("It was erased."))
    return printed(row)


@blueprint.post("/<number>/void")
@guards.merchant
@pages.of_shop
def void(key: str, number: str) -> Any:
    """Take a label back."""
    row = _found(key, number)
    asked = asking.take_back(parts(), shop_id=g.shop.id, label_id=row.id, now=pages.now())
    flash(_("The carrier is asked to take it back.") if asked else _("Only a label that was bought can be taken back."))
    return redirect(url_for("labels.index", key=key))


def _ground(key: str) -> Ground:
    here = parts()
    with here.database.read() as db:
        found = asking.ground(db, here, g.shop, key.replace("\x00", ""))
    if found is None or found.order is None:
        raise Problem(404, _("No such order"), _("It may have been deleted in the shop, or belong to another shop."))
    return found


def _found(key: str, number: str) -> Any:
    """The order's label of that number. Raises Problem."""
    row_id = inputs.row_id(number)
    if row_id is not None:
        with parts().database.read() as db:
            row = labels.by_id(db, shop_id=g.shop.id, label_id=row_id)
        if row is not None and row.order_id == key:
            return row
    raise Problem(404, _("No such label"), _("The order has no label of this number."))


def _page(key: str, wrong: dict[str, str]) -> str:
    ground = _ground(key)
    with parts().database.read() as db:
        rows = list(reversed(labels.of_order(db, shop_id=g.shop.id, order_id=ground.order.id)))
        numbers = {row.id: choosing.normalised(row.number) for row in rows if row.number}
        parcels = order_tracking.by_numbers(db, shop_id=g.shop.id, numbers=set(numbers.values()))
    newest = rows[0] if rows else None
    asked_after = request.values.get("after", "")
    is_open = newest is None or bool(wrong) or asked_after in {str(row.id) for row in rows}
    return render_template(
        "labels.html",
        order=ground.order,
        rows=rows,
        newest=newest,
        parcels={label: parcels[number] for label, number in numbers.items() if number in parcels},
        is_open=is_open,
        after=asked_after if is_open else "",
        filled=label_form.filled(ground.usual, request.form),
        wrong=wrong,
        makers=[(name, registry.carrier_title(name)) for name in ground.usual.makers],
        has_sender=ground.has_sender,
        titles=label_form.ADDRESS_TITLES,
        most_boxes=written.MOST_BOXES,
        w=words,
    )
