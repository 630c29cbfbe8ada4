"""What privacy law asks of the merchant: a customer's data to send to them, and that it was sent."""

from typing import Any

import structlog
from flask import Blueprint, Response, flash, g, redirect, render_template, url_for

from commerce.tables import privacy
from webapp import guards, inputs, pages
from webapp.duties import duties
from webapp.errors import Problem
from webapp.exports import export, zipped
from webapp.languages import gettext as _
from webapp.parts import parts

blueprint = Blueprint("privacy", __name__, url_prefix="/dashboard/privacy")

_log = structlog.get_logger(__name__)


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """The requests that are open, and by when they are due."""
    with parts().database.read() as db:
        found = duties(privacy.open_requests(db, shop_id=g.shop.id), pages.now())
    return render_template("privacy.html", duties=found)


@blueprint.get("/<key>/export")
@guards.taker
@pages.of_shop
def download(key: str) -> Response:
    """Take along all that is known of the customer who asks, as a ZIP with a page for people and JSON for programs."""
    request = _open_request(key)
    with parts().database.read() as db:
        told = export(db, g.shop, request, now=pages.now())
    page = render_template("export.html", told=told, shop=g.shop)
    parts().sightings.saw(g.shop.id, [one["id"] for one in told["profiles"]], "merchant", "exported")
    _log.info("privacy.exported", shop_id=g.shop.id, request_id=request.id)
    response = Response(zipped(told, page), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="customer-data-{request.id}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/<key>/sent")
@guards.owner
@pages.of_shop
def mark_as_sent(key: str) -> Any:
    """The customer has their data: the request stays as proof, without saying whose it was."""
    request = _open_request(key)
    with parts().database.write() as db:
        subject = privacy.subject(db, shop_id=g.shop.id, request=request)
        summary = {"customers": len(subject.customer_ids), "orders": len(subject.order_ids)}
        privacy.fulfil(db, shop_id=g.shop.id, request_id=request.id, summary=summary, now=pages.now())
    _log.info("privacy.sent", shop_id=g.shop.id, request_id=request.id)
    flash(_("Noted: the customer has their data. The note stays, without saying whose data it was."))
    return redirect(url_for("privacy.index"))


def _open_request(key: str) -> Any:
    number = inputs.row_id(key)
    if number is not None:
        with parts().database.read() as db:
            row = privacy.one(db, shop_id=g.shop.id, request_id=number)
        if row is not None and row.kind == privacy.EXPORT and row.fulfilled_at is None:
            return row
    raise Problem(404, _("No such request"), _("It may have been fulfilled already, or belong to another shop."))
