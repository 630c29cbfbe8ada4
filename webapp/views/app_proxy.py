"""What shoppers' browsers ask through the shop's own domain (Shopify's app proxy): no key, no CORS, known customers."""

from flask import Blueprint, Response

from webapp import guards
from webapp.views.storefront import searched

blueprint = Blueprint("app_proxy", __name__, url_prefix="/shopify/proxy")


@blueprint.route("/search", methods=["GET", "POST"])
@guards.app_proxy
def search() -> Response:
    """The shop's search, as the storefront's own address answers it."""
    return searched()
