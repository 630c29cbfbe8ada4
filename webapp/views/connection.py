"""The connection to the shop's own API: whether it holds, what runs through it, and what was found and healed."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.tables import connections, syncs
from commerce.tables.syncs import CHANGES, COMPARE, IMPORT
from jobs.queues import SYNC
from webapp import guards, inputs, pages
from webapp.figures import queue_state
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext
from webapp.parts import parts
from webapp.stores import connected

blueprint = Blueprint("connection", __name__, url_prefix="/dashboard/connection")

_STARTED = {
    IMPORT: lazy_gettext("Everything is read from the shop now."),
    CHANGES: lazy_gettext("Backroom looks for changes now."),
    COMPARE: lazy_gettext("Everything is compared with the shop now."),
}


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """Connection, webhooks, runs and what they cost."""
    here = parts()
    shown = connected.overview(here, g.shop, pages.now())
    return render_template("connection.html", **shown, queue=queue_state(here.queues))


@blueprint.post("/runs")
@guards.merchant
@pages.of_shop
def start() -> Any:
    """Start a run of the kind that the form names, unless one of this kind is under way."""
    kind, here = request.form.get("kind", ""), parts()
    if kind not in _STARTED:
        raise inputs.wrong("kind", _("one of %(values)s", values=", ".join(_STARTED)))
    with here.database.write() as db:
        row = connections.state(db, shop_id=g.shop.id)
        is_connected = row is not None and row.state == connections.CONNECTED
        if is_connected:
            begun = syncs.begin(db, shop_id=g.shop.id, kind=kind, now=pages.now())
            run = syncs.one(db, shop_id=g.shop.id, sync_id=begun)
            kind = run.kind if run is not None else kind
    if is_connected:
        here.queues.wake(SYNC, [g.shop.id], again=True)
        flash(str(_STARTED[kind]))
    else:
        flash(_("The shop does not let Backroom in: connect it first."))
    return redirect(url_for("connection.index"))


@blueprint.post("/cancel")
@guards.merchant
@pages.of_shop
def cancel() -> Any:
    """Stop what is under way; what was brought in so far stays."""
    with parts().database.write() as db:
        stopped = syncs.cancel(db, shop_id=g.shop.id, now=pages.now())
    well = _("It was stopped. What was brought in so far stays.")
    flash(well if stopped else _("Nothing was under way any more."))
    return redirect(url_for("connection.index"))
