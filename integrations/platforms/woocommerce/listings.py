"""Walks through a WooCommerce store: what there is to walk through, and how no object is missed on the way.

WooCommerce pages by position only. Objects that are deleted while a walk is under way move all later ones forward, and
a walk that goes on at the next position jumps over some. So a walk is ordered by number, asks with the last object it
had on top, and steps back until it meets an object that it had already: then everything that was there all the time
was told. Objects that come in between are told twice at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from commerce.rules.events import CATEGORY, CUSTOMER, ORDER, PRODUCT
from commerce.rules.freshness import CLOCKS_APART
from integrations.errors import Permanent
from integrations.platforms.woocommerce.client import LARGEST_PAGE, Client, Rows
from integrations.shop_api import Listing

# The store's clock and ours may be apart, and a change may be saved a while after its time was taken.
OVERLAP = CLOCKS_APART
# WordPress publishes what is due when its cron runs, which without visitors is late; the product is dated as planned.
LATE_CRON = timedelta(days=1)

# What the readers use. Left out are fields that cost the store most: related_ids, price_html, _links.
_STOCK = "manage_stock,stock_quantity,stock_status,backorders_allowed"
_ITEM = f"id,name,type,status,sku,global_unique_id,price,regular_price,{_STOCK},attributes,date_modified_gmt"
_PRODUCT = (
    f"{_ITEM},slug,permalink,catalog_visibility,post_password,description,brands,categories,tags,images,variations,"
    "parent_id,menu_order,date_created_gmt"
)
_VARIATION = f"{_ITEM},parent_id,menu_order,image"
_ORDER = (
    "id,number,status,currency,total,total_tax,shipping_total,discount_total,customer_id,customer_note,billing,"
    "shipping,line_items,refunds,meta_data,date_paid,date_paid_gmt,date_completed,date_created_gmt,date_modified_gmt"
)
_CUSTOMER = "id,email,first_name,last_name,role,billing,shipping,date_created_gmt,date_modified_gmt"
_CATEGORY = "id,name,slug,description"
FIELDS = {
    "products": _PRODUCT,
    "variations": _VARIATION,
    "orders": _ORDER,
    "customers": _CUSTOMER,
    "products/categories": _CATEGORY,
}


@dataclass(frozen=True, slots=True)
class Walk:
    """A listing: the path of its endpoint, and its parameters; those in `since` take the time to look back to."""

    name: str
    kind: str
    path: str
    asked: Mapping[str, str] = field(default_factory=dict)
    since: str = ""


_ANY = {"status": "any"}
_BIN = {"status": "trash"}
CATEGORIES = Walk("categories", CATEGORY, "products/categories")
PRODUCTS = Walk("products", PRODUCT, "products", _ANY)
VARIATIONS = Walk("variations", PRODUCT, "variations", _ANY)
CUSTOMERS = Walk("customers", CUSTOMER, "customers")
ORDERS = Walk("orders", ORDER, "orders", _ANY)
ALL = (CATEGORIES, PRODUCTS, VARIATIONS, CUSTOMERS, ORDERS)

NEWEST_CUSTOMERS = Walk("newest customers", CUSTOMER, "customers")
CHANGED = (
    CATEGORIES,  # renames change nothing that could be asked for, and fire nothing
    Walk("changed products", PRODUCT, "products", _ANY, "modified_after"),
    # A scheduled product that goes live keeps its date_modified, which is that day, and fires nothing.
    Walk("published products", PRODUCT, "products", {"status": "publish"}, "after"),
    Walk("trashed products", PRODUCT, "products", _BIN, "modified_after"),
    Walk("changed variations", PRODUCT, "variations", _ANY, "modified_after"),
    NEWEST_CUSTOMERS,  # customers cannot be asked for by the time of their change
    Walk("changed orders", ORDER, "orders", _ANY, "modified_after"),
    Walk("trashed orders", ORDER, "orders", _BIN, "modified_after"),
)
_BY_NAME = {walk.name: walk for walk in (*ALL, *CHANGED)}


def listings(*, changes: bool) -> tuple[Listing, ...]:
    """What to walk through; variations come after the products that they belong to."""
    return tuple(Listing(name=walk.name, kind=walk.kind) for walk in (CHANGED if changes else ALL))


def walk_of(listing: str) -> Walk:
    """The walk of that name. Raises KeyError."""
    return _BY_NAME[listing]


def asked(walk: Walk, since: datetime | None) -> dict[str, str | int]:
    """The parameters of a walk, `since` being our time.

    Times are sent in UTC without a zone, together with dates_are_gmt: a zone in the time as well would shift it by the
    store's offset (measured on 10.5; includes/rest-api/Controllers/Version3/class-wc-rest-crud-controller.php:308-337).
    """
    params: dict[str, str | int] = {**walk.asked, "_fields": FIELDS[walk.path], "per_page": LARGEST_PAGE}
    if walk.since and since is not None:
        late = LATE_CRON if walk.since == "after" else timedelta()
        params |= {walk.since: f"{looked_back(since) - late:%Y-%m-%dT%H:%M:%S}", "dates_are_gmt": "true"}
    return params


def looked_back(since: datetime) -> datetime:
    """The time to ask from: a little earlier, in UTC."""
    return since.astimezone(UTC) - OVERLAP


def ascending(client: Client, walk: Walk, place: str, params: Mapping[str, str | int]) -> tuple[Rows, str]:
    """The next rows of a walk by number, and the place to go on from; empty at the end.

    A place is the position behind the last object and that object's number.
    """
    position, last = _read_place(place)
    wanted, size = {**params, "orderby": "id", "order": "asc"}, int(params["per_page"])
    start, step = max(position - 1, 0), size // 2
    while True:
        found = client.rows(walk.name, walk.path, wanted | ({"offset": start} if start else {}))
        numbers = [number(row) for row in found.rows]
        _refuse_disorder(client, found, numbers, start)
        if start == 0 or (numbers and min(numbers) <= last):
            break
        start, step = max(start - step, 0), step * 2  # something before this position was deleted
    new = tuple(row for row in found.rows if number(row) > last)
    reached = "" if len(found.rows) < size else f"{start + size} {max(last, *numbers)}"
    return Rows(rows=new, total=found.total, read_at=found.read_at), reached


def _refuse_disorder(client: Client, found: Rows, numbers: list[int], start: int) -> None:
    """A store whose plug-ins or caches do not keep to what was asked: a walk would end early, or never."""
    if numbers != sorted(numbers):
        raise Permanent(f"{client.who} does not list by number as it was asked: a plug-in changes the order of lists.")
    if numbers and found.total is not None and start >= found.total:
        raise Permanent(
            f"{client.who} gives the same part of a list whichever is asked for: is there a cache before it?"
        )


def newest(client: Client, walk: Walk, place: str, since: datetime | None) -> tuple[Rows, str]:
    """The next rows of customers, newest first, until they are older than `since`."""
    params = asked(walk, None) | {"orderby": "registered_date", "order": "desc"}
    position, _ = _read_place(place)
    found = client.rows(walk.name, walk.path, params | ({"offset": position} if position else {}))
    if since is None:
        return found, f"{position + LARGEST_PAGE - 10} 0" if len(found.rows) == LARGEST_PAGE else ""
    limit = f"{looked_back(since):%Y-%m-%dT%H:%M:%S}"
    young = tuple(row for row in found.rows if str(row.get("date_created_gmt") or "") >= limit)
    more = len(young) == LARGEST_PAGE  # ten are asked for twice, as deletions move later ones forward
    rows = Rows(rows=young, total=None, read_at=found.read_at)
    return rows, f"{position + LARGEST_PAGE - 10} 0" if more else ""


def number(row: Mapping[str, Any]) -> int:
    """An object's number; 0 where it has none."""
    told = row.get("id")
    return told if isinstance(told, int) else 0


def _read_place(place: str) -> tuple[int, int]:
    position, _, last = place.partition(" ")
    return (int(position or 0), int(last or 0)) if place else (0, 0)
