"""What all pages of the dashboard share: filters and globals of templates, links that keep the shop, paging."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from flask import current_app, g, redirect, request, url_for
from flask.sansio.app import App
from markupsafe import Markup

from commerce.rules.documents import plain_text
from webapp import formats, guards, languages
from webapp.languages import lazy_gettext as _
from webapp.parts import parts
from webapp.stores import embedded
from webapp.team import audit_words

View = TypeVar("View", bound=Callable[..., Any])

PER_PAGE = 50
LAST_PAGE = 100_000
NAVIGATION = (
    ("home", _("Home")),
    ("events", _("Events")),
    ("products", _("Products")),
    ("search", _("Search")),
    ("orders", _("Orders")),
    ("sales", _("Figures")),
    ("shipments", _("Parcels")),
    ("customers", _("Customers")),
    ("notifications", _("Notifications")),
    ("loyalty", _("Loyalty")),
    ("widget", _("Storefront")),
    ("cache", _("Cache")),
    ("outgoing", _("Webhooks")),
    ("connection", _("Connection")),
    ("team", _("Team")),
)
_STATIC = Path(__file__).parent / "static"


def install(app: App) -> None:
    """Give the application's templates what they use."""
    languages.install(app)
    app.jinja_env.filters.update(
        number=formats.number,
        money=formats.money,
        seconds=formats.seconds,
        decimal=formats.decimal,
        percent=formats.percent,
        day=formats.day,
        when=_when,
        exact=formats.exact,
        web_address=formats.web_address,
        marked=formats.marked,
        plain_text=plain_text,
        actor=audit_words.actor,
    )
    app.jinja_env.globals.update(asset=asset, here_with=here_with, navigation=NAVIGATION, kept_in_links=kept_in_links)
    app.jinja_env.globals.update(with_query=with_query, is_same_query=is_same_query)
    app.jinja_env.globals.update(app_bridge=embedded.app_bridge, shopify_is_set_up=_shopify_is_set_up)
    app.url_defaults(_keep_shop)


def now() -> datetime:
    """The present time, in UTC."""
    return datetime.now(UTC)


def _when(at: datetime | str | None) -> Markup:
    """For templates: also times that are stored within JSON, as text."""
    return formats.when(datetime.fromisoformat(at) if isinstance(at, str) else at, now())


def of_shop(view: View) -> Callable[..., Any]:
    """A page about a shop: while there is none, the home page tells how to connect one."""

    @wraps(view)
    def shown(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if g.shop else redirect(url_for("home.index"))

    return shown


def here_with(**changes: Any) -> str:
    """The present address with other values in its query; None takes a value out."""
    left_out = {*changes, *embedded.PASSING}
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in left_out]
    new = [(name, value) for name, value in changes.items() if value is not None]
    return f"{request.path}?{urlencode([*kept, *new])}" if kept or new else request.path


def with_query(address: str, query: str) -> str:
    """An address with more in its query, which may have one already."""
    return f"{address}{'&' if '?' in address else '?'}{query}" if query else address


def is_same_query(query: str, asked: Mapping[str, str]) -> bool:
    """Whether a saved view is what is shown."""
    return dict(parse_qsl(query)) == dict(asked)


def _keep_shop(endpoint: str, values: dict[str, Any]) -> None:
    """Links name the shop where there are several, so that they show the same to whoever opens them.

    Within Shopify's admin they carry what the next page is to be known by.
    """
    if guards.guard_of(current_app.view_functions.get(endpoint)) not in guards.DASHBOARD:
        return
    for name, value in kept_in_links().items():
        values.setdefault(name, value)


def kept_in_links() -> dict[str, str]:
    """What links and forms of the dashboard carry: the same for all links of a page."""
    shop = g.get("shop")
    known = g.get("links_keep")
    if known is None or known[0] is not shop:
        several = shop is not None and len(g.get("shops", ())) > 1
        g.links_keep = known = (shop, embedded.links() or ({"shop": shop.key} if several else {}))
    kept: dict[str, str] = known[1]
    return kept


def _shopify_is_set_up() -> bool:
    return bool(parts().settings.shopify_api_key)


def asset(name: str) -> str:
    """The address of a static file, another one whenever its content changes."""
    return url_for("static", filename=name, v=_digest(name))


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
