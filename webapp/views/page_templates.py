"""Merchants' own templates for the pieces of HTML that their stores show, and the CDN before their pages."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.rules import shapes
from commerce.rules.listings import ListingQuery, listing
from commerce.tables import cards, categories, page_templates, products, shops
from commerce.tables.page_templates import CATEGORY, KINDS, PRODUCT
from integrations.cdns.purges import KINDS as CDNS
from webapp import guards, pages
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.reading import cdn_form, fragments, store_pages

blueprint = Blueprint("page_templates", __name__, url_prefix="/dashboard/cache")


@blueprint.get("/templates/<kind>")
@guards.merchant
@pages.of_shop
def edit(kind: str) -> str:
    """The template, with what it makes of one of the shop's own products or categories."""
    _known(kind)
    with parts().database.read() as db:
        own = page_templates.sources(db, shop_id=g.shop.id).get(kind)
    return _page(kind, own or fragments.USUAL[kind], is_own=own is not None, wrong=_wrong(kind, own) if own else "")


@blueprint.post("/templates/<kind>")
@guards.merchant
@pages.of_shop
def save(kind: str) -> Any:
    """Show what a template makes, store it, or bring back the usual one. One that is wrong is never stored."""
    _known(kind)
    here, source = parts(), request.form.get("source", "").replace("\r\n", "\n").replace("\x00", "")
    if request.form.get("action") == "usual" or source.strip() == fragments.USUAL[kind].strip():
        source = ""
    wrong = _wrong(kind, source) if source else ""
    if wrong or request.form.get("action") == "preview":
        return _page(kind, source or fragments.USUAL[kind], is_own=bool(source), wrong=wrong), 400 if wrong else 200
    with here.database.write() as db:
        page_templates.save(db, shop_id=g.shop.id, kind=kind, source=source, now=pages.now())
        shops.bump_pages(db, g.shop.id)
    here.storefronts.forget()
    flash(_("Saved. Pages are made with it from now on.") if source else _("The usual template is back."))
    return redirect(url_for("page_templates.edit", kind=kind))


@blueprint.get("/cdn")
@guards.merchant
@pages.of_shop
def cdn() -> str:
    """The CDN before the shop's pages."""
    return _cdn_page({}, {})


@blueprint.post("/cdn")
@guards.owner
@pages.of_shop
def save_cdn() -> Any:
    """Store which CDN is told of changes, or that there is none."""
    here, form = parts(), request.form
    with here.database.read() as db:
        before = page_templates.cdn(db, here.vault, shop_id=g.shop.id)
    chosen, wrong = cdn_form.read(form, before, here.settings) if form.get("kind") else (None, {})
    if wrong:
        return _cdn_page(form, wrong), 400
    with here.database.write() as db:
        page_templates.save_cdn(db, here.vault, shop_id=g.shop.id, chosen=chosen, now=pages.now())
        shops.bump_pages(db, g.shop.id)
    here.storefronts.forget()
    flash(_("Saved. The CDN is told of every change from now on.") if chosen else _("Saved: there is no CDN."))
    return redirect(url_for("page_templates.cdn"))


def _cdn_page(form: Any, wrong: dict[str, str]) -> str:
    here = parts()
    with here.database.read() as db:
        known = page_templates.cdn(db, here.vault, shop_id=g.shop.id)
    fields = {
        "kind": form.get("kind", known.kind if known else ""),
        "address": form.get("address", known.address if known else ""),
        "seconds": form.get("seconds", str(known.seconds) if known else "600"),
    }
    return render_template("cdn.html", cdns=CDNS, fields=fields, has_token=known is not None, wrong=wrong)


def _known(kind: str) -> None:
    if kind not in KINDS:
        raise Problem(404, _("No such template"), _("There is one for products and one for categories."))


def _page(kind: str, source: str, *, is_own: bool, wrong: str = "") -> str:
    shown = "" if wrong else fragments.render(source, _sample(kind))
    return render_template("page_template.html", kind=kind, source=source, is_own=is_own, wrong=wrong, shown=shown)


def _wrong(kind: str, source: str) -> str:
    """What is wrong with a template, tried on one of the shop's own things; "" where nothing is."""
    try:
        fragments.render(source, _sample(kind))
    except fragments.UnableToRender as error:
        return str(error)
    return ""


def _sample(kind: str) -> dict[str, Any]:
    """The product that changed last, or the first category with its products, as templates get them."""
    shop, here = g.shop, parts()
    told: dict[str, Any] = {"shop": {"name": shop.name, "domain": shop.domain, "currency": shop.currency}}
    with here.database.read() as db:
        if kind == PRODUCT:
            newest = [one for one, _ in products.newest(db, shop_id=shop.id, limit=1, currency=shop.currency)]
            return told | {"product": shapes.product(newest[0]) if newest else {}}
        assert kind == CATEGORY, "there are two kinds"
        first = next((row for row in categories.all_of(db, shop_id=shop.id) if row.published), None)
        key = first.id if first else ""
        found = cards.of_category(db, shop_id=shop.id, category_id=key)
    shown = listing(found, ListingQuery(category=key, per_page=6))
    told["category"] = {"id": key, "handle": first.handle, "title": first.title, "description": ""} if first else {}
    return told | {"products": [store_pages.card_shape(card, shop.currency) for card in shown.cards]}
