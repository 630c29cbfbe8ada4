"""REST for the merchant's own systems: parcels, listed, added, begun anew and completed."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, g, jsonify, url_for

from commerce.mirror import steering
from commerce.rules import tracking
from commerce.tables import order_tracking, tracking_lists, tracking_scans
from integrations.carriers import shapes
from integrations.carriers.numbers import choosing
from jobs.queues import TRACK
from webapp import guards, inputs
from webapp.api import cursors
from webapp.api.changing import Change, changes
from webapp.api.models import DEFAULT_LIMIT, MOST
from webapp.errors import Problem
from webapp.parts import parts
from webapp.tracking import asking, written
from webapp.tracking.written import UnableToReadParcel

blueprint = Blueprint("shipments_api", __name__, url_prefix="/api/v1/shipments")

Answer = dict[str, Any]


@blueprint.get("")
@guards.api_key("parcels:read")
def list_shipments() -> Answer:
    """Parcels by when something new was told of them, oldest first."""
    inputs.only("limit", "cursor", "status", "carrier", "order_id", "number", "updated_since")
    limit = inputs.limit(default=DEFAULT_LIMIT, most=MOST)
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
        "next_cursor": cursors.cursor_of(shown[-1].saved_at, str(shown[-1].id)) if more else None,
    }


@blueprint.post("")
@guards.api_key("parcels:write")
@changes
def add_shipment(*, change: Change) -> Response:
    """Follow a parcel; one that is followed already is answered as it is."""
    here, told, now = parts(), inputs.json_object(), change.now
    try:
        wanted = written.read(told, now)
    except UnableToReadParcel as error:
        raise Problem(
            400, f"Wrong value for {error.field}", f"`{error.field}` {error.text}.", field=error.field
        ) from error
    source, shop_id = order_tracking.API, g.shop.id
    added = asking.follow(change.db, here.vault, shop_id=shop_id, told=[wanted], source=source, now=now)
    if added:
        change.then(lambda: here.queues.wake(TRACK, [shop_id]))
    answer = _shown(change.db, wanted.number)
    response = jsonify(answer)
    response.status_code = 201 if added else 200
    response.headers["Location"] = url_for("shipments_api.one_shipment", key=answer["id"])
    return response


@blueprint.get("/<key>")
@guards.api_key("parcels:read")
def one_shipment(key: str) -> Answer:
    """One parcel with its lines, by its id or number."""
    with parts().database.read() as db:
        return _shown(db, key)


@blueprint.post("/<key>/retrack")
@guards.api_key("parcels:write")
@changes
def retrack(key: str, *, change: Change) -> Answer:
    """Forget a parcel's lines and begin anew."""
    here, shop_id = parts(), g.shop.id
    row = _found(change.db, key)
    steering.retrack(change.db, row, known=asking.known(change.db, here.vault, shop_id=shop_id), now=change.now)
    change.then(lambda: here.queues.wake(TRACK, [shop_id], again=True))
    return _shown(change.db, str(row.id))


@blueprint.post("/<key>/complete")
@guards.api_key("parcels:write")
@changes
def complete(key: str, *, change: Change) -> Answer:
    """A parcel is at an end: its carrier is not asked any more."""
    row = _found(change.db, key)
    steering.complete(change.db, row, now=change.now)
    return _shown(change.db, str(row.id))


def _after() -> tuple[datetime, int] | None:
    found = cursors.cursor_in_time()
    if found is None:
        return None
    number = inputs.row_id(found[1])
    if number is None:
        raise cursors.wrong_cursor()
    return found[0], number


def _shown(db: Any, key: str) -> Answer:
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
