"""A shopper's search from the parameters of its address: found, and counted."""

from typing import Any

from commerce.tables.shops import Shop
from webapp.inputs import Args, choice, text
from webapp.parts import Parts
from webapp.search.answers import answer
from webapp.search.asked import query_of
from webapp.shoppers.search_log import SearchLog
from webapp.shoppers.searching import Found, find


def asked(here: Parts, shop: Shop, args: Args, *, log: SearchLog) -> dict[str, Any]:
    """What a search finds, as JSON; counted, unless it says `log=0`. Raises Problem."""
    counts = choice("log", ("0", "1"), default="1", args=args) == "1"
    found = find(here, shop, query_of(args), category=text("category", args=args))
    told = answer(found, args)
    if counts:
        _count(log, shop.id, found)
    return told


def _count(log: SearchLog, shop_id: int, found: Found) -> None:
    """Count the search once, on its first page, and what was shown on each."""
    query, shown = found.query, len(found.products)
    if query.text.strip() and not query.offset:
        log.asked(shop_id, query.text, found=found.total, shown=shown)
    elif query.text.strip():
        log.shown(shop_id, first=query.offset + 1, shown=shown)
