"""What shoppers are offered: suggestions while they type, similar products, what is bought together."""

import secrets
import time
from typing import Any

from flask import Blueprint, Response, g
from markupsafe import escape

from commerce.rules import shapes
from commerce.rules.searches import folded
from webapp import guards
from webapp.conditional import answer
from webapp.inputs import text, whole
from webapp.parts import parts
from webapp.reading.allowances import SEARCH
from webapp.shoppers.recommending import BOUGHT_TOGETHER, SIMILAR, product_of
from webapp.shoppers.recommending import recommended as choose
from webapp.shoppers.suggesting import Suggested, marked, suggest
from webapp.views.storefront import allow_every_site, spend

blueprint = Blueprint("suggestions", __name__, url_prefix="/storefront/v1/<shop_key>")
blueprint.after_request(allow_every_site)

_MOST = 24


@blueprint.get("/suggest")
@guards.publishable_key
def suggestions() -> Response:
    """Queries, categories and products for what was typed so far, in one answer."""
    spend(SEARCH)
    return suggested()


def suggested() -> Response:
    """What `g.shop` suggests for the present request's `q`."""
    started, typed = time.perf_counter(), text("q")
    passing = {"search_id": secrets.token_urlsafe(6)}  # with which a click on one of the products is told
    return answer(_shape(suggest(parts(), g.shop, typed), folded(typed)), started, passing=passing)


def _shape(found: Suggested, typed: str) -> dict[str, Any]:
    return {
        "queries": [{"text": query, "html": marked(query, typed)} for query in found.queries],
        "categories": [
            {
                "id": shelf.id,
                "handle": shelf.handle,
                "title": shelf.title,
                "html": marked(shelf.title, typed),
                "count": shelf.count,
            }
            for shelf in found.categories
        ],
        "products": [shapes.hit(product, hit.title_html) for hit, product in found.products],
        "total": found.total,
        "corrected": found.corrected or None,
        "redirect": found.redirect or None,
    }


@blueprint.get("/products/<key>/similar")
@guards.publishable_key
def similar(key: str) -> Response:
    """Products like this one, the most alike first."""
    spend(SEARCH)
    return recommended(key, SIMILAR)


@blueprint.get("/products/<key>/bought-together")
@guards.publishable_key
def bought_together(key: str) -> Response:
    """What others bought with this product; where too little is known of that, products like it."""
    spend(SEARCH)
    return recommended(key, BOUGHT_TOGETHER)


def recommended(key: str, how: str) -> Response:
    """Cards of what goes with the product of this id or handle. `source` says by what they were chosen."""
    started, limit = time.perf_counter(), whole("limit", default=8, low=1, high=_MOST)
    chosen, source = choose(parts(), g.shop, product_of(parts(), g.shop, key), how, limit)
    cards = [shapes.hit(item, str(escape(item.title))) for item in chosen]
    return answer({"products": cards, "source": source}, started)
