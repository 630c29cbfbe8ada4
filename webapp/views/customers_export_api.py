"""REST for the merchant's own systems: all customers, taken along."""

from collections.abc import Iterator

from flask import Blueprint, Response, g, request

from commerce.tables.people.profile_pages import Filters
from webapp.api.endpoints import endpoint
from webapp.parts import parts
from webapp.people import export_lines, finding
from webapp.people.customer_models import WhichExported

blueprint = Blueprint("customers_export_api", __name__, url_prefix="/api/v1/customers")

NDJSON, CSV = "application/x-ndjson", "text/csv"


@blueprint.get("/export")
@endpoint(
    "customers:read",
    asks=WhichExported,
    files={NDJSON: "A customer a line, as JSON.", CSV: "A customer a line, with a head; what has parts is JSON."},
)
def export_customers(*, asked: WhichExported) -> Response:
    """All customers, or those whom the filters let through, as lines of JSON or CSV.

    It is read and sent bit by bit, by id. Where it breaks off, the last line is not whole.
    """
    narrowed = finding.filters(asked)
    best = request.accept_mimetypes.best_match([NDJSON, CSV], default=NDJSON)
    kind = {"csv": CSV, "ndjson": NDJSON}.get(asked.format or "", best)
    lines = _lines(narrowed, kind) if narrowed is not None else iter([export_lines.header()] if kind == CSV else [])
    response = Response(lines, mimetype=kind)
    name = "customers.csv" if kind == CSV else "customers.ndjson"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(narrowed: Filters, kind: str) -> Iterator[bytes]:
    """What is needed of the request is taken along: it is over while the lines are sent."""
    here, shop, caller = parts(), g.shop, finding.caller()

    def lines() -> Iterator[bytes]:
        if kind == CSV:
            yield export_lines.header()
        written = export_lines.cells if kind == CSV else export_lines.ndjson
        for rows in export_lines.portions(here.database, shop, narrowed):
            here.sightings.saw(shop.id, [row.id for row in rows], caller, "exported")
            yield written(rows, currency=shop.currency)

    return lines()
