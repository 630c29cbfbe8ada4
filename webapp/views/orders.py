"""Orders in the dashboard."""

from flask import Blueprint, Response, g, render_template

from commerce.rules.events import ORDER
from commerce.rules.order_steps.outcomes import NOTIFY
from commerce.tables import effects, labels, order_lists, order_tracking, orders, shipments, views
from commerce.tables.order_steps import step_lists, steps
from commerce.tables.people import profile_lists
from integrations.carriers.followed import Followed
from webapp import guards, pages, spreadsheets
from webapp.api import cursors
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.orders import listing, messages
from webapp.orders import words as step_words
from webapp.parts import parts
from webapp.tracking import clocks, words

blueprint = Blueprint("orders", __name__, url_prefix="/dashboard/orders")

_COUNTED = 1000  # up to which lists say how many fit


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """Orders that the filters let through, in the order that is asked for."""
    filters, sort = listing.filters_of(), listing.sort_of()
    place = cursors.place(is_by_time=sort in listing.BY_TIME)
    with parts().database.read() as db:
        narrowed = order_lists.narrow(db, shop_id=g.shop.id, filters=filters)
        rows = order_lists.page(
            db, shop_id=g.shop.id, narrowed=narrowed, sort=sort, after=place, limit=pages.PER_PAGE + 1
        )
        total = order_lists.count_some(db, shop_id=g.shop.id, narrowed=narrowed, most=_COUNTED + 1)
        found = step_lists.troubles(db, shop_id=g.shop.id, now=pages.now())
        kept = views.of_page(db, shop_id=g.shop.id, page="orders.index")
    some = rows[: pages.PER_PAGE]
    return render_template(
        "orders.html",
        rows=some,
        following=cursors.cursor_of(*order_lists.place_of(some[-1], sort)) if len(rows) > len(some) else "",
        is_first=place is None,
        asked=listing.asked(),
        sort=sort,
        total=total,
        counted=_COUNTED,
        found=found,
        kept=kept,
        viewed=listing.asked() | ({"sort": sort} if sort != order_lists.NEWEST else {}),
        listing=listing,
    )


@blueprint.get("/orders.csv")
@guards.taker
@pages.of_shop
def download() -> Response:
    """Take along every order that the filters let through: the file is sent while it is read."""
    lines = listing.written(parts().database, shop_id=g.shop.id, filters=listing.filters_of())
    return spreadsheets.download(lines, "orders.csv")


@blueprint.get("/<key>")
@guards.merchant
@pages.of_shop
def one(key: str) -> str:
    """One order with all that belongs to it."""
    wanted, shop_id = key.replace("\x00", ""), g.shop.id
    with parts().database.read() as db:
        row = orders.by_ids(db, shop_id=shop_id, ids=[wanted]).get(wanted)
        if row is None:
            raise Problem(
                404, _("No such order"), _("It may have been deleted in the shop, or belong to another shop.")
            )
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
