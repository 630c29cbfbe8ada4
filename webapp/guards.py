"""Who may call what. Every route has a guard; a test walks all of them."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, g, redirect, request, url_for

from commerce.rules.roles import OWNER, READ_ONLY, STAFF, may
from commerce.tables import shops
from commerce.tables.shops import ACTIVE
from integrations.platforms.shopify import proxy
from webapp import auditing, form_tokens, headers, looking, sessions
from webapp.api import calling
from webapp.doors.door import SHOPIFY, app_secrets
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext
from webapp.parts import parts
from webapp.reading.storefronts import Storefront
from webapp.stores import embedded

View = TypeVar("View", bound=Callable[..., Any])

# The guards of the dashboard's pages.
DASHBOARD = ("merchant", "owner", "reader", "operator")
_MAY_NOT = {
    STAFF: lazy_gettext("Your access to this shop is for reading. Ask one of its owners for another role."),
    OWNER: lazy_gettext("Only owners of this shop change this. Ask one of them."),
}


def install(app: Flask) -> None:
    """Guard the whole application: headers on every answer, CSRF on every form, a guard on every route."""
    app.session_interface = sessions.Cookies()
    app.before_request(form_tokens.check)
    app.after_request(headers.add)
    app.jinja_env.globals["csrf_token"] = form_tokens.csrf_token


def public(view: View) -> View:
    """Anyone may call this; what protects it stands in the view (a signature, a one-time token) or is nothing."""
    return _marked(view, "public")


def merchant(view: View) -> View:
    """Only who signed in to the dashboard, by this browser's cookie or with a session token of Shopify.

    `g.shops` are the shops that they may see, `g.shop` the chosen one, None while there is none. `g.operator`: whether
    it is the operator, who sees all; `g.role` what they may do at the chosen shop, `g.seen_by` who it is. Whatever is
    not only read needs the role of staff; `owner` and `alone` say otherwise.
    """
    return _dashboard(view, "merchant", STAFF)


def owner(view: View) -> View:
    """As `merchant`, for what only the shop's owners change: keys, connections, the team, people's data. All see it."""
    return _dashboard(view, "owner", OWNER)


def taker(view: View) -> View:
    """As `merchant`, for files with people's data: who is to read only may look at them, not take them along. Who takes
    them is noted."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not may(g.role, STAFF):
            raise Problem(403, _("You may not take this along"), _MAY_NOT[STAFF])
        return auditing.noted(view, args, kwargs) if g.shop else view(*args, **kwargs)

    guarded.takes = True  # type: ignore[attr-defined]
    return _dashboard(cast(View, guarded), "merchant", STAFF)


def reader(view: View) -> View:
    """As `merchant`, for what each may change for themselves, whatever their role."""
    return _dashboard(view, "reader", READ_ONLY)


def operator(view: View) -> View:
    """Only who runs Backroom for all shops."""

    @auditing.of_all_shops
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not g.operator:
            raise Problem(
                403, _("This page is the operator's"), _("It shows all shops. Ask whoever runs Backroom here.")
            )
        return view(*args, **kwargs)

    return _dashboard(cast(View, guarded), "operator", READ_ONLY)


def _dashboard(view: View, guard: str, needed: str) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        domain, shop = embedded.shop_of_token()
        if shop is not None:
            looking.look_at(sessions.of_shop(shop))
            if embedded.here():
                sessions.keep_framed(shop)
            return _act(view, needed, args, kwargs)
        if domain and embedded.here():  # a shop that is not connected yet
            return redirect(f"{embedded.HOME}?{request.query_string.decode('latin-1')}")
        known = looking.sender() or sessions.visitor()
        if known is None or not looking.look_at(known):
            return embedded.ask_again() if embedded.here() else redirect(url_for("sign_in.page", next=_back()))
        return _act(view, needed, args, kwargs)

    return _marked(cast(View, guarded), guard)


def _act(view: View, needed: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Let the view do it, where whoever looks may. What changes something is noted, before and after."""
    if request.method in form_tokens.SAFE:
        return view(*args, **kwargs)
    if not may(g.role, needed):
        raise Problem(403, _("You may not change this"), str(_MAY_NOT[needed]))
    return auditing.noted(view, args, kwargs)


def api_key(scope: str) -> Callable[[View], View]:
    """Only a shop's own systems, with a key of that scope as Bearer token: `g.shop` is the shop, `g.key` the key."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            calling.let_in(_bearer(), scope)
            return view(*args, **kwargs)

        guarded.scope = scope  # type: ignore[attr-defined]
        return _marked(cast(View, guarded), "api_key")

    return guard


def app_proxy(view: View) -> View:
    """Only what came through a shop's own domain, signed by Shopify. `g.shop` is the shop, `g.customer_id` who is
    signed in there, empty where nobody is; `g.caller` is "shopper": Shopify signs whatever a browser asks."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        here = parts()
        pairs = request.args.items(multi=True)
        caller = proxy.caller(pairs, app_secrets(here.settings), now=time.time())
        if caller is None:
            raise Problem(401, "Not signed by Shopify", "This address is for calls through the shop's own domain.")
        with here.database.read() as db:
            g.shop = shops.by_domain(db, here.vault, platform=SHOPIFY, domain=caller.domain)
        if g.shop is None or g.shop.state != ACTIVE:
            raise Problem(404, "No such shop", "This shop is not connected to Backroom.")
        g.customer_id, g.caller = caller.customer_id, "shopper"
        return view(*args, **kwargs)

    return _marked(cast(View, guarded), "app_proxy")


def publishable_key(view: View) -> View:
    """Shoppers' browsers, with the shop's publishable key, or its own servers, with its API key.

    `g.shop` is the shop of the address, `g.storefront` what is known of it, `g.caller` "shopper" or "server".
    """

    @wraps(view)
    def guarded(shop_key: str, *args: Any, **kwargs: Any) -> Any:
        g.storefront, g.caller = _let_in(shop_key)
        g.shop = g.storefront.shop
        return view(*args, **kwargs)

    return _marked(cast(View, guarded), "publishable_key")


def guard_of(view: Any) -> str | None:
    """The guard of a view; None where it has none."""
    return getattr(view, "guard", None)


def scope_of(view: Any) -> str | None:
    """The scope that a key needs for a view; None where it needs none."""
    return getattr(view, "scope", None)


def _marked(view: View, guard: str) -> View:
    view.guard = guard  # type: ignore[attr-defined]
    return view


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _let_in(shop_key: str) -> tuple[Storefront, str]:
    bearer, in_address = _bearer(), request.args.get("key", "")
    found = parts().storefronts.of(shop_key)
    if found is None:
        raise Problem(404, "No such shop", "There is no shop with this key in the address.")
    caller = found.lets_in(bearer or in_address, is_in_address=not bearer)
    if not caller:
        raise Problem(
            401, "Publishable key missing or wrong", "Send the shop's publishable key as ?key= or Bearer token."
        )
    return found, caller


def _back() -> str:
    """Where to return to after signing in: a path of this server, never another site."""
    path = urlsplit(request.full_path)._replace(scheme="", netloc="").geturl().rstrip("?")
    return path if request.method == "GET" else ""
