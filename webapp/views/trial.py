"""A test event, sent through the shop's own door and followed through every step, until nothing is left of it."""

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, url_for

from commerce.tables import effect_lists, events
from webapp import guards, inputs, limits, pages
from webapp.doors import trials
from webapp.errors import Problem
from webapp.figures import queue_state
from webapp.languages import gettext as _
from webapp.languages import translated
from webapp.parts import parts

blueprint = Blueprint("trial", __name__, url_prefix="/dashboard/test-event")


@blueprint.post("")
@guards.merchant
@pages.of_shop
def send() -> Any:
    """Send one, and lead to the page that follows it."""
    return _send(gone=False)


@blueprint.get("/<key>")
@guards.merchant
@pages.of_shop
def follow(key: str) -> str:
    """How far it is."""
    number = inputs.row_id(key)
    with parts().database.read() as db:
        row = events.one(db, shop_id=g.shop.id, row_id=number) if number is not None else None
        planned = effect_lists.of_delivery(db, shop_id=g.shop.id, inbox_id=row.id) if row is not None else ()
    if row is None:
        raise Problem(404, _("No such delivery"), _("It may have been tidied away, or belong to another shop."))
    return render_template(
        "trial.html",
        event=row,
        told=trials.follow(row, planned),
        is_removal=trials.is_removal(row),
        queue=queue_state(parts().queues),
    )


@blueprint.post("/remove")
@guards.merchant
@pages.of_shop
def remove() -> Any:
    """Take the test product away again: by an event too."""
    return _send(gone=True)


def _send(*, gone: bool) -> Any:
    limits.attempt("test-event", g.shop.key)
    door = current_app.extensions["backroom_doors"][g.shop.platform]
    verdict, number = trials.send(parts(), door, g.shop, now=pages.now(), gone=gone)
    if number is None:
        flash(_("The test event was not taken in. %(advice)s", advice=translated(verdict.advice)))
        return redirect(url_for("home.index"))
    return redirect(url_for("trial.follow", key=number))
