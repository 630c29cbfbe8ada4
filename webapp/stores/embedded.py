"""Pages within the frame in Shopify's admin: who asks, what their addresses carry, what may frame and what may run.

A page that is loaded carries a session token in its query (`id_token`), a call of App Bridge in `Authorization`.
Without a valid one the page is asked for again by way of the bounce page, where App Bridge gets a fresh one.
Source: shopify.dev, "Session tokens" and the package shopifyapp 1.0.2.
"""

from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, current_app, g, has_request_context, redirect, request, url_for

from commerce.tables import shops
from commerce.tables.shops import ACTIVE, Shop
from integrations import registry
from integrations.platforms.shopify.scopes import shop_domain
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.parts import parts

HOME = "/shopify/"
ADMIN = "https://admin.shopify.com"
APP_BRIDGE = "https://cdn.shopify.com/shopifycloud/app-bridge.js"
RETRY = "X-Shopify-Retry-Invalid-Session-Request"
_BOUNCED = "bounced"  # in the query of what is asked for a second time, so that it does not go round for ever
# What Shopify adds to addresses and what is used up with the page that it was for.
PASSING = frozenset({"id_token", "hmac", "session", "timestamp", "locale", "shopify-reload", _BOUNCED})


def here() -> bool:
    """Whether the present request is for a page within the frame."""
    if not has_request_context() or not current_app.extensions["backroom"].settings.shopify_api_key:
        return False
    return request.path == HOME or request.args.get("embedded") == "1" or "id_token" in request.args


def token() -> str:
    """The session token that came along; a call's own goes before the one that its address kept."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else request.args.get("id_token", "") if here() else ""


def shop_of_token() -> tuple[str, Shop | None]:
    """The domain that a valid session token of this request is for, and the shop where it is connected."""
    settings, given = parts().settings, token()
    if not settings.shopify_api_key or not given:
        return "", None
    domain = registry.sign_in("shopify", settings).shop_of(given)
    if not domain:
        return "", None
    with parts().database.read() as db:
        shop = shops.by_domain(db, parts().vault, platform="shopify", domain=domain)
    return domain, shop if shop and shop.state == ACTIVE else None


def ask_again() -> Any:
    """The answer to who did not prove who they are: a page comes again with a fresh token, a call is to get one."""
    if request.method != "GET" or request.headers.get("Authorization") or request.headers.get("X-Live"):
        return refusal()
    if request.args.get(_BOUNCED):
        raise Problem(
            401,
            _("Shopify's sign-in did not work"),
            _(
                "Open Backroom again from your shop's admin. If that does not help: SHOPIFY_API_KEY and "
                "SHOPIFY_API_SECRET have to be those of the app that was opened, and the clock of Backroom's machine "
                "has to be right."
            ),
        )
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in PASSING]
    back = f"{request.path}?{urlencode([*kept, (_BOUNCED, '1')])}"
    query = {name: value for name, value in kept if name in ("shop", "host")} | {"embedded": "1"}
    return redirect(f"{url_for('shopify.bounce')}?{urlencode({**query, 'shopify-reload': back})}")


def refusal() -> Response:
    """401 for a call; App Bridge gets a fresh token and calls again."""
    response = Response("The session token is not valid any more.\n", 401, mimetype="text/plain")
    response.headers[RETRY] = "1"
    return response


def links() -> dict[str, str]:
    """What addresses within the frame carry. The shop is named by its domain there, as App Bridge expects it.

    Pages that tell of an error know no shop; their links keep the one that was named, which the next page checks.
    """
    shop = g.get("shop")
    domain = shop.domain if shop else shop_domain(request.args.get("shop", ""))
    if not here() or not domain:
        return {}
    host = request.args.get("host", "")
    return {"embedded": "1", "shop": domain, **({"host": host} if host else {})}


def app_bridge() -> dict[str, str]:
    """For templates: the script's address and the app's key within the frame; nothing elsewhere."""
    if not here():
        return {}
    settings = parts().settings
    return {"script": settings.app_bridge_url or APP_BRIDGE, "key": settings.shopify_api_key}


def policy(strict: str) -> str:
    """The Content-Security-Policy of a page within the frame, made from the strict one of all others."""
    settings = parts().settings
    bridge = _origin(settings.app_bridge_url or APP_BRIDGE)
    shop = g.get("shop")
    domain = shop.domain if shop else shop_domain(request.args.get("shop", ""))
    stand_in = [_origin(settings.shopify_api_origin)] if settings.shopify_api_origin else []
    ancestors = [f"https://{domain}"] * bool(shop_domain(domain)) + [ADMIN, *stand_in]
    return (
        strict.replace("script-src 'self'", f"script-src 'self' {bridge}")
        .replace("connect-src 'self'", f"connect-src 'self' {bridge}")
        .replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(ancestors)}")
    )


def _origin(address: str) -> str:
    told = urlsplit(address)
    return f"{told.scheme}://{told.netloc}"
