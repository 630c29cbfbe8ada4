"""What shoppers search for, and what becomes of it."""

from flask import Blueprint, Response, g, render_template

from webapp import guards, pages
from webapp.inputs import choice
from webapp.parts import parts
from webapp.search_figures import PERIODS, figures, table

blueprint = Blueprint("analytics", __name__, url_prefix="/dashboard/searches")

_USUAL = 28


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """Figures of a period and the queries behind them."""
    shown = figures(parts(), g.shop, days=_days(), today=pages.now().date())
    return render_template("analytics.html", figures=shown, periods=PERIODS)


@blueprint.get("/queries.csv")
@guards.merchant
@pages.of_shop
def queries() -> Response:
    """All queries of the period, for a spreadsheet."""
    today, days = pages.now().date(), _days()
    response = Response(table(parts(), g.shop, days=days, today=today), mimetype="text/csv")
    name = f"searches-{today.isoformat()}-{days}-days.csv"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def _days() -> int:
    return int(choice("days", [str(days) for days in PERIODS], default=str(_USUAL)))
