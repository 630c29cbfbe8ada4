"""The demo shop as its shoppers see it: pictures of its products, and a small storefront made of Backroom's doors."""

import re
from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from commerce.tables import shops
from commerce.tables.shops import ACTIVE, Shop
from webapp import guards
from webapp.demo_shops import WOOCOMMERCE_DOMAIN
from webapp.doors.door import WOOCOMMERCE
from webapp.headers import CONTENT_SECURITY_POLICY
from webapp.parts import parts
from webapp.pictures import picture
from webapp.views.widget import script_of

blueprint = Blueprint("demo", __name__, url_prefix="/demo")

_NAME = re.compile(r"[a-z0-9-]{1,120}")


@blueprint.get("/images/<name>.svg")
@guards.public
def image(name: str) -> Response:
    """A product's picture by its handle."""
    if not _NAME.fullmatch(name):
        abort(404)
    response = Response(picture(name), mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    response.headers["Cache-Control"] = "public, max-age=604800"
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/shop")
@guards.public
def shop_home() -> Response:
    """The front page."""
    return _page("home")


@blueprint.get("/shop/search")
@guards.public
def shop_search() -> Response:
    """The page of results."""
    return _page("results")


@blueprint.get("/shop/categories/<handle>")
@guards.public
def shop_category(handle: str) -> Response:
    """A category's page."""
    return _page("category", handle=handle)


@blueprint.get("/shop/products/<handle>")
@guards.public
def shop_product(handle: str) -> Response:
    """A product's page."""
    return _page("product", handle=handle)


@blueprint.get("/shop/cart")
@guards.public
def shop_cart() -> Response:
    """The cart, which is in the browser only."""
    return _page("cart")


@blueprint.get("/shop/phone")
@guards.public
def shop_phone() -> Response:
    """The storefront as it looks on a phone."""
    _shop()
    return _framing(Response(render_template("demo_phone.html"), mimetype="text/html"), f"{_POLICY}; frame-src 'self'")


_POLICY = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")


def _page(kind: str, **about: Any) -> Response:
    """A shell: what stands in it is asked for by its scripts, with the publishable key, as in any other shop."""
    shop = _shop()
    script = script_of(shop.key, shop.publishable_key)
    page = render_template("demo_shop.html", kind=kind, about=about, shop=shop, script=script)
    return _framing(Response(page, mimetype="text/html"), _POLICY)


def _framing(response: Response, policy: str) -> Response:
    """The pages of the demo may stand in frames of this server's own."""
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _shop() -> Shop:
    """The demo shop. Not found where there is none."""
    here = parts()
    with here.database.read() as db:
        shop = shops.by_domain(db, here.vault, platform=WOOCOMMERCE, domain=WOOCOMMERCE_DOMAIN)
    if not here.settings.demo or shop is None or not shop.demo or shop.state != ACTIVE:
        abort(404)
    return shop
