"""The shopper's side of parcels: the page of one, and the way to it for who has only the order's number."""

import re
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for

from commerce.tables.shops import Shop
from webapp import guards, limits, pages
from webapp.parts import parts
from webapp.track import answers, finding, opening, reading
from webapp.track.brand import Brand, brand
from webapp.track.languages import Language
from webapp.track.shown import shown

blueprint = Blueprint("track", __name__, url_prefix="/track")

_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
_EACH = 30  # addresses of no parcel that one visitor may try in a minute


@blueprint.get("/<token>")
@guards.public
@answers.friendly
def parcel(token: str) -> Response:
    """The page of a parcel. Opening it has the carrier asked, after the answer is out."""
    here, now = parts(), pages.now()
    found = reading.read(here, token) if _TOKEN.fullmatch(token) else None
    if found is None:
        return _gone()
    here.counting.add(found.shop.id, "track_pages", "")
    language, look = answers.speaking(found.row.language), brand(found.shop, found.chosen)
    page = shown(found, language, now=now)
    response = answers.page("track.html", language, look, page=page, shop_key=found.shop.key)
    if _is_looked_at() and opening.is_due(found.row, now):
        shop_id, tracking_id = found.shop.id, found.row.id
        response.call_on_close(lambda: opening.ask(here, shop_id, tracking_id, now=now))
    return answers.keep(response)


@blueprint.get("/find/<shop_key>")
@guards.public
@answers.friendly
def look_up(shop_key: str) -> Response:
    """The form of a shop."""
    whose = reading.whose(parts(), shop_key)
    return _form(whose[0], answers.speaking(), brand(*whose)) if whose else _gone()


@blueprint.post("/find/<shop_key>")
@guards.public
@answers.friendly
def find(shop_key: str) -> Any:
    """Lead to the parcels of an order, or say why not. What was typed stands in no address, and in no log."""
    here, whose = parts(), reading.whose(parts(), shop_key)
    if whose is None:
        return _gone()
    shop, language, look = whose[0], answers.speaking(), brand(*whose)
    number = request.form.get("order", "").replace("\x00", "").strip()[: finding.LONGEST_NUMBER]
    contact = request.form.get("contact", "").replace("\x00", "").strip()[: finding.LONGEST_CONTACT]
    if not answers.is_pass(request.form.get("pass", ""), shop.key):  # a form on the shop's own pages, or an old one
        return _form(shop, language, look, note="confirm", number=number, contact=contact)
    if not number or not contact:
        return _form(shop, language, look, note="missing", number=number, contact=contact)
    finding.spend(here, shop, number)
    answer = finding.find(here, shop, number=number, contact=contact)
    if answer.token:
        lang = language.code if "lang" in request.args else None
        return redirect(url_for("track.parcel", token=answer.token, lang=lang), 303)
    return _form(shop, language, look, note=answer.reason)


def _form(shop: Shop, language: Language, look: Brand, **values: str) -> Response:
    """The form, with a note of what came of it."""
    stamp = answers.new_pass(shop.key)
    return answers.page("track_find.html", language, look, shop_key=shop.key, stamp=stamp, **values)


def _gone() -> Response:
    """There is nothing at this address; who tries many of them is told to wait."""
    limits.attempt("parcel", each=_EACH)
    return answers.sorry("gone", 404)


def _is_looked_at() -> bool:
    """Whether somebody looks, rather than a browser that fetches what might be looked at."""
    return request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")
