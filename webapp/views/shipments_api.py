"""REST for the merchant's own systems: parcels, listed, added, begun anew and completed."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, g, jsonify, request, url_for

from commerce.mirror import steering
from commerce.rules import tracking
from commerce.tables import order_tracking, tracking_lists, tracking_scans
from integrations.carriers.numbers import choosing
from jobs.queues import TRACK
from webapp import guards, inputs, openapi, pages
from webapp.errors import Problem
from webapp.parts import parts
from webapp.tracking import asking, shapes, written
from webapp.tracking.written import UnableToReadParcel

blueprint = Blueprint("shipments_api", __name__, url_prefix="/api/v1/shipments")

Answer = dict[str, Any]


@blueprint.get("")
@guards.api_key
def list_shipments() -> Answer:
    """Parcels by when something new was told of them, oldest first."""
    limit = inputs.whole("limit", default=openapi.DEFAULT_LIMIT, low=1, high=openapi.MOST)
    equal = {
        "status": inputs.choice("status", tracking.STATUSES),
        "carrier": inputs.text("carrier", longest=100),
        "order_id": inputs.text("order_id", longest=100),
        "number": choosing.normalised(inputs.text("number", longest=100)),
    }
    with parts().database.read() as db:
        rows = tracking_lists.page(
            db,
            shop_id=g.shop.id,
            limit=limit + 1,
            after=_after(),
            updated_since=inputs.moment("updated_since"),
            **{name: value for name, value in equal.items() if value},
        )
    more, shown = len(rows) > limit, rows[:limit]
    base_url = parts().settings.base_url
    return {
        "data": [shapes.shipment(row, base_url=base_url) for row in shown],
        "next_cursor": inputs.cursor_of(shown[-1].saved_at, str(shown[-1].id)) if more else None,
    }


@blueprint.post("")
@guards.api_key
def add_shipment() -> Response:
    """Follow a parcel; one that is followed already is answered as it is."""
    told = request.get_json(force=True, silent=True)
    if not isinstance(told, dict):
        raise Problem(400, "Not a JSON object", "Send a JSON object as the request's body.")
    try:
        wanted = written.read(told, pages.now())
    except UnableToReadParcel as error:
        raise Problem(
            400, f"Wrong value for {error.field}", f"`{error.field}` {error.text}.", field=error.field
        ) from error
    added = asking.add(parts(), shop_id=g.shop.id, told=[wanted], source=order_tracking.API, now=pages.now())
    answer = _shown(wanted.number)
    response = jsonify(answer)
    response.status_code = 201 if added else 200
    response.headers["Location"] = url_for("shipments_api.one_shipment", key=answer["id"])
    return response


@blueprint.get("/<key>")
@guards.api_key
def one_shipment(key: str) -> Answer:
    """One parcel with its lines, by its id or number."""
    return _shown(key)


@blueprint.post("/<key>/retrack")
@guards.api_key
def retrack(key: str) -> Answer:
    """Forget a parcel's lines and begin anew."""
    here = parts()
    with here.database.write() as db:
        row = _found(db, key)
        known = asking.known(db, here.vault, shop_id=g.shop.id)
        steering.retrack(db, row, known=known, now=pages.now())
    here.queues.wake(TRACK, [g.shop.id], again=True)
    return _shown(str(row.id))


@blueprint.post("/<key>/complete")
@guards.api_key
def complete(key: str) -> Answer:
    """A parcel is at an end: its carrier is not asked any more."""
    with parts().database.write() as db:
        row = _found(db, key)
        steering.complete(db, row, now=pages.now())
    return _shown(str(row.id))


def _after() -> tuple[datetime, int] | None:
    found = inputs.cursor_in_time()
    if found is None:
        return None
    number = inputs.row_id(found[1])
    if number is None:
        raise inputs.wrong("cursor", "a `next_cursor` that this list gave")
    return found[0], number


def _shown(key: str) -> Answer:
    with parts().database.read() as db:
        row = _found(db, key)
        scans = tracking_scans.of_parcels(db, [row.id])[row.id]
    return shapes.shipment(row, base_url=parts().settings.base_url, scans=scans)


def _found(db: Any, key: str) -> Any:
    """The parcel of that number, or of that id. Raises Problem."""
    number = choosing.normalised(key)
    row = order_tracking.by_numbers(db, shop_id=g.shop.id, numbers=[number]).get(number) if number else None
    if row is None and (row_id := inputs.row_id(key)) is not None:
        row = order_tracking.by_id(db, shop_id=g.shop.id, tracking_id=row_id)
    if row is None:
        raise Problem(404, "No such parcel", "The shop has no parcel of this id or number.")
    return row
