"""Orders in the dashboard."""

from flask import Blueprint, g, render_template

from commerce.rules.events import ORDER
from commerce.tables import effects, order_tracking, orders, shipments
from commerce.tables.people import profile_lists
from integrations.carriers.followed import Followed
from webapp import guards, inputs, pages
from webapp.errors import Problem
from webapp.parts import parts
from webapp.tracking import clocks, words

blueprint = Blueprint("orders", __name__, url_prefix="/dashboard/orders")


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """Orders, newest first, or those that a number or email address finds."""
    page = inputs.whole("page", default=1, low=1, high=pages.LAST_PAGE)
    words = inputs.text("q")
    with parts().database.read() as db:
        rows = orders.newest(
            db, shop_id=g.shop.id, text=words, limit=pages.PER_PAGE + 1, offset=(page - 1) * pages.PER_PAGE
        )
        total = None if words else orders.count(db, shop_id=g.shop.id)
    return render_template(
        "orders.html", rows=rows[: pages.PER_PAGE], more=len(rows) > pages.PER_PAGE, page=page, q=words, total=total
    )


@blueprint.get("/<key>")
@guards.merchant
@pages.of_shop
def one(key: str) -> str:
    """One order with all that belongs to it."""
    wanted, shop_id = key.replace("\x00", ""), g.shop.id
    with parts().database.read() as db:
        row = orders.by_ids(db, shop_id=shop_id, ids=[wanted]).get(wanted)
        if row is None:
            raise Problem(404, "No such order", "It may have been deleted in the shop, or belong to another shop.")
        return render_template(
            "order.html",
            order=row,
            lines=orders.lines_of(db, shop_id=shop_id, ids=[wanted]).get(wanted, []),
            parcels=shipments.of_orders(db, shop_id=shop_id, ids=[wanted]).get(wanted, []),
            followed=Followed(order_tracking.by_orders(db, shop_id=shop_id, order_ids=[wanted])),
            customer=profile_lists.of_member(db, shop_id=shop_id, member_id=row.member_id),
            reread=effects.waiting_objects(db, shop_id=shop_id, kind=effects.REREAD, object_kind=ORDER, ids=[wanted]),
            expected=clocks.expected,
            w=words,
        )
