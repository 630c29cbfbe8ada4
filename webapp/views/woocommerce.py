"""Connecting a WooCommerce store: the store asks its merchant, or the merchant pastes keys."""

import re
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for

from commerce.tables import installs, shops
from integrations import registry
from integrations.payload import UnableToParse, parse
from webapp import guards, limits, pages, sessions
from webapp.doors.door import WOOCOMMERCE
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.languages import translated
from webapp.parts import parts
from webapp.stores import connecting, installing
from webapp.stores.connecting import UnableToConnect

blueprint = Blueprint("woocommerce", __name__, url_prefix="/woocommerce")

_LARGEST = 16 * 1024  # bytes of a callback
_TOKEN = re.compile(r"[\w-]{1,100}", re.ASCII)
_KEY = re.compile(r"[!-~]{1,200}")
_LONGEST = 500
_SCHEME = re.compile(r"^https?://", re.IGNORECASE)


@blueprint.get("/connect")
@guards.public
def connect() -> Any:
    """Where a merchant tells the address of the store."""
    return _form(address=request.args.get("address", "")[:_LONGEST])


@blueprint.post("/connect")
@guards.public
def begin() -> Any:
    """Look at the store, then let it ask its merchant, or try the keys that were pasted."""
    given, way = request.form.get("address", "").strip()[:_LONGEST], request.form.get("way", "")
    if not given:
        wrong = {"address": _("Enter the store's address, such as https://shop.example.")}
        return _form(way=way, wrong=wrong, status=400)
    key, secret = (request.form.get(name, "").strip() for name in ("consumer_key", "consumer_secret"))
    if way == "keys" and (wrong := _wrong_keys(key, secret)):
        return _form(address=given, way=way, key=key, wrong=wrong, status=400)
    limits.attempt("connect", given.lower())
    with limits.one_of_few():
        found = registry.diagnosis(WOOCOMMERCE, _SCHEME.sub(lambda told: told[0].lower(), given), parts().settings)
    if not found.connectable:
        return _form(
            address=found.address or given, way=way, key=key, wrong={"address": translated(found.sentence)}, status=400
        )
    domain = connecting.normalised(found.address)
    if way == "keys":
        return _with_keys(domain, key, secret, name=found.name)
    if not connecting.may_be_asked():
        return _form(address=domain, way="keys", status=400)
    token = installing.begin(WOOCOMMERCE, domain)
    return installing.remember(redirect(connecting.asking_url(domain, token), 303), WOOCOMMERCE, token)


@blueprint.post("/callback")
@guards.public
def callback() -> Response:
    """The store sends the keys that its merchant approved. WooCommerce keeps them only if the answer is 200."""
    request.max_content_length = _LARGEST
    told = _told(request.get_data())
    token, key, secret = (str(told.get(name) or "") for name in ("user_id", "consumer_key", "consumer_secret"))
    known = _attempt(token)
    if known is None:
        raise Problem(404, "No such attempt", "It is unknown, or older than an hour. Begin again in Backroom.")
    if told.get("key_permissions") != "read_write":
        raise Problem(403, "The keys may not write", "Backroom makes webhooks with them: approve Read/Write.")
    if _wrong_keys(key, secret):
        raise Problem(400, "No keys", "consumer_key and consumer_secret are missing, or are none.")
    if known.shop_id is not None and connecting.is_connected_with(known.shop_id, key, secret):
        return _ok()
    limits.attempt("keys", token)  # not by store: strangers could keep its own keys out
    try:
        connecting.connect(known.domain, key, secret, token=token)
    except UnableToConnect as error:
        raise Problem(403, "The keys do not work at the store that was named", str(error)) from error
    return _ok()


@blueprint.get("/connected")
@guards.public
def connected() -> Any:
    """The store sent its merchant back."""
    token, here = request.args.get("user_id", ""), parts()
    again = (url_for("woocommerce.connect"), _("Connect the store"))
    if request.args.get("success") != "1":
        title, detail = _("The store was not connected"), _("You declined at the store. Nothing was changed.")
        return render_template("error.html", status=200, action=again, title=title, detail=detail)
    known = _attempt(token)
    with here.database.read() as db:
        shop = shops.by_id(db, here.vault, known.shop_id) if known is not None and known.shop_id else None
    visitor = sessions.visitor()
    if shop and visitor and shop.id in visitor.roles:  # the page is loaded again
        return redirect(url_for("home.index"))
    if not installing.was_begun_here(WOOCOMMERCE, token):
        detail = _("It was not begun in this browser, or is older than an hour. Connect the store here to see it here.")
        raise Problem(403, _("This browser is not signed in"), detail, action=again)
    if shop is None:
        detail = _("The store said yes, but its keys did not arrive here. Try again, or paste keys.")
        raise Problem(409, _("The keys did not arrive"), detail, action=again)
    sessions.sign_in_shop(shop, how=WOOCOMMERCE)
    return installing.forget(redirect(url_for("home.index")), WOOCOMMERCE, token)


def _told(body: bytes) -> dict[str, Any]:
    """What the body says; nothing where it is no JSON object."""
    try:
        told = parse(body)
    except UnableToParse:
        return {}
    return told if isinstance(told, dict) else {}


def _attempt(token: str) -> Any:
    """The attempt of that token, while it lasts."""
    if not _TOKEN.fullmatch(token):
        return None
    with parts().database.read() as db:
        return installs.attempt(db, token, platform=WOOCOMMERCE, now=pages.now())


def _with_keys(domain: str, key: str, secret: str, *, name: str) -> Any:
    try:
        shop = connecting.connect(domain, key, secret, name=name)
    except UnableToConnect as error:
        wrong = {"consumer_key": translated(str(error))}
        return _form(address=domain, way="keys", key=key, wrong=wrong, status=400)
    sessions.sign_in_shop(shop, how=WOOCOMMERCE)
    return redirect(url_for("home.index"), 303)


def _wrong_keys(key: str, secret: str) -> dict[str, str]:
    """What is wrong with keys as they were written, by the field's name."""
    wrong = {}
    if not _KEY.fullmatch(key):
        wrong["consumer_key"] = _("Enter the consumer key. It begins with ck_.")
    if not _KEY.fullmatch(secret):
        wrong["consumer_secret"] = _("Enter the consumer secret. It begins with cs_.")
    return wrong


def _form(
    *, address: str = "", way: str = "", key: str = "", wrong: dict[str, str] | None = None, status: int = 200
) -> tuple[str, int]:
    """The page with what was entered, but for the secret; it leads to the store that is named."""
    g.leads_to = "https: http:"
    asked = connecting.may_be_asked()
    values = {"address": address, "key": key, "wrong": wrong or {}, "asked": asked, "keys": way == "keys" or not asked}
    return render_template("woocommerce.html", base_url=parts().settings.base_url, **values), status


def _ok() -> Response:
    return Response("ok\n", mimetype="text/plain")
