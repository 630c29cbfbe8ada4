"""Customers in files: those whom the filters let through, as CSV."""

from flask import Blueprint, Response, g

from commerce.tables.people import fields
from webapp import guards, pages
from webapp.parts import parts
from webapp.people import export_rows, filtering
from webapp.people.actors import EXPORTED, actor

blueprint = Blueprint("customer_files", __name__, url_prefix="/dashboard/customers")


@blueprint.get("/customers.csv")
@guards.taker
@pages.of_shop
def download() -> Response:
    """Take along every customer who fits: the file is sent while it is read."""
    database, sightings, shop, who = parts().database, parts().sightings, g.shop, actor()
    with database.read() as db:
        own = fields.all_of(db, shop_id=shop.id)
    lines = export_rows.written(
        database,
        shop_id=shop.id,
        currency=shop.currency,
        filters=filtering.filters_of(),
        own=own,
        taken=lambda ids: sightings.saw(shop.id, ids, who, EXPORTED),
    )
    response = Response(lines, mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="customers.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response
