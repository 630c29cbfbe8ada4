"""What shoppers search for, and what becomes of it."""

from typing import Any

from flask import Blueprint, Response, g, render_template

from commerce.rules.searches import folded
from webapp import dated, guards, pages
from webapp.errors import Problem
from webapp.inputs import choice, text
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.shoppers.search_figures import PERIODS, figures, one_query, shape, table

blueprint = Blueprint("analytics", __name__)

_USUAL = 28


@blueprint.get("/dashboard/searches")
@guards.merchant
@pages.of_shop
def index() -> str:
    """Figures of a period and the queries behind them."""
    shown = figures(parts(), g.shop, days=_days(), today=pages.now().date())
    return render_template("analytics.html", figures=shown, periods=PERIODS, dated=dated)


@blueprint.get("/dashboard/searches/query")
@guards.merchant
@pages.of_shop
def query() -> str:
    """One query: how often it is asked, and which products shoppers choose of what it finds."""
    asked, days = folded(text("q")), _days()
    found = one_query(parts(), g.shop, asked, days=days, today=pages.now().date()) if asked else None
    if found is None:
        raise Problem(404, _("No such query"), _("Nobody asked this, or so long ago that its words are forgotten."))
    return render_template("analytics_query.html", found=found, periods=PERIODS, days=days)


@blueprint.get("/dashboard/searches/queries.csv")
@guards.merchant
@pages.of_shop
def queries() -> Response:
    """All queries of the period, for a spreadsheet."""
    today, days = pages.now().date(), _days()
    response = Response(table(parts(), g.shop, days=days, today=today), mimetype="text/csv")
    name = f"searches-{today.isoformat()}-{days}-days.csv"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


@blueprint.get("/api/v1/search/analytics")
@guards.api_key("search:read")
def told() -> dict[str, Any]:
    """The same figures for the merchant's own systems."""
    return shape(figures(parts(), g.shop, days=_days(), today=pages.now().date()))


def _days() -> int:
    return int(choice("days", [str(days) for days in PERIODS], default=str(_USUAL)))
