"""What shoppers' browsers call: search and products, with the shop's publishable key, from any site."""

import secrets
import time

import orjson
from flask import Blueprint, Response, g, request

from commerce.rules.documents import index_of
from integrations.errors import OutsideError
from webapp import conditional, guards
from webapp.errors import Problem
from webapp.parts import parts
from webapp.reading import allowances
from webapp.shoppers.asking import asked
from webapp.shoppers.search_log import search_log

_TOKEN_SECONDS = 900

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


@blueprint.get("/token")
@guards.publishable_key
def token() -> Response:
    """An address and a token with which a browser searches the engine itself, for a quarter of an hour.

    Only where the operator lets browsers reach the engine, and the shop has no rules: the engine knows none.
    """
    spend(allowances.SEARCH)
    here, front = parts(), g.storefront
    address, index = here.settings.search_public_url, index_of(g.shop.id)
    made = None
    if address and not any(rule.enabled for rule in front.rules):
        try:
            made = here.engine.token(index, front.chosen.settings, seconds=_TOKEN_SECONDS)
        except OutsideError as error:
            raise Problem(503, "Search cannot be reached", "Try again in a moment.") from error
    if made is None:
        raise Problem(404, "No token", "This shop is searched through Backroom: ask …/search.")
    told = {"address": address, "index": index, "token": made[1], "expires_in": _TOKEN_SECONDS}
    response = Response(orjson.dumps(told), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def spend(units: int) -> None:
    """Take from what the caller's address may ask for. Raises Problem 429 where nothing is left."""
    here = parts()
    allowance = allowances.of(here.settings, g.caller, request.remote_addr or "", units=units)
    allowances.take(here.pages, g.shop.id, allowance)


def searched() -> Response:
    """What the search of `g.shop` answers to the present request's query; counted, unless it says `log=0`."""
    started = time.perf_counter()
    told = asked(parts(), g.shop, request.args, log=search_log())
    return conditional.answer(told, started, passing={"search_id": secrets.token_urlsafe(6)})
