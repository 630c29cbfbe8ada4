"""What changed at a shop since a time, by its own `updated_at`.

Objects that deliveries have told already are listed by their id only, so that a page costs little; in which
collections a product stands, and what a customer bought and allows, deliveries do not tell: that comes with the page.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from commerce.rules.events import CATEGORY, CUSTOMER, ORDER, PRODUCT, Reading
from integrations.errors import Transient
from integrations.platforms.body import moment
from integrations.platforms.shopify.admin import Admin
from integrations.platforms.shopify.documents import CHANGED, DELETIONS
from integrations.platforms.shopify.objects import complete
from integrations.platforms.shopify.shapes import by_type, number
from integrations.platforms.shopify.told import placed, readings
from integrations.shop_api import Access, Page, Seen

_OVERLAP = timedelta(minutes=5)  # search at Shopify lags behind, and so may our clock
_TYPES = {"Product": PRODUCT, "Collection": CATEGORY, "Order": ORDER}

Node = dict[str, Any]


def page(access: Access, admin: Admin, listing: str, cursor: str, since: datetime) -> Page:
    """The next page of what changed."""
    read_at, field = datetime.now(UTC), "occurred_at" if listing == "deletions" else "updated_at"
    moment_text = (since - _OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
    document = DELETIONS if listing == "deletions" else CHANGED[listing]
    variables = {"query": f"{field}:>='{moment_text}'", "after": cursor or None}
    found = admin.ask(document, variables).data.get("found") or {}
    nodes: list[Node] = [dict(node) for node in found.get("nodes") or [] if node]
    info = found.get("pageInfo") or {}
    told: list[Reading] = []
    if listing == "customers":
        told = readings(CUSTOMER, nodes, currency=access.currency, read_at=read_at)
        seen: tuple[Seen, ...] = ()
    elif listing == "deletions":
        gone = [{"id": node["subjectId"]} for node in nodes]
        seen = tuple(
            Seen(kind=_TYPES[name], id=number(node["id"]))
            for name, some in by_type(gone).items()
            if name in _TYPES
            for node in some
        )
    else:
        seen = tuple(_seen(node) for node in nodes)
    if listing == "products":
        told = [_placement(admin, node, read_at) for node in nodes]
    if info.get("hasNextPage") and info.get("endCursor") == cursor:
        raise Transient(f"Shopify gave the same page of changed {listing} twice.")
    return Page(
        readings=tuple(told),
        seen=seen,
        read_at=read_at,
        place=info["endCursor"] if info.get("hasNextPage") else "",
    )


def _seen(node: Node) -> Seen:
    (name,) = by_type([node])
    return Seen(kind=_TYPES[name], id=number(node["id"]), updated_at=moment(node.get("updatedAt")))


def _placement(admin: Admin, node: Node, read_at: datetime) -> Reading:
    complete(admin, node)
    detail = placed(node, read_at)
    return Reading(kind=PRODUCT, object_id=detail.product_id, changes=(detail,))
