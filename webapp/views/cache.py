"""The read cache in the dashboard: what it saves, what it holds, what was dropped and why; dropping by hand."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.rules.page_scope import Scope
from commerce.tables import cards, categories, effects, page_templates, shops
from commerce.tables.effects import NewEffect
from jobs import queues
from webapp import guards, pages
from webapp.errors import Problem
from webapp.inputs import whole
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext
from webapp.parts import parts
from webapp.reading.page_figures import PERIODS, figures

blueprint = Blueprint("cache", __name__, url_prefix="/dashboard/cache")

# What the page says of what was dropped, as it is stored.
TOLD = (
    lazy_gettext("product"),
    lazy_gettext("category"),
    lazy_gettext("No page that is kept shows what changed."),
)


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """Figures, largest pages, what was dropped last."""
    days = whole("days", default=1, low=1, high=30)
    told = figures(parts(), g.shop, now=pages.now(), days=days)
    return render_template("cache.html", told=told, days=days, periods=PERIODS)


@blueprint.post("/drop")
@guards.merchant
@pages.of_shop
def drop() -> Any:
    """Drop the pages of one product or category, or everything; what is read next is made anew."""
    what, key = request.form.get("what", ""), request.form.get("key", "").strip().replace("\x00", "")
    if what == "everything":
        _drop_everything()
        flash(_("Everything was dropped. Pages are made anew as they are asked for."))
    elif what in ("product", "category") and key:
        scope = _scope(what, key)
        if scope is None:
            raise _missing(what)
        _plan(scope, what, key)
        is_product = what == "product"
        flash(
            _("The pages of product %(key)s are being dropped.", key=key)
            if is_product
            else _("The pages of category %(key)s are being dropped.", key=key)
        )
    else:
        raise Problem(400, _("Nothing to drop"), _("Name a product or a category by its id or handle."))
    return redirect(url_for("cache.index"))


def _missing(what: str) -> Problem:
    if what == "product":
        return Problem(404, _("No such product"), _("No product that shoppers see has this id or handle."))
    return Problem(404, _("No such category"), _("No category that shoppers see has this id or handle."))


def _drop_everything() -> None:
    here = parts()
    row = NewEffect(kind=effects.PURGE, object_kind="shop", object_id="", detail={"everything": True})
    with here.database.write() as db:
        shops.bump_pages(db, g.shop.id)
        has_cdn = page_templates.has_cdn(db, shop_id=g.shop.id)
        effects.plan(db, shop_id=g.shop.id, wanted=[row] if has_cdn else [], now=pages.now())
    here.storefronts.forget()
    if has_cdn:
        here.queues.wake(queues.PURGE, [g.shop.id])


def _scope(what: str, key: str) -> Scope | None:
    """What pages a product or category may stand on; None where shoppers see none of that name."""
    with parts().database.read() as db:
        if what == "category":
            shown = categories.shown_as(db, shop_id=g.shop.id, key=key)
            return Scope(categories={shown.id}, keys={shown.id, shown.handle}) if shown else None
        product_id = cards.id_of(db, shop_id=g.shop.id, key=key)
        card = cards.by_ids(db, shop_id=g.shop.id, ids=[product_id] if product_id else []).get(product_id or "")
    if card is None:
        return None
    return Scope(products={card.id}, categories=set(card.categories), keys={card.id, card.handle})


def _plan(scope: Scope, what: str, key: str) -> None:
    here = parts()
    row = NewEffect(kind=effects.PAGES, object_kind=what, object_id=key, detail=scope.detail())
    with here.database.write() as db:
        effects.plan(db, shop_id=g.shop.id, wanted=[row], now=pages.now())
    here.queues.wake(queues.PAGES, [g.shop.id])
