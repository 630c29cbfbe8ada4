"""Customers in the dashboard."""

from flask import Blueprint, g, render_template

from commerce.rules.events import CUSTOMER
from commerce.tables import effects
from commerce.tables.people import bought, members, profile_lists, profiles
from webapp import guards, inputs, pages
from webapp.errors import Problem
from webapp.parts import parts

blueprint = Blueprint("customers", __name__, url_prefix="/dashboard/customers")


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """Customers who changed last, or those whom a name or email address finds."""
    page = inputs.whole("page", default=1, low=1, high=pages.LAST_PAGE)
    words = inputs.text("q")
    with parts().database.read() as db:
        rows = profile_lists.newest(
            db, shop_id=g.shop.id, text=words, limit=pages.PER_PAGE + 1, offset=(page - 1) * pages.PER_PAGE
        )
        total = None if words else profile_lists.count(db, shop_id=g.shop.id)
    return render_template(
        "customers.html",
        rows=rows[: pages.PER_PAGE],
        more=len(rows) > pages.PER_PAGE,
        page=page,
        q=words,
        total=total,
    )


@blueprint.get("/<key>")
@guards.merchant
@pages.of_shop
def one(key: str) -> str:
    """One customer: profile, consents, orders."""
    wanted, shop_id = key.replace("\x00", ""), g.shop.id
    with parts().database.read() as db:
        root = members.root_of(db, shop_id=shop_id, member_id=wanted) or ""
        row = profiles.by_ids(db, shop_id=shop_id, ids=[root]).get(root)
        if row is None:
            raise Problem(404, "No such customer", "They may have been deleted in the shop, or belong to another shop.")
        return render_template(
            "customer.html",
            customer=row,
            orders=bought.of_members(db, shop_id=shop_id, member_ids=row.member_ids, limit=pages.PER_PAGE),
            reread=effects.waiting_objects(
                db, shop_id=shop_id, kind=effects.REREAD, object_kind=CUSTOMER, ids=[wanted]
            ),
        )
