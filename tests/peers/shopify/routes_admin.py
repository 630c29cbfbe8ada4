"""The pages of Shopify's admin that a merchant sees, and the script that the app's pages load from Shopify."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from tests.peers.shopify import signing
from tests.peers.shopify.model_sales import Customer
from tests.peers.shopify.routes_api import tenancy, this_peer
from tests.peers.shopify.shop import Shop
from tests.peers.shopify.tenancy import Tenancy

BRIDGE = Path(__file__).resolve().parent / "static/app-bridge.js"

pages = Blueprint("admin", __name__)


def _edit_product(tenancy: Tenancy) -> str:
    product = next(iter(tenancy.shop.products.values()))
    title = product.title.partition(" (edited")[0]
    tenancy.shop.edit_product(product, title=f"{title} (edited {tenancy.shop.clock():%H:%M:%S})")
    return f"Edited: {product.title}"


def _place_order(tenancy: Tenancy) -> str:
    variant = next(iter(tenancy.shop.variants.values()))
    order = tenancy.shop.place_order(_customer(tenancy.shop), [(variant, 1)])
    return f"Placed: order {order.name}"


def _delete_product(tenancy: Tenancy) -> str:
    product = list(tenancy.shop.products.values())[-1]
    tenancy.shop.delete_product(product)
    return f"Deleted: {product.title}"


def _fulfil(tenancy: Tenancy) -> str:
    waiting = [each for each in tenancy.shop.orders.values() if each.fulfillment_status == "UNFULFILLED"]
    if not waiting:
        return "Nothing is waiting to be fulfilled."
    tenancy.shop.fulfil(waiting[-1])
    return f"Fulfilled: order {waiting[-1].name}"


def _ask_for_copy(tenancy: Tenancy) -> str:
    tenancy.shop.ask_for_copy(_customer(tenancy.shop))
    return "Sent: customers/data_request"


def _redact_customer(tenancy: Tenancy) -> str:
    tenancy.shop.redact_customer(_customer(tenancy.shop))
    return "Sent: customers/redact"


def _redact_shop(tenancy: Tenancy) -> str:
    tenancy.shop.redact_shop()
    return "Sent: shop/redact"


def _uninstall(tenancy: Tenancy) -> str:
    tenancy.uninstall()
    return "Uninstalled: app/uninstalled was sent, all tokens are revoked."


def _customer(shop: Shop) -> Customer:
    return next(iter(shop.customers.values()))


# What the buttons of a shop's page do, by the name in their address.
ACTS: dict[str, tuple[str, Callable[[Tenancy], str]]] = {
    "uninstall": ("Uninstall", _uninstall),
    "edit-product": ("Edit a product", _edit_product),
    "place-order": ("Place an order", _place_order),
    "delete-product": ("Delete a product", _delete_product),
    "fulfil": ("Fulfil", _fulfil),
    "ask-for-copy": ("Ask for a customer's data", _ask_for_copy),
    "redact-customer": ("Redact a customer", _redact_customer),
    "redact-shop": ("Redact the shop", _redact_shop),
}


@pages.get("/")
def shops() -> str:
    """All shops."""
    return render_template("shops.html", domains=list(this_peer().tenancies))


@pages.get("/<domain>/admin")
def shop_page(domain: str) -> str:
    """A shop with buttons for what merchants and shoppers do."""
    return _shop_page(domain, "")


def _shop_page(domain: str, done: str) -> str:
    found, app = tenancy(domain), this_peer().app
    acts = {name: label for name, (label, _) in ACTS.items()}
    return render_template("shop.html", tenancy=found, shop=found.shop, app=app, acts=acts, done=done)


@pages.post("/<domain>/admin/install")
def install(domain: str) -> AnyResponse:
    """Managed installation: Shopify asks for the scopes itself and then opens the app."""
    tenancy(domain).install()
    return redirect(url_for("admin.embedded", domain=domain))


@pages.post("/<domain>/admin/act/<name>")
def act(domain: str, name: str) -> str:
    """Press a button."""
    if name not in ACTS:
        abort(404)
    return _shop_page(domain, ACTS[name][1](tenancy(domain)))


@pages.get("/<domain>/admin/apps/backroom")
def embedded(domain: str) -> str:
    """The app inside the admin."""
    app = this_peer().app
    query = signing.signed_query(
        app.client_secret,
        embedded="1",
        host=signing.host(domain),
        id_token=signing.session_token(domain, app.client_id, app.client_secret),
        locale="en",
        session="0" * 40,
        shop=domain,
    )
    return render_template("embedded.html", shop=tenancy(domain).shop, src=f"{app.home}?{urlencode(query)}")


@pages.get("/<domain>/admin/session-token")
def session_token(domain: str) -> Response:
    """A fresh session token, for the stand-in of App Bridge."""
    app = this_peer().app
    tenancy(domain)
    response = jsonify({"token": signing.session_token(domain, app.client_id, app.client_secret)})
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@pages.get("/app-bridge.js")
def app_bridge() -> Response:
    """The stand-in of App Bridge."""
    return Response(BRIDGE.read_text(), content_type="text/javascript; charset=utf-8")
