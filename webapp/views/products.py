"""Products in the dashboard, found with the search that shoppers use."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for

from commerce.rules.documents import Product, is_searchable
from commerce.rules.events import PRODUCT
from commerce.tables import effects, products, variants
from commerce.tables.stock import items
from integrations.search_api import SearchQuery
from webapp import guards, pages, product_files, spreadsheets
from webapp.api import cursors
from webapp.errors import Problem
from webapp.inputs import whole
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext
from webapp.parts import parts
from webapp.search.indexed import indexed
from webapp.shoppers.searching import SORTS, find_as_merchant, query_of

blueprint = Blueprint("products", __name__, url_prefix="/dashboard/products")

FACETS = (("brand", lazy_gettext("Brand")), ("type", lazy_gettext("Type")), ("category", lazy_gettext("Category")))
_VALUES = 8


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """What a search finds, or all products, published or not, the last changed first."""
    asked_for, page = query_of(request.args), whole("page", default=1, low=1, high=pages.LAST_PAGE)
    facets = tuple(name for name, _title in FACETS)
    query = replace(asked_for, facets=facets, offset=(page - 1) * pages.PER_PAGE, limit=pages.PER_PAGE)
    asked = bool(query.text or query.filters or query.price != (None, None) or query.sort != "relevance")
    asked = asked or query.available is not None
    shown = _found(query) if asked else _newest(query)
    return render_template("products.html", **shown, query=query, page=page, asked=asked, sorts=SORTS)


@blueprint.get("/products.csv")
@guards.merchant
@pages.of_shop
def download() -> Response:
    """Every product, published or not, a line for each variant: the file is sent while it is read."""
    lines = product_files.written(parts().database, shop_id=g.shop.id, currency=g.shop.currency)
    return spreadsheets.download(lines, "products.csv")


def _found(query: SearchQuery) -> dict[str, Any]:
    """A page of what the engine finds, by its number: engines count how far they go."""
    found = find_as_merchant(parts(), g.shop, query)
    rows = [(product, hit.title_html) for hit, product in found.products]
    more = found.total > query.offset + query.limit
    return {"rows": rows, "total": found.total, "facets": _choices(found.facets, query), "more": more, "is_first": True}


def _newest(query: SearchQuery) -> dict[str, Any]:
    """A page of all, from where the last one ended."""
    place = cursors.place(is_by_time=True)
    with parts().database.read() as db:
        total = products.count(db, shop_id=g.shop.id)
        listed = products.newest(db, shop_id=g.shop.id, after=place, limit=query.limit + 1, currency=g.shop.currency)
    try:
        facets = find_as_merchant(parts(), g.shop, replace(query, offset=0, limit=1)).facets
    except Problem:  # the list does not need the engine; only its filters are missing then
        facets = {}
    some = listed[: query.limit]
    return {
        "rows": [(product, "") for product, _place in some],
        "total": total,
        "facets": _choices(facets, query),
        "following": cursors.cursor_of(*some[-1][1]) if len(listed) > len(some) else "",
        "is_first": place is None,
    }


def _choices(facets: Any, query: SearchQuery) -> list[tuple[str, str, list[tuple[str, int | None, bool]]]]:
    """(name, title, [(value, count, chosen)]) of each facet: what is chosen and the most frequent values."""
    choices = []
    for name, title in FACETS:
        chosen = query.filters.get(name, ())
        counts: dict[str, int] = dict(facets.get(name, ()))
        values = [*chosen, *(value for value in list(counts)[:_VALUES] if value not in chosen)]
        if values:
            choices.append((name, title, [(value, counts.get(value), value in chosen) for value in values]))
    return choices


@blueprint.get("/<key>")
@guards.merchant
@pages.of_shop
def one(key: str) -> Any:
    """One product; the id of a variant leads to its product."""
    wanted, shop_id = key.replace("\x00", ""), g.shop.id
    with parts().database.read() as db:
        found = products.by_ids(db, shop_id=shop_id, ids=[wanted], currency=g.shop.currency)
        if wanted not in found:
            of_variant = variants.products_of(db, shop_id=shop_id, ids=[wanted]).get(wanted)
            if of_variant and of_variant != wanted:
                return redirect(url_for("products.one", key=of_variant))
            raise Problem(
                404, _("No such product"), _("It may have been deleted in the shop, or belong to another shop.")
            )
        held = items.of_products(db, shop_id=shop_id, product_ids=[wanted])
        reread = effects.waiting_objects(db, shop_id=shop_id, kind=effects.REREAD, object_kind=PRODUCT, ids=[wanted])
    product = found[wanted]
    return render_template(
        "product.html",
        product=product,
        searchable=is_searchable(product),
        reread=reread,
        held={item.id: item for item in held.values() if item.reserved or item.allocated},
        facts=_facts(product),
        indexed=indexed(parts(), g.shop, product, look=bool(request.args.get("look"))),
    )


def _facts(product: Product) -> list[tuple[str, str]]:
    """The product's plain facts, those that it has, as (name, value)."""
    facts = [
        (_("Platform id"), product.id),
        (_("Handle"), product.handle),
        ("SKU", product.sku),
        (_("Brand"), product.brand),
        (_("Type"), product.product_type),
        (_("Categories"), ", ".join(product.categories)),
        (_("Tags"), ", ".join(product.tags)),
        *((option.name, ", ".join(option.values)) for option in product.options),
        *((name, ", ".join(values)) for name, values in product.attributes),
        (_("Platform status"), product.platform_status),
    ]
    return [(name, value) for name, value in facts if value]
