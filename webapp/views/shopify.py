"""Coming in from Shopify: by its authorization page, or from inside its admin."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for

from commerce.tables import connections, installs
from commerce.tables.shops import Shop
from integrations import registry
from integrations.errors import OutsideError, Refused
from integrations.platforms.shopify.scopes import missing, shop_domain
from integrations.shop_api import Grant
from webapp import guards, limits, looking, pages, sessions
from webapp.doors.door import SHOPIFY
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.stores import embedded, installing
from webapp.views import home as home_page

if TYPE_CHECKING:
    from integrations.platforms.shopify.sign_in import SignIn

blueprint = Blueprint("shopify", __name__, url_prefix="/shopify")

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_ASKED_AGAIN = timedelta(hours=1)  # after which the app asks once more for scopes that it was not granted
_OURS = re.compile(r"/(shopify|dashboard)/[^\\\s]*")


@blueprint.get("/install")
@guards.public
def install() -> Any:
    """Send the merchant to the shop's own page that asks for permission."""
    sign_in, query = _sign_in(), _query()
    if "hmac" in query and not sign_in.is_signed(query):
        raise _refused(_("The link is not one of Shopify's, or it is too old."))
    domain = shop_domain(query.get("shop", "")) if "hmac" in query else _typed(query.get("shop", ""))
    if not domain:
        raise Problem(
            400,
            _("This is not a Shopify shop's domain"),
            _("It looks like example.myshopify.com; Shopify's admin shows it under Settings, Domains."),
            action=(url_for("sign_in.page"), _("Enter it again")),
        )
    limits.attempt("install")  # not by shop: nothing is asked there, and strangers could keep its merchant out
    token = installing.begin(SHOPIFY, domain)
    return installing.remember(redirect(sign_in.permission_url(domain, state=token)), SHOPIFY, token)


@blueprint.get("/callback")
@guards.public
def callback() -> Any:
    """The merchant agreed and comes back with a code. Nothing is stored before all of it is proved."""
    sign_in, query = _sign_in(), _query()
    if not sign_in.is_signed(query):
        raise _refused(_("The answer is not signed by Shopify, or it is too old."))
    domain, state = shop_domain(query.get("shop", "")), query.get("state", "")
    if not domain or not query.get("code"):
        raise _refused(_("The answer names no shop, or has no code."))
    if not installing.was_begun_here(SHOPIFY, state):
        raise _refused(_("It was not begun in this browser."), domain)
    if not _use(state, domain):
        raise _refused(_("It was used already, is older than an hour, or was begun for another shop."), domain)
    with _plainly(domain):
        grant = sign_in.by_code(domain, query["code"])
    shop = _let_in(domain, grant)
    sessions.sign_in_shop(shop, how=SHOPIFY)
    return installing.forget(redirect(url_for("home.index")), SHOPIFY, state)


@blueprint.get("/")
@guards.public
def home() -> Any:
    """The app's home in Shopify's admin: the dashboard, signed in by the session token that came along."""
    sign_in = _sign_in()
    if not embedded.token() and not any(request.args.get(name) for name in ("shop", "host")):
        return redirect(url_for("home.index"))
    domain, shop = embedded.shop_of_token()
    if not domain:
        known = sessions.visitor()
        return _show() if known and looking.look_at(known) and _is_connected(looking.chosen()) else embedded.ask_again()
    if request.args.get("shop") and shop_domain(request.args["shop"]) != domain:
        raise Problem(401, _("Another shop's session"), _("Open Backroom again from the admin of the shop."))
    if shop is None or not _is_connected(shop):
        with _plainly(domain):
            grant = sign_in.by_session_token(domain, embedded.token())
        if grant is None:
            return embedded.ask_again()
        shop = _let_in(domain, grant)
    looking.look_at(sessions.of_shop(shop))
    sessions.keep_framed(shop)
    return _show()


@blueprint.get("/bounce")
@guards.public
def bounce() -> str:
    """A page on which App Bridge gets a fresh session token, and then goes on to the page that was asked for."""
    _sign_in()
    if not _OURS.fullmatch(request.args.get("shopify-reload", "")) or not embedded.here():
        raise Problem(400, _("This address leads nowhere"), _("Open Backroom again from your shop's admin."))
    return render_template("bounce.html")


def _show() -> str:
    return home_page.page()


def _sign_in() -> "SignIn":
    """Shopify's sign-in. Raises Problem where this Backroom has no Shopify app."""
    settings = parts().settings
    if not settings.shopify_api_key:
        raise Problem(
            503,
            _("Shopify is not set up here"),
            _(
                "Set SHOPIFY_API_KEY and SHOPIFY_API_SECRET to the client id and the secret of your Shopify app, and "
                "BASE_URL to this Backroom's public address; then start it again."
            ),
        )
    return registry.sign_in(SHOPIFY, settings)


def _query() -> dict[str, str]:
    """The query. Raises Problem where something is in it twice: then nobody knows which one was meant."""
    query = request.args.to_dict()
    if len(list(request.args.items(multi=True))) != len(query):
        raise _refused(_("Something is twice in its address."))
    return query


def _typed(text: str) -> str:
    """The domain that a merchant means: with or without https://, the name alone, or the address of the admin."""
    text = text.strip().lower().removeprefix("https://").removeprefix("http://")
    text = text.removeprefix("admin.shopify.com/store/").partition("/")[0]
    return shop_domain(f"{text}.myshopify.com" if _NAME.fullmatch(text) else text)


def _refused(why: str, domain: str = "") -> Problem:
    again = url_for("shopify.install", shop=domain) if domain else url_for("sign_in.page")
    detail = _("%(why)s Nothing was changed. Begin again.", why=why)
    return Problem(400, _("This did not connect the shop"), detail, action=(again, _("Begin again")))


def _use(state: str, domain: str) -> bool:
    """Use the attempt up, where it is one for this shop."""
    here, now = parts(), pages.now()
    with here.database.write() as db:
        known = installs.attempt(db, state, platform=SHOPIFY, now=now)
        if known is None or known.domain != domain:
            return False
        return installs.use(db, state, platform=SHOPIFY, now=now) == domain


@contextmanager
def _plainly(domain: str) -> Iterator[None]:
    """What Shopify answers, in words for the merchant."""
    again = (url_for("shopify.install", shop=domain), _("Begin again"))
    try:
        yield
    except Refused as error:
        detail = _(
            "%(error)s A code works once, for a minute. If it happens again, SHOPIFY_API_SECRET may be wrong.",
            error=error,
        )
        raise Problem(400, _("Shopify did not let Backroom in"), detail, action=again) from error
    except OutsideError as error:
        detail = _("%(error)s Try again in a moment.", error=error)
        raise Problem(503, _("Shopify did not answer"), detail, action=again) from error


def _let_in(domain: str, grant: Grant) -> Shop:
    credentials = installing.credentials_of(grant)
    return installing.let_in(platform=SHOPIFY, domain=domain, credentials=credentials, at=grant.at)


def _is_connected(shop: Shop | None) -> bool:
    """Whether the shop lets us in, as far as is known, and to all that the app asks for."""
    if shop is None:
        return False
    here = parts()
    with here.database.read() as db:
        known = connections.one(db, here.vault, shop_id=shop.id)
    if known is None or known.state != connections.CONNECTED:
        return False
    return not missing(known.credentials.scopes) or known.installed_at > pages.now() - _ASKED_AGAIN
