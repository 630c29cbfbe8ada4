"""The home page of the dashboard: how the shop's deliveries go, and what needs a look."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, url_for

from webapp import guards, pages
from webapp.figures import figures, problems, queue_state
from webapp.parts import parts
from webapp.stores import connected
from webapp.tracking import attention

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
    """Live figures, the last day hour by hour, and the last problems."""
    return page()


def page() -> str:
    """The page of the shop that is looked at."""
    if g.shop is None:
        g.leads_to = "https: http:"  # to the stores' own pages
        return render_template("welcome.html")
    here, now = parts(), pages.now()
    link, runs = connected.briefly(here, g.shop, now)
    return render_template(
        "home.html",
        link=link,
        runs=runs,
        figures=figures(here, g.shop, now),
        problems=problems(here, g.shop, now),
        queue=queue_state(here.queues),
        parcels=attention.counted(here, g.shop, now),
        webhook_url=_webhook_url(here.settings.base_url),
    )


def _webhook_url(base_url: str) -> str:
    """Where the shop sends its deliveries."""
    path = "/webhooks/shopify" if g.shop.platform == "shopify" else f"/webhooks/{g.shop.platform}/{g.shop.key}"
    return f"{base_url}{path}"
