"""What storefronts tell of their shoppers' searches: clicks, carts, orders. No cookies, no addresses, no people."""

from flask import Blueprint, Response, g, request

from webapp import guards, limits
from webapp.shoppers.search_events import LARGEST, count
from webapp.shoppers.search_log import search_log
from webapp.views.storefront import allow_every_site

blueprint = Blueprint("search_events", __name__, url_prefix="/storefront/v1/<shop_key>")

PER_CLIENT = 120  # calls in a minute


@blueprint.after_request
def allow_posts(response: Response) -> Response:
    """CORS as at the other doors of the storefront. Browsers send beacons as plain text and so ask nothing before."""
    response = allow_every_site(response)
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "POST, OPTIONS"
    return response


@blueprint.post("/events")
@guards.publishable_key
def tell() -> Response:
    """Count one event or several: {"type": "click", "token": "…", "query": "…", "product_id": "…", "position": 1}."""
    limits.attempt("search-events", each=PER_CLIENT)
    return told()


def told() -> Response:
    """Count what the present request tells of searches in `g.shop`."""
    count(search_log(), g.shop.id, request.stream.read(LARGEST + 1))
    return Response(status=204)
