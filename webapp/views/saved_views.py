"""Saved views of lists: what a list is narrowed to, under a name."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, current_app, flash, g, redirect, request, url_for

from commerce.tables import views
from commerce.tables.views import UnableToSave
from webapp import guards, inputs, pages
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.languages import translated
from webapp.parts import parts

blueprint = Blueprint("saved_views", __name__, url_prefix="/dashboard/views")

# Lists that have views.
PAGES = ("events.index", "orders.index", "customers.index", "shipments.everything")
_PASSING = frozenset({"shop", "page", "cursor", "host", "embedded", "id_token"})


@blueprint.post("")
@guards.merchant
@pages.of_shop
def save() -> Any:
    """Keep what a list is narrowed to, under a name."""
    page, name = request.form.get("page", ""), " ".join(request.form.get("name", "").replace("\x00", "").split())
    asked = [(key, value) for key, value in parse_qsl(request.form.get("query", "")) if key not in _PASSING]
    query = urlencode(asked)
    if page not in PAGES or page not in current_app.view_functions:
        raise Problem(422, _("There is no such list"), _("Save the view from the list's own page."))
    if not name or len(name) > views.LONGEST_NAME or len(query) > views.LONGEST_QUERY:
        detail = _("Give it one of at most %(number)s characters.", number=views.LONGEST_NAME)
        raise Problem(422, _("The view needs a name"), detail)
    try:
        with parts().database.write() as db:
            shop_id, now = g.shop.id, pages.now()
            views.save(db, shop_id=shop_id, page=page, name=name, query=query, made_by=g.seen_by, now=now)
    except UnableToSave as error:
        detail = _("%(error)s Delete one first.", error=translated(str(error)))
        raise Problem(409, _("There are too many views"), detail) from None
    flash(_("“%(name)s” is saved for everybody who works with this shop.", name=name))
    return redirect(pages.with_query(url_for(page), query))


@blueprint.post("/<key>/delete")
@guards.merchant
@pages.of_shop
def remove(key: str) -> Any:
    """Delete a view."""
    number, page = inputs.row_id(key), request.form.get("page", "")
    with parts().database.write() as db:
        done = number is not None and views.remove(db, shop_id=g.shop.id, view_id=number)
    flash(_("The view is deleted.") if done else _("There is no such view any more."))
    return redirect(url_for(page if page in PAGES else "home.index"))
