"""Where recipients of news say what they want no more of: by one click of their mail program (RFC 8058), or on a page.

Looking at the page changes nothing: mail programs and scanners open every link.
"""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from commerce.database import Connection
from commerce.mirror import messages
from commerce.rules.notifications import tokens
from commerce.tables import products, shops
from commerce.tables.notifications import notifications, subscriptions
from commerce.tables.people import profile_lists
from commerce.tables.shops import ACTIVE
from integrations.channels.wording import is_from_the_right, language_of
from webapp import guards, limits, pages
from webapp.notifications.preference_words import masked, words_of
from webapp.parts import parts

blueprint = Blueprint("message_preferences", __name__, url_prefix="/u")

_EACH = 30  # addresses of no message that one visitor may try in a minute
_ONE_CLICK = "One-Click"  # RFC 8058, 3.1


@blueprint.get("/<token>")
@guards.public
def page(token: str) -> Response:
    """What whoever got this message receives."""
    shop, row = _of_token(token)
    return _gone() if row is None else _page(shop, row, token)


@blueprint.post("/<token>")
@guards.public
def change(token: str) -> Response:
    """Unsubscribe, or choose what to receive. A mail program's one click is answered with as little as it reads."""
    shop, row = _of_token(token)
    is_one_click = request.form.get("List-Unsubscribe") == _ONE_CLICK
    if row is None:
        return Response("ok\n", mimetype="text/plain") if is_one_click else _gone()
    wants_news = request.form.get("news") == "1" and not is_one_click
    is_all = is_one_click or request.form.get("action") == "stop"
    method = messages.ONE_CLICK if is_one_click else messages.PREFERENCES
    with parts().database.write() as db:
        if is_all:
            messages.unsubscribe(db, shop, row, method=method, now=pages.now())
        else:
            _choose(db, shop, row, wants_news=wants_news)
    if is_one_click:
        return Response("ok\n", mimetype="text/plain")
    return _page(shop, row, token, note="stopped" if is_all else "saved")


def _choose(db: Connection, shop: Any, row: Any, *, wants_news: bool) -> None:
    """What stands in the form: news, and which wishes go on."""
    kept = set(request.form.getlist("wish"))
    waiting = subscriptions.of_recipient(db, shop_id=shop.id, recipient=row.recipient)
    subscriptions.end_some(db, [one.id for one in waiting if str(one.id) not in kept])
    if wants_news != (_consent(db, shop, row) == messages.SUBSCRIBED):
        said = messages.subscribe if wants_news else messages.withdraw
        said(db, shop, row, method=messages.PREFERENCES, now=pages.now())
    subscriptions.confirm(db, [one.id for one in waiting if str(one.id) in kept], now=pages.now())


def _of_token(token: str) -> tuple[Any, Any]:
    """The shop and the message; None for one that is not there (any more)."""
    here, told = parts(), tokens.read(parts().vault.link_keys, token)
    if told is not None:
        with here.database.read() as db:
            shop = shops.by_id(db, here.vault, told[0])
            row = notifications.by_id(db, shop_id=told[0], notification_id=told[1])
        if shop is not None and shop.state == ACTIVE and row is not None:
            return shop, row
    limits.attempt("message", each=_EACH)
    return None, None


def _consent(db: Connection, shop: Any, row: Any) -> str:
    """The last word of the recipient on mail; empty for who is no customer."""
    if not row.member_id:
        return ""
    person = profile_lists.of_member(db, shop_id=shop.id, member_id=row.member_id)
    return str(person.consents.get(messages.EMAIL, {}).get("state", "")) if person is not None else ""


def _page(shop: Any, row: Any, token: str, *, note: str = "") -> Response:
    language = language_of(row.language)
    with parts().database.read() as db:
        wishes = subscriptions.of_recipient(db, shop_id=shop.id, recipient=row.recipient)
        ids = {one.product_id for one in wishes}
        known = products.by_ids(db, shop_id=shop.id, ids=ids, currency=shop.currency)
        consent, is_customer = _consent(db, shop, row), bool(messages.person_of(db, shop, row))
    shown = {"shop": shop.name, "address": masked(row.recipient)}
    return _answer(
        language,
        note=note,
        shown=shown,
        action=url_for("message_preferences.change", token=token),
        wishes=[(one.id, known[one.product_id].title) for one in wishes if one.product_id in known],
        is_customer=is_customer,
        news=consent == messages.SUBSCRIBED,
    )


def _gone() -> Response:
    response = _answer(language_of(request.accept_languages.best or ""), note="gone", shown={}, action="")
    response.status_code = 404
    return response


def _answer(language: str, **told: Any) -> Response:
    words, direction = words_of(language), "rtl" if is_from_the_right(language) else "ltr"
    html = render_template("message_preferences.html", language=language, direction=direction, words=words, **told)
    response = Response(html, mimetype="text/html")
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
