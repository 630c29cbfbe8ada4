"""The audit log: who changed what, when, and from where."""

from typing import Any

from flask import Blueprint, g, render_template, request

from commerce.tables.team import audit
from webapp import auditing, guards, inputs, pages
from webapp.parts import parts

blueprint = Blueprint("audit", __name__, url_prefix="/dashboard/audit")

_PER_PAGE = 50


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> Any:
    """Changes, newest first, of everybody or of one."""
    before, actor = inputs.row_id(request.args.get("before", "")), inputs.text("actor")
    with parts().database.read() as db:
        rows = audit.page(db, shop_id=g.shop.id, limit=_PER_PAGE + 1, before=before, actor=actor)
    some = rows[:_PER_PAGE]
    told = {
        "rows": some,
        "more": len(rows) > _PER_PAGE,
        "actor": actor,
        "words": {row.route: auditing.words(row.route) for row in some},
    }
    return render_template("audit.html", **told)
