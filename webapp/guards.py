"""Who may call what. Every route has a guard; a test walks all of them."""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, redirect, request, session, url_for

from commerce.tables import shops
from commerce.tables.shops import Shop
from webapp.errors import Problem
from webapp.parts import parts

View = TypeVar("View", bound=Callable[..., Any])

# Scripts and styles come from this server only; nothing is inline.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def install(app: Flask) -> None:
    """Guard the whole application: headers on every answer, CSRF on every form, a guard on every route."""
    app.before_request(_check_form)
    app.after_request(_add_headers)
    app.jinja_env.globals["csrf_token"] = csrf_token


def public(view: View) -> View:
    """Anyone may call this; what protects it stands in the view (a signature, a one-time token) or is nothing."""
    return _marked(view, "public")


def merchant(view: View) -> View:
    """Only who signed in to the dashboard. `g.shop` is the shop chosen, None while there is none."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not session.get("merchant"):
            return redirect(url_for("sign_in.page", next=_back()))
        g.shop = chosen_shop()
        return view(*args, **kwargs)

    return _marked(cast(View, guarded), "merchant")


def api_key(view: View) -> View:
    """Only a shop's own systems, with its API key as Bearer token. `g.shop` is the shop."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        g.shop = _shop_of_api_key()
        return view(*args, **kwargs)

    return _marked(cast(View, guarded), "api_key")


def publishable_key(view: View) -> View:
    """Shoppers' browsers, with the shop's publishable key. `g.shop` is the shop of the address."""

    @wraps(view)
    def guarded(shop_key: str, *args: Any, **kwargs: Any) -> Any:
        g.shop = _shop_of_publishable_key(shop_key)
        return view(*args, **kwargs)

    return _marked(cast(View, guarded), "publishable_key")


def guard_of(view: Any) -> str | None:
    """The guard of a view; None where it has none."""
    return getattr(view, "guard", None)


def _marked(view: View, guard: str) -> View:
    view.guard = guard  # type: ignore[attr-defined]
    return view


def chosen_shop() -> Shop | None:
    """The shop that the merchant looks at: chosen with ?shop=, remembered in the session, else the first."""
    here = parts()
    with here.database.read() as db:
        everyone = shops.all_shops(db, here.vault)
    g.shops = everyone
    by_key = {shop.key: shop for shop in everyone}
    wanted = request.args.get("shop") or session.get("shop")
    chosen = by_key.get(wanted or "") or (everyone[0] if everyone else None)
    if chosen and session.get("shop") != chosen.key:
        session["shop"] = chosen.key
    return chosen


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _shop_of_api_key() -> Shop:
    token, here = _bearer(), parts()
    if token:
        with here.database.read() as db:
            found = shops.by_api_key(db, here.vault, token)
        if found:
            return found
    raise Problem(401, "API key missing or unknown", "Send the shop's API key as `Authorization: Bearer …`.")


def _shop_of_publishable_key(shop_key: str) -> Shop:
    token, here = _bearer() or request.args.get("key", ""), parts()
    with here.database.read() as db:
        found = shops.by_key(db, here.vault, shop_key)
    if found is None:
        raise Problem(404, "No such shop", "There is no shop with this key in the address.")
    if not token or not secrets.compare_digest(token.encode(), found.publishable_key.encode()):
        raise Problem(
            401, "Publishable key missing or wrong", "Send the shop's publishable key as ?key= or Bearer token."
        )
    return found


def csrf_token() -> str:
    """The token that every form of this session carries."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return cast(str, session["csrf"])


def _check_form() -> None:
    """Forms of the dashboard change something only with the token of their session."""
    if request.method in ("GET", "HEAD", "OPTIONS") or not request.path.startswith("/dashboard"):
        return
    sent = request.form.get("csrf_token") or request.headers.get("X-CSRF-Token", "")
    if not secrets.compare_digest(sent.encode(), session.get("csrf", secrets.token_urlsafe()).encode()):
        abort(400, "This page was open for too long. Go back, reload it and try again.")


def _back() -> str:
    """Where to return to after signing in: a path of this server, never another site."""
    return (
        urlsplit(request.full_path)._replace(scheme="", netloc="").geturl().rstrip("?")
        if request.method == "GET"
        else ""
    )


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    if response.mimetype == "text/html":
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cache-Control", "no-store")
    return response
