"""The home page of the dashboard: how it goes, what needs somebody, today in figures, and the first steps."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.rules import attention
from commerce.rules.roles import STAFF, may
from commerce.tables import dismissals
from webapp import axes, charts, guards, inputs, pages
from webapp.errors import Problem
from webapp.home import days as calendar
from webapp.home.reading import home
from webapp.home.savings import savings, searched
from webapp.languages import gettext as _
from webapp.parts import parts

blueprint = Blueprint("home", __name__)
blueprint.record_once(lambda state: pages.install(state.app))


@blueprint.get("/")
@guards.public
def root() -> Any:
    """The bare address leads to the dashboard."""
    return redirect(url_for("home.index"))


@blueprint.get("/dashboard/")
@guards.merchant
def index() -> str:
    """Status, what needs attention, today's figures, what happened last, and the set-up guide."""
    return page()


def page() -> str:
    """The page of the shop that is looked at."""
    if g.shop is None:
        g.leads_to = "https: http:"  # to the stores' own pages
        return render_template("welcome.html")
    here = parts()
    shown = home(here, g.shop, is_operator=g.operator, now=pages.now())
    return render_template(
        "home.html", **shown, may_change=may(g.role, STAFF), webhook_url=_webhook_url(here.settings.base_url)
    )


@blueprint.post("/dashboard/needs/<kind>")
@guards.merchant
@pages.of_shop
def put_aside(kind: str) -> Any:
    """Put a kind of thing aside until it gets worse, or look at it again."""
    if kind not in attention.KINDS:
        raise Problem(404, _("No such kind"), _("Nothing of this kind is ever shown."))
    with parts().database.write() as db:
        if "again" in request.form:
            dismissals.remove(db, shop_id=g.shop.id, kinds=[kind])
        else:
            dismissals.add(db, shop_id=g.shop.id, kind=kind, number=_shown(), now=_newest())
    if "again" not in request.form:
        flash(_("Put aside. It comes back when it gets worse."))
    return redirect(url_for("home.index"))


@blueprint.post("/dashboard/guide")
@guards.merchant
@pages.of_shop
def fold() -> Any:
    """Fold the set-up guide up, or open it: for everybody who works on this shop."""
    number = int(request.form.get("folded", "") == "1")
    with parts().database.write() as db:
        dismissals.add(db, shop_id=g.shop.id, kind=dismissals.GUIDE, number=number, now=pages.now())
    return redirect(url_for("home.index", _anchor="guide"))


@blueprint.get("/dashboard/load")
@guards.merchant
@pages.of_shop
def load() -> str:
    """What the store is spared, and how each figure is counted."""
    here = parts()
    with here.database.read() as db:
        now = pages.now()
        days = calendar.read(here.database, db, g.shop, now)
        told = savings(days, searched(db, g.shop, days, now))
    names = [axes.day_label(day) for day in days.dates]
    return render_template("load.html", told=told, chart=charts.bars(told.by_day, names), days=calendar.KEPT)


def _shown() -> int:
    """How many there were on the page that the form stood on: what came since is not put aside with it."""
    number = request.form.get("number", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        title = _("Wrong value for %(name)s", name="number")
        raise Problem(400, title, _("`number` is how many of them the page shows."), field="number")
    return int(number)


def _newest() -> datetime:
    """When the newest of them came about, as the page shows it: one that came in its place since is worse."""
    now = pages.now()
    try:
        return min(now, inputs.read_moment(request.form.get("newest", "")))
    except ValueError:  # of most kinds that is not known
        return now


def _webhook_url(base_url: str) -> str:
    """Where the shop sends its deliveries."""
    path = "/webhooks/shopify" if g.shop.platform == "shopify" else f"/webhooks/{g.shop.platform}/{g.shop.key}"
    return f"{base_url}{path}"
