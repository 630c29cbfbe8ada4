"""What shoppers' browsers ask through the shop's own domain (Shopify's app proxy): no key, no CORS, known customers."""

from flask import Blueprint, Response

from webapp import guards
from webapp.reading.allowances import SEARCH
from webapp.shoppers.recommending import BOUGHT_TOGETHER, SIMILAR
from webapp.views.search_events import told
from webapp.views.storefront import searched, spend
from webapp.views.suggestions import recommended, suggested

blueprint = Blueprint("app_proxy", __name__, url_prefix="/shopify/proxy")


@blueprint.route("/search", methods=["GET", "POST"])
@guards.app_proxy
def search() -> Response:
    """The shop's search, as the storefront's own address answers it."""
    spend(SEARCH)
    return searched()


@blueprint.get("/suggest")
@guards.app_proxy
def suggest() -> Response:
    """Suggestions for what was typed so far."""
    spend(SEARCH)
    return suggested()


@blueprint.get("/products/<key>/similar")
@guards.app_proxy
def similar(key: str) -> Response:
    """Products like this one."""
    spend(SEARCH)
    return recommended(key, SIMILAR)


@blueprint.get("/products/<key>/bought-together")
@guards.app_proxy
def bought_together(key: str) -> Response:
    """What others bought with this product."""
    spend(SEARCH)
    return recommended(key, BOUGHT_TOGETHER)


@blueprint.post("/events")
@guards.app_proxy
def tell() -> Response:
    """Count what the shop's pages tell of searches."""
    spend(SEARCH)
    return told()
