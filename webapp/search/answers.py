"""What a search answers as JSON."""

from typing import Any

from werkzeug.datastructures import MultiDict

from commerce.rules import shapes
from commerce.rules.documents import facet_name
from webapp.search.asked import ALL, asked_facets
from webapp.search.tools import PRICE
from webapp.shoppers.searching import Found


def answer(found: Found, args: MultiDict[str, str]) -> dict[str, Any]:
    """The answer to the query of a request: facets under the names that the caller wrote."""
    low, high = found.price or (None, None)
    told: dict[str, Any] = {
        "hits": [shapes.hit(product, hit.title_html) for hit, product in found.products],
        "total": found.total,
        "page": found.query.offset // found.query.limit + 1,
        "per_page": found.query.limit,
        "facets": _facets(found, args),
        "stats": {"price": {"min": low, "max": high}},
        "currency": found.currency,
        "sorts": list(found.query.settings.sorts),
        "corrected": found.corrected or None,
        "is_partial": found.is_partial,
        "redirect": found.redirect or None,
        "reason": found.reason.shape() if found.reason else None,
        "bands": [
            {"value": band.value, "min": band.low, "max": band.high, "count": band.count} for band in found.bands
        ],
    }
    if ALL in asked_facets(args):
        told["labels"] = {name: found.labels[name] for name in told["facets"] if name in found.labels}
    return told


def _facets(found: Found, args: MultiDict[str, str]) -> dict[str, list[dict[str, Any]]]:
    counts = dict(found.facets)
    if found.bands:
        counts[PRICE] = tuple((band.value, band.count) for band in found.bands)
    names = asked_facets(args)
    written = {name: facet_name(name) for name in names if name != ALL}
    if ALL in names:
        written |= {name: name for name in found.facets if name not in written.values()}
    return {
        name: [{"value": value, "count": count} for value, count in counts.get(facet, ())]
        for name, facet in written.items()
    }
