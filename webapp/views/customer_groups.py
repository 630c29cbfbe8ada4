"""Customers by how recently, how often and for how much they bought: RFM, its groups, and who is in them."""

from flask import Blueprint, g, render_template

from commerce.rules.segments import rfm as rules
from commerce.tables import rfm, segment_lists
from webapp import guards, pages
from webapp.parts import parts

blueprint = Blueprint("customer_groups", __name__, url_prefix="/dashboard/customers/groups")


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """The matrix of 25 cells, and the eleven groups."""
    with parts().database.read() as db:
        cells = rfm.matrix(db, shop_id=g.shop.id)
        counted = rfm.groups(db, shop_id=g.shop.id)
        customers = segment_lists.everybody(db, shop_id=g.shop.id)
    rows: dict[int, list[rfm.Cell]] = {}
    for cell in cells:
        rows.setdefault(cell.recency, []).append(cell)
    return render_template(
        "customer_groups.html",
        rows=rows,
        groups=[(group, *counted[group.name]) for group in rules.GROUPS],
        labels={group.name: group.label for group in rules.GROUPS},
        placed=sum(cell.customers for cell in cells),
        grouped=sum(number for number, _ in counted.values()),
        customers=customers,
        most=max(cell.customers for cell in cells),
        fewest=rules.FEWEST,
    )
