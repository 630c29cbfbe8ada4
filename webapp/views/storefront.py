"""What shoppers' browsers call: search and products, with the shop's publishable key, from any site."""

import secrets
import time

from flask import Blueprint, Response, g, request

from webapp import allowances, conditional, guards
from webapp.inputs import choice, text
from webapp.parts import parts
from webapp.search.answers import answer
from webapp.search_log import search_log
from webapp.searching import Found, find, query_of

blueprint = Blueprint("storefront", __name__, url_prefix="/storefront/v1/<shop_key>")


@blueprint.after_request
def allow_every_site(response: Response) -> Response:
    """CORS: the key is public and nothing here depends on cookies, so every site may ask."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Cache-Status"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response


@blueprint.get("/search")
@guards.publishable_key
def search() -> Response:
    """Products that fit a query, with facets and prices."""
    spend(allowances.SEARCH)
    return searched()


def spend(units: int) -> None:
    """Take from what the caller's address may ask for. Raises Problem 429 where nothing is left."""
    here = parts()
    allowance = allowances.of(here.settings, g.caller, request.remote_addr or "", units=units)
    allowances.take(here.pages, g.shop.id, allowance)


def searched() -> Response:
    """What the search of `g.shop` answers to the present request's query; counted, unless it says `log=0`."""
    started = time.perf_counter()
    counts = choice("log", ("0", "1"), default="1") == "1"
    found = find(parts(), g.shop, query_of(request.args), category=text("category"))
    if counts:
        _count(found)
    passing = {"search_id": secrets.token_urlsafe(6)}
    return conditional.answer(answer(found, request.args), started, passing=passing)


def _count(found: Found) -> None:
    """Count the search once, on its first page, and what was shown on each."""
    query, shown = found.query, len(found.products)
    if query.text.strip() and not query.offset:
        search_log().asked(g.shop.id, query.text, found=found.total, shown=shown)
    elif query.text.strip():
        search_log().shown(g.shop.id, first=query.offset + 1, shown=shown)
