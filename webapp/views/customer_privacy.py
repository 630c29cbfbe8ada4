"""All that is known of a customer, to send to them; and that they are erased because they ask for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for

from commerce.mirror import erasing
from commerce.tables.people import bought
from jobs.queues import ERASE
from webapp import guards, pages
from webapp.exports import export, zipped
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.people import addressed
from webapp.people.actors import EXPORTED, READ, actor, saw

blueprint = Blueprint("customer_privacy", __name__, url_prefix="/dashboard/customers/<key>")

WORD = "ERASE"  # what has to be written before somebody is erased
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What an export is made of: whom it is about, and when it was asked for."""

    summary: dict[str, str]
    received_at: datetime


@blueprint.get("/export")
@guards.taker
@pages.of_shop
def download(key: str) -> Response:
    """Take along all that is known of a customer, as a ZIP with a page for people and JSON for programs."""
    now = pages.now()
    with parts().database.read() as db:
        root = addressed.of_key(db, g.shop.id, key).id
        told = export(db, g.shop, _Asked(summary={"root": root}, received_at=now), now=now)
    saw([root], EXPORTED)
    _log.info("privacy.exported", shop_id=g.shop.id)
    response = Response(
        zipped(told, render_template("export.html", told=told, shop=g.shop)), mimetype="application/zip"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="customer-data.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/erase")
@guards.merchant
@pages.of_shop
def ask(key: str) -> str:
    """What erasing does, before it is done."""
    return _page(key)


@blueprint.post("/erase")
@guards.owner
@pages.of_shop
def erase(key: str) -> Any:
    """Erase the customer."""
    if request.form.get("word", "").strip() != WORD:
        told = _("Write %(word)s in capitals, so that nobody is erased by a slip.", word=WORD)
        return _page(key, wrong={"word": told}), 422
    with parts().database.write() as db:
        root = addressed.of_key(db, g.shop.id, key).id
        erasing.ask_erasure(db, g.shop, root, asked_by=actor(), now=pages.now())
    parts().queues.wake(ERASE, [g.shop.id])
    flash(_("The customer is being erased. It takes a moment."))
    return redirect(url_for("customers.index"))


def _page(key: str, *, wrong: dict[str, str] | None = None) -> str:
    with parts().database.read() as db:
        row = addressed.of_key(db, g.shop.id, key)
        has_orders = bool(bought.of_members(db, shop_id=g.shop.id, member_ids=row.member_ids, limit=1))
    saw([row.id], READ)
    return render_template("customer_erase.html", customer=row, has_orders=has_orders, wrong=wrong or {}, word=WORD)
