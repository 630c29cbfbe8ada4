"""What shoppers' browsers call: search and products, with the shop's publishable key, from any site."""

import hashlib
import time
from typing import Any

from flask import Blueprint, Response, g, json, request

from commerce.rules.documents import facet_name, is_searchable
from commerce.tables import effects, products
from webapp import guards, shapes
from webapp.errors import Problem
from webapp.parts import parts
from webapp.searching import asked_facets, find, query_of

blueprint = Blueprint("storefront", __name__, url_prefix="/storefront/v1/<shop_key>")


@blueprint.after_request
def allow_every_site(response: Response) -> Response:
    """CORS: the key is public and nothing here depends on cookies, so every site may ask."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response


@blueprint.get("/search")
@guards.publishable_key
def search() -> Response:
    """Products that fit a query, with facets and prices."""
    return searched()


def searched() -> Response:
    """What the search of `g.shop` answers to the present request's query."""
    started = time.perf_counter()
    query = query_of(request.args)
    found = find(parts(), g.shop, query)
    facets = {name: found.facets.get(facet_name(name), ()) for name in asked_facets(request.args)}
    low, high = found.price or (None, None)
    answer = {
        "hits": [shapes.hit(product, hit.title_html) for hit, product in found.products],
        "total": found.total,
        "page": query.offset // query.limit + 1,
        "per_page": query.limit,
        "facets": {
            name: [{"value": value, "count": count} for value, count in values] for name, values in facets.items()
        },
        "stats": {"price": {"min": low, "max": high}},
    }
    etag = _etag(answer)
    answer["took_ms"] = round((time.perf_counter() - started) * 1000, 1)
    return _answer(answer, etag)


@blueprint.get("/products/<key>")
@guards.publishable_key
def product(key: str) -> Response:
    """One product by its id or handle; only what shoppers may see."""
    wanted = key.replace("\x00", "")
    with parts().database.read() as db:
        found = products.by_ids(db, shop_id=g.shop.id, ids=[wanted], currency=g.shop.currency)
        if wanted not in found:
            known_as = products.id_of_handle(db, shop_id=g.shop.id, handle=wanted)
            found = products.by_ids(db, shop_id=g.shop.id, ids=[known_as] if known_as else [], currency=g.shop.currency)
        item = next(iter(found.values()), None)
        if item is None or not is_searchable(item):
            raise Problem(404, "No such product", "No published product has this id or handle.")
        unsure = effects.waiting_objects(
            db, shop_id=g.shop.id, kind=effects.REREAD, object_kind="product", ids=[item.id]
        )
    answer = shapes.product(item, reread=bool(unsure))
    return _answer(answer, _etag(answer))


def _etag(answer: Any) -> str:
    return hashlib.sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()[:32]


def _answer(answer: Any, etag: str) -> Response:
    """The answer, or 304 for who has it already; caches keep it but ask each time."""
    response = Response(json.dumps(answer), mimetype="application/json")
    response.set_etag(etag, weak=True)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Vary"] = "Authorization"
    response.make_conditional(request)
    return response
