"""The search in the dashboard: how it is, whether its index tells the truth, and what a query finds and why."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.tables import drift, products, reindexes
from jobs.queues import CHECK, REINDEX
from webapp import guards, pages, sentences
from webapp.figures import queue_state
from webapp.inputs import text
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.search import tester
from webapp.search.state import state_of
from webapp.stores import connected

blueprint = Blueprint("search", __name__, url_prefix="/dashboard/search")


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """The index against the products, the last check, the rebuild."""
    here, now = parts(), pages.now()
    _status, runs = connected.briefly(here, g.shop, now)
    state, queue = state_of(here, g.shop, now), queue_state(here.queues)
    return render_template("search.html", state=state, queue=queue, runs=runs)


@blueprint.post("/check")
@guards.merchant
@pages.of_shop
def check() -> Any:
    """Compare the index with the products, and heal what differs."""
    here = parts()
    with here.database.write() as db:
        drift.begin(db, shop_id=g.shop.id, now=pages.now())
    here.queues.wake(CHECK, [g.shop.id], again=True)
    flash(_("The index is compared with your products now."))
    return redirect(url_for("search.index"))


@blueprint.post("/rebuild")
@guards.merchant
@pages.of_shop
def rebuild() -> Any:
    """Build the index anew beside the one that is searched."""
    here = parts()
    with here.database.write() as db:
        total = products.count(db, shop_id=g.shop.id)
        reindexes.start(db, shop_id=g.shop.id, total=total, now=pages.now())
    here.queues.wake(REINDEX, [g.shop.id], again=True)
    flash(_("The index is built anew. Shoppers search in the present one until it is done."))
    return redirect(url_for("search.index"))


@blueprint.get("/test")
@guards.merchant
@pages.of_shop
def test() -> str:
    """What a query finds, with the shop's rules and without, and why each hit stands where it does."""
    asked = bool(request.args.get("asked") or text("q"))
    tried = tester.tried(parts(), g.shop, request.args, why_not=text("product")) if asked else None
    return render_template("search_test.html", tried=tried, told=sentences.each)
