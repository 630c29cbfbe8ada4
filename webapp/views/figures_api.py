"""REST for the merchant's own systems: daily figures of orders."""

from flask import Blueprint, g

from webapp.api.endpoints import Reply, endpoint
from webapp.errors import Problem
from webapp.parts import parts
from webapp.stock.models import Figures, WhichFigures
from webapp.stock.sales import UnableToShow, sales, shape, span_of

blueprint = Blueprint("figures_api", __name__, url_prefix="/api/v1/figures")

_SHARES = 100


@blueprint.get("")
@endpoint("figures:read", asks=WhichFigures, gives=Figures)
def get_figures(*, asked: WhichFigures) -> Reply:
    """Figures of a span of days, and of as many days before it."""
    try:
        span = span_of(g.shop, asked.since, asked.until)
    except UnableToShow as error:
        raise Problem(400, "Wrong days", str(error), field="since") from None
    dimensions = [asked.by] if asked.by else []
    with parts().database.read() as db:
        found = sales(db, g.shop, span, currency=asked.currency.upper(), dimensions=dimensions, limit=_SHARES)
    return Reply(shape=shape(found, asked.by))
