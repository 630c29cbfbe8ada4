"""Products and categories for stores' pages: from the cache, as JSON or as a piece of HTML, for shoppers' browsers and
for the shop's own servers.
"""

from dataclasses import replace

import orjson
from flask import Blueprint, Response, g, request

from commerce.rules.listings import SORTS
from integrations.cache.pages import Allowance
from webapp import guards
from webapp.errors import Problem
from webapp.inputs import choice, wrong
from webapp.parts import parts
from webapp.reading import allowances, page_answers, store_pages
from webapp.reading.kept import TooMuch
from webapp.reading.page_answers import JSON, Caller
from webapp.reading.quick import asked_for
from webapp.reading.store_pages import Asked, Wanted
from webapp.search.asked import ALL, asked_facets, query_of
from webapp.views.storefront import allow_every_site

blueprint = Blueprint("store_pages", __name__, url_prefix="/storefront/v1/<shop_key>")
blueprint.after_request(allow_every_site)

_MOST_IDS = 100
_USUAL_PER_PAGE = 24


@blueprint.get("/products/<key>")
@guards.publishable_key
def product(key: str) -> Response:
    """One product by its id or handle; only what shoppers may see."""
    is_html = choice("format", ("json", "html"), default="json") == "html"
    return _answer(store_pages.product(_plain(key), is_html=is_html), "No published product has this id or handle.")


@blueprint.get("/products")
@guards.publishable_key
def some_products() -> Response:
    """Several products by their ids, as {products: […], missing: […]}."""
    ids = list(dict.fromkeys(each.strip() for each in request.args.get("ids", "").split(",") if each.strip()))
    if not ids or len(ids) > _MOST_IDS or any("\x00" in each for each in ids):
        raise wrong("ids", f"at most {_MOST_IDS} ids of products with commas between them")
    here = parts()
    allowances.take(here.pages, g.shop.id, _allowance(units=len(ids)))
    kept = zip(ids, here.reading.several(g.storefront, [store_pages.product(each) for each in ids]), strict=True)
    shown = {each: orjson.Fragment(page_answers.plain(one.entry)) for each, one in kept if one.entry.etag}
    body = orjson.dumps({"products": list(shown.values()), "missing": [each for each in ids if each not in shown]})
    response = Response(body, mimetype=JSON)
    response.add_etag(weak=True)
    response.headers["Cache-Control"] = page_answers.cache_control(g.storefront)
    response.headers["Vary"] = "Authorization"
    response.make_conditional(request)
    return response


@blueprint.get("/categories")
@guards.publishable_key
def categories() -> Response:
    """The shop's categories with how many products stand in each."""
    return _answer(store_pages.all_categories(), "")


@blueprint.get("/categories/<key>")
@guards.publishable_key
def category(key: str) -> Response:
    """A page of a category by its id or handle: cards, total, facets, prices."""
    asked = asked_for(["categories", _plain(key)], list(request.args.items(multi=True)))
    assert asked is not None, "this address is one of a category"
    is_html = choice("format", ("json", "html"), default="json") == "html"
    asked = store_pages.category(_plain(key), asked.names[0], _wanted(), is_html=is_html)
    return _answer(asked, "No published category has this id or handle.")


def _wanted() -> Wanted:
    query = query_of(request.args, sorts=SORTS)
    per_page = query.limit if request.args.get("per_page", "").strip() else _USUAL_PER_PAGE
    names = asked_facets(request.args)
    return Wanted(
        page=query.offset // query.limit + 1,
        per_page=per_page,
        sort="" if query.sort == "relevance" else query.sort,
        filters=query.filters,
        price=query.price,
        available=query.available,
        facets=query.facets if names and ALL not in names else None,
    )


def _answer(asked: Asked, missing: str) -> Response:
    here = parts()
    try:
        kept = here.reading.read(g.storefront, asked, _allowance())
    except TooMuch as error:
        raise allowances.too_much(error.wait_ms) from error
    if not kept.entry.etag:
        raise Problem(404, f"No such {asked.kind}", missing)
    caller = Caller(
        if_none_match=request.headers.get("If-None-Match", ""),
        takes_gzip="gzip" in request.headers.get("Accept-Encoding", ""),
    )
    status, headers, body = page_answers.answer(g.storefront, asked, kept, caller)
    response = Response(body, status=status)
    for name, value in headers:
        response.headers[name] = value
    return response


def _allowance(units: int = allowances.PAGE) -> Allowance | None:
    found = allowances.of(parts().settings, g.caller, request.remote_addr or "")
    return replace(found, units=units) if found else None


def _plain(key: str) -> str:
    return key.replace("\x00", "")
