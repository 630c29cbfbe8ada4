"""REST for the merchant's own systems: stock, and changing it by hand."""

from typing import Any

from flask import Blueprint, g

from commerce.mirror.stock import adjusting
from commerce.mirror.stock.adjusting import Change as ByHand
from commerce.mirror.stock.adjusting import UnableToAdjust
from commerce.rules import stock_shapes
from commerce.tables.stock import lists
from jobs.queues import STOCK
from webapp.api import cursors
from webapp.api.changing import Change
from webapp.api.endpoints import Reply, endpoint
from webapp.api.models import Page
from webapp.errors import Problem
from webapp.parts import parts
from webapp.stock.models import Adjustment, Stock, WhichStock

blueprint = Blueprint("inventory_api", __name__, url_prefix="/api/v1/inventory")

_BY = "API"


@blueprint.get("")
@endpoint("inventory:read", asks=WhichStock, gives=Page[Stock])
def list_stock(*, asked: WhichStock) -> Reply:
    """Variants with what is on hand, what orders hold, and what is left."""
    with parts().database.read() as db:
        rows = lists.page(
            db, shop_id=g.shop.id, limit=asked.limit + 1, after=_after(), only=asked.only, text=asked.q.strip()
        )
    some = rows[: asked.limit]
    last = cursors.cursor_of(some[-1].id) if len(rows) > asked.limit else None
    return Reply(shape={"data": [stock_shapes.stock(row) for row in some], "next_cursor": last})


@blueprint.get("/<id:key>")
@endpoint("inventory:read", gives=Stock)
def one_stock(key: str) -> Reply:
    """One variant's stock."""
    with parts().database.read() as db:
        return Reply(shape=_shape(db, key))


@blueprint.post("/<id:key>/adjust")
@endpoint(
    "inventory:write",
    takes=Adjustment,
    gives=Stock,
    changes=True,
    refuses={409: "The platform keeps this shop's stock, or there would be too many pieces."},
)
def adjust_stock(key: str, *, body: Adjustment, change: Change) -> Reply:
    """Change what is on hand, where the stock is kept here. Products, search and webhooks follow at once."""
    wanted = ByHand(by=body.by, to=body.to, reason=body.reason, made_by=_BY)
    _shape(change.db, key)
    try:
        adjusting.adjust(change.db, g.shop, key, wanted, now=change.now)
    except UnableToAdjust as error:
        raise Problem(409, "The stock cannot be changed so", str(error)) from None
    here, shop_id = parts(), g.shop.id
    change.then(lambda: here.queues.wake(STOCK, [shop_id], again=True))
    return Reply(shape=_shape(change.db, key))


def _after() -> str:
    match cursors.cursor():
        case None:
            return ""
        case [str(key)] if "\x00" not in key:
            return key
    raise cursors.wrong_cursor()


def _shape(db: Any, key: str) -> dict[str, Any]:
    row = lists.of_variants(db, shop_id=g.shop.id, ids=[key.replace("\x00", "")]).get(key)
    if row is None:
        raise Problem(404, "No such variant", "It may have been deleted in the shop.")
    return stock_shapes.stock(row)
