"""The search for a shop's own pages: its script, and the page that tells a merchant how to use it."""

from flask import Blueprint, Response, g, render_template, request, url_for

from webapp import guards, pages
from webapp.parts import parts
from webapp.shoppers.widget import script as whole

blueprint = Blueprint("widget", __name__)

_YEAR, _HOUR, _DAY = 31_536_000, 3600, 86_400


@blueprint.get("/storefront/v1/<shop_key>/widget.js")
@guards.publishable_key
def script() -> Response:
    """The script that shops' pages load, from any site. With `v`, its version, it may be kept for ever."""
    known = whole()
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(known.zipped if zipped else known.plain, mimetype="text/javascript")
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    lasts = request.args.get("v") == known.digest
    response.headers["Cache-Control"] = (
        f"public, max-age={_YEAR}, immutable" if lasts else f"public, max-age={_HOUR}, stale-while-revalidate={_DAY}"
    )
    response.set_etag(known.digest, weak=True)
    response.make_conditional(request)
    return response


@blueprint.get("/dashboard/storefront")
@guards.merchant
@pages.of_shop
def index() -> str:
    """The line to paste, the keys, and where to go on."""
    return render_template("widget.html", line=line(), door=door(), has_demo=_has_demo())


def door() -> str:
    """Where the shop's pages ask."""
    return f"{parts().settings.base_url}/storefront/v1/{g.shop.key}"


def line() -> str:
    """The one line that loads the search."""
    more = ' data-platform="woocommerce"' if g.shop.platform == "woocommerce" else ""
    return f'<script src="{door()}/widget.js?key={g.shop.publishable_key}"{more} defer></script>'


def _has_demo() -> bool:
    return parts().settings.demo and g.shop.demo


def script_of(shop_key: str, publishable_key: str) -> str:
    """The script's address on this server, another one whenever the script changes."""
    return url_for("widget.script", shop_key=shop_key, key=publishable_key, v=whole().digest)
