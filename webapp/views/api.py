"""REST for the merchant's own systems: what is stored, read-only, with the shop's API key."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, g

from commerce.rules import shapes
from commerce.rules.events import ORDER, PRODUCT
from commerce.tables import (
    effect_lists,
    effects,
    events,
    inbox,
    order_tracking,
    orders,
    products,
    shipments,
)
from integrations.carriers.followed import Followed
from integrations.carriers.shapes import brief
from webapp import guards, inputs
from webapp.api import cursors
from webapp.api.models import DEFAULT_LIMIT, MOST
from webapp.errors import Problem
from webapp.parts import parts

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

Answer = dict[str, Any]


@blueprint.get("/products")
@guards.api_key("products:read")
def list_products() -> Answer:
    """Products by when they were saved here, oldest first."""
    limit, shop = _limit("updated_since"), g.shop
    with parts().database.read() as db:
        rows = products.page(
            db,
            shop_id=shop.id,
            currency=shop.currency,
            limit=limit + 1,
            after=cursors.cursor_in_time(),
            updated_since=inputs.moment("updated_since"),
        )
        unsure = _unsure(db, PRODUCT, [item.id for item, _ in rows])
    return _listed(
        rows,
        limit,
        shape=lambda row: shapes.product(row[0], reread=row[0].id in unsure),
        position=lambda row: (row[1], row[0].id),
    )


@blueprint.get("/products/<key>")
@guards.api_key("products:read")
def one_product(key: str) -> Answer:
    """One product by the platform's id."""
    with parts().database.read() as db:
        found = products.by_ids(db, shop_id=g.shop.id, ids=_ids(key), currency=g.shop.currency)
        unsure = _unsure(db, PRODUCT, list(found))
    return shapes.product(_only(found, key), reread=key in unsure)


@blueprint.get("/orders")
@guards.api_key("orders:read")
def list_orders() -> Answer:
    """Orders by when they were saved here, oldest first."""
    limit = _limit("updated_since")
    with parts().database.read() as db:
        rows = orders.page(db, shop_id=g.shop.id, limit=limit + 1, **_position())
        shape = order_shape(db, rows)
    return _listed(rows, limit, shape=shape, position=_saved)


@blueprint.get("/orders/<key>")
@guards.api_key("orders:read")
def one_order(key: str) -> Answer:
    """One order by the platform's id."""
    with parts().database.read() as db:
        found = orders.by_ids(db, shop_id=g.shop.id, ids=_ids(key))
        shape = order_shape(db, list(found.values()))
    return shape(_only(found, key))


@blueprint.get("/events")
@guards.api_key("events:read")
def list_events() -> Answer:
    """Deliveries, newest first."""
    limit = _limit("topic", "state", "kind", "object_id", "since")
    state = inputs.choice("state", inbox.STATES, may_be_empty=False)
    filters = events.Filters(
        topic=inputs.text("topic"),
        kind=inputs.text("kind"),
        object_id=inputs.text("object_id"),
        states=(state,) if state else (),
        since=inputs.moment("since"),
    )
    with parts().database.read() as db:
        before = cursors.cursor_in_rows()
        rows = events.page(db, shop_id=g.shop.id, filters=filters, before=before, limit=limit + 1)
    return _listed(rows, limit, shape=shapes.event, position=lambda row: (row.id,))


@blueprint.get("/events/<key>")
@guards.api_key("events:read")
def one_event(key: str) -> Answer:
    """One delivery by its number here."""
    number = inputs.row_id(key)
    with parts().database.read() as db:
        row = None if number is None else events.one(db, shop_id=g.shop.id, row_id=number)
    return shapes.event(_only({key: row} if row else {}, key))


@blueprint.get("/effects")
@guards.api_key("events:read")
def list_effects() -> Answer:
    """What deliveries brought about outside the tables, newest first."""
    limit = _limit("kind", "state")
    kind = inputs.choice("kind", effects.KINDS, may_be_empty=False)
    state = inputs.choice("state", (effects.WAITING, effects.DONE, effects.FAILED), may_be_empty=False)
    with parts().database.read() as db:
        before = cursors.cursor_in_rows()
        rows = effect_lists.page(db, shop_id=g.shop.id, kind=kind, state=state, before=before, limit=limit + 1)
    return _listed(rows, limit, shape=shapes.effect, position=lambda row: (row.id,))


def _limit(*names: str) -> int:
    """How many rows there are to be; the list has these parameters beside those of all lists."""
    inputs.only("limit", "cursor", *names)
    return inputs.limit(default=DEFAULT_LIMIT, most=MOST)


def _position() -> dict[str, Any]:
    return {"after": cursors.cursor_in_time(), "updated_since": inputs.moment("updated_since")}


def _saved(row: Any) -> tuple[Any, ...]:
    return row.saved_at, row.id


def _ids(key: str) -> list[str]:
    return [] if "\x00" in key else [key]


def _only(found: dict[str, Any], key: str) -> Any:
    if key not in found:
        raise Problem(404, "Nothing has this id", "It may have been deleted, or belong to another shop.")
    return found[key]


def _listed(
    rows: Sequence[Any], limit: int, *, shape: Callable[[Any], Answer], position: Callable[[Any], tuple[Any, ...]]
) -> Answer:
    """The rows as a page: one more than `limit` was read, to see whether there is a next page."""
    more = len(rows) > limit
    shown = rows[:limit]
    return {
        "data": [shape(row) for row in shown],
        "next_cursor": cursors.cursor_of(*position(shown[-1])) if more else None,
    }


def _unsure(db: Any, kind: str, ids: Sequence[str]) -> set[str]:
    return effects.waiting_objects(db, shop_id=g.shop.id, kind=effects.REREAD, object_kind=kind, ids=ids)


def order_shape(db: Any, rows: Sequence[Any]) -> Callable[[Any], Answer]:
    """What makes the shape of any of these rows of orders."""
    ids = [row.id for row in rows]
    lines = orders.lines_of(db, shop_id=g.shop.id, ids=ids)
    parcels = shipments.of_orders(db, shop_id=g.shop.id, ids=ids)
    followed = Followed(order_tracking.by_orders(db, shop_id=g.shop.id, order_ids=ids))
    unsure, base_url = _unsure(db, ORDER, ids), parts().settings.base_url

    def told(row: Any) -> list[tuple[Any, Answer | None]]:
        pairs = [(parcel, followed.of(parcel)) for parcel in parcels.get(row.id, [])]
        return [(parcel, brief(known, base_url=base_url) if known else None) for parcel, known in pairs]

    return lambda row: shapes.order(row, lines=lines.get(row.id, []), shipments=told(row), reread=row.id in unsure)
