"""Stock in the dashboard: what is on hand, what orders hold, what is left, and changing it by hand."""

import re
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.mirror.stock import adjusting
from commerce.mirror.stock.adjusting import Change, UnableToAdjust
from commerce.tables import orders
from commerce.tables.order_steps import settings as chosen
from commerce.tables.stock import bookings, lists, movements
from jobs.queues import STOCK
from webapp import guards, pages
from webapp.errors import Problem
from webapp.inputs import choice, row_id, text
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext, thousands, translated
from webapp.parts import parts
from webapp.people.actors import actor

blueprint = Blueprint("inventory", __name__, url_prefix="/dashboard/stock")

_HOLDING = 20
_LONGEST_REASON = 200
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}")
WHY = {
    movements.ORDER: lazy_gettext("Order"),
    movements.TOLD: lazy_gettext("Told by the shop"),
    movements.COUNTED: lazy_gettext("Counted"),
    movements.ADJUSTED: lazy_gettext("Changed by hand"),
    movements.DELETED: lazy_gettext("Order deleted"),
}
# What commerce.mirror.stock.adjusting refuses with.
REFUSED = (
    lazy_gettext("The platform keeps this shop's stock. Change it there, or have it kept here."),
    lazy_gettext("A count cannot be less than 0. To take pieces off, change it by so many."),
)


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """All variants with their stock, those that are low, or those that were sold too often."""
    only, asked, after = choice("only", [lists.LOW, lists.OVERSOLD]), text("q"), text("after")
    with parts().database.read() as db:
        rows = lists.page(db, shop_id=g.shop.id, limit=pages.PER_PAGE + 1, after=after, only=only, text=asked)
        counts = lists.counts(db, shop_id=g.shop.id)
        settings = chosen.of_shop(db, shop_id=g.shop.id, platform=g.shop.platform)
    more = len(rows) > pages.PER_PAGE
    return render_template(
        "inventory.html",
        rows=rows[: pages.PER_PAGE],
        more=more,
        only=only,
        q=asked,
        after=after,
        counts=counts,
        kept_here=settings.keeps_stock,
    )


@blueprint.get("/<key>")
@guards.merchant
@pages.of_shop
def one(key: str) -> str:
    """One variant: its numbers, the orders that hold pieces, and every movement."""
    return _page(key)


@blueprint.post("/<key>/adjust")
@guards.merchant
@pages.of_shop
def adjust(key: str) -> Any:
    """Change what is on hand: by so many pieces, or to what was counted."""
    is_count, number = request.form.get("way") == "to", _number(request.form.get("number", "").strip())
    reason = " ".join(request.form.get("reason", "").replace("\x00", "").split())[:_LONGEST_REASON]
    if number is None:
        return _page(key, wrong=_("Write a whole number, such as 12 or -3.")), 400
    change = Change(to=number if is_count else None, by=None if is_count else number, reason=reason, made_by=actor())
    here = parts()
    try:
        with here.database.write() as db:
            left = adjusting.adjust(db, g.shop, key.replace("\x00", ""), change, now=pages.now())
    except UnableToAdjust as error:
        return _page(key, wrong=translated(str(error))), 409
    except KeyError:
        raise _missing() from None
    here.queues.wake(STOCK, [g.shop.id], again=True)
    flash(_("%(number)s on hand now.", number=thousands(left)))
    return redirect(url_for("inventory.one", key=key))


@blueprint.post("/<key>/warning")
@guards.merchant
@pages.of_shop
def warn(key: str) -> Any:
    """At how many pieces left to warn."""
    told = request.form.get("low_at", "").strip()
    number = _number(told) if told else None
    if told and (number is None or number < -1):
        return _page(key, wrong_limit=_("Write a whole number, or nothing for the shop's own.")), 400
    here = parts()
    try:
        with here.database.write() as db:
            adjusting.warn_at(db, g.shop, key.replace("\x00", ""), number, now=pages.now())
    except KeyError:
        raise _missing() from None
    here.queues.wake(STOCK, [g.shop.id], again=True)
    flash(_("The limit was stored."))
    return redirect(url_for("inventory.one", key=key))


def _number(told: str) -> int | None:
    return int(told) if _WHOLE.fullmatch(told) else None


def _missing() -> Problem:
    return Problem(404, _("No such variant"), _("It may have been deleted in the shop, or belong to another shop."))


def _page(key: str, *, wrong: str = "", wrong_limit: str = "") -> str:
    """`wrong`: why the change cannot be made; what was filled in is shown again."""
    wanted = key.replace("\x00", "")
    before = row_id(text("before")) if text("before") else None
    with parts().database.read() as db:
        row = lists.of_variants(db, shop_id=g.shop.id, ids=[wanted]).get(wanted)
        if row is None:
            raise _missing()
        held = bookings.of_item(db, shop_id=g.shop.id, item_id=wanted, limit=_HOLDING)
        moved = movements.of_item(db, shop_id=g.shop.id, item_id=wanted, limit=pages.PER_PAGE + 1, before=before)
        ids = {each.order_id for each in [*held, *moved] if each.order_id}
        numbers = {key: order.number for key, order in orders.by_ids(db, shop_id=g.shop.id, ids=ids).items()}
        settings = chosen.of_shop(db, shop_id=g.shop.id, platform=g.shop.platform)
    return render_template(
        "inventory_item.html",
        row=row,
        held=held,
        moved=moved[: pages.PER_PAGE],
        more=len(moved) > pages.PER_PAGE,
        numbers=numbers,
        why=WHY,
        settings=settings,
        wrong=wrong,
        wrong_limit=wrong_limit,
        told=request.form if wrong else {},
        low_at=request.form.get("low_at", "") if wrong_limit else None,
    )
