"""Orders in the dashboard."""

from flask import Blueprint, g, render_template

from commerce.rules.events import ORDER
from commerce.rules.order_steps.outcomes import NOTIFY
from commerce.tables import effects, labels, order_tracking, orders, shipments
from commerce.tables.order_steps import step_lists, steps
from commerce.tables.people import profile_lists
from integrations.carriers.followed import Followed
from webapp import guards, inputs, pages
from webapp.errors import Problem
from webapp.orders import messages
from webapp.orders import words as step_words
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
        found = step_lists.troubles(db, shop_id=g.shop.id, now=pages.now())
    return render_template(
        "orders.html",
        rows=rows[: pages.PER_PAGE],
        more=len(rows) > pages.PER_PAGE,
        page=page,
        q=words,
        total=total,
        found=found,
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
        rows = steps.of_orders(db, shop_id=shop_id, order_ids=[wanted])
        return render_template(
            "order.html",
            order=row,
            lines=orders.lines_of(db, shop_id=shop_id, ids=[wanted]).get(wanted, []),
            parcels=shipments.of_orders(db, shop_id=shop_id, ids=[wanted]).get(wanted, []),
            followed=Followed(order_tracking.by_orders(db, shop_id=shop_id, order_ids=[wanted])),
            customer=profile_lists.of_member(db, shop_id=shop_id, member_id=row.member_id),
            steps=rows,
            messages=messages.of_steps(db, [step.id for step in rows if step.kind.startswith(NOTIFY)]),
            printed={label.id: label for label in labels.of_order(db, shop_id=shop_id, order_id=wanted)},
            now=pages.now(),
            s=step_words,
            reread=effects.waiting_objects(db, shop_id=shop_id, kind=effects.REREAD, object_kind=ORDER, ids=[wanted]),
            expected=clocks.expected,
            w=words,
        )
