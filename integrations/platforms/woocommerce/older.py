"""Variations of stores older than WooCommerce 10.3, which have no list of all variations: product by product."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from integrations.platforms.woocommerce.client import LARGEST_PAGE, Client, Rows, path_of
from integrations.platforms.woocommerce.listings import FIELDS, Walk, ascending, asked, number

PARENTS = "parents "  # how a place begins, of a walk through variable products instead of variations
_PARENTS_AT_ONCE = 10


def by_parent(client: Client, walk: Walk, place: str, since: datetime | None) -> tuple[Rows, str]:
    """The variations of the next few variable products; a variation's change dates its product too (measured)."""
    parents = replace(walk, path="products", asked={**walk.asked, "type": "variable"})
    params = asked(parents, since) | {"_fields": "id", "per_page": _PARENTS_AT_ONCE}
    found, reached = ascending(client, parents, place.removeprefix(PARENTS), params)
    rows = tuple(row for parent in found.rows for row in of_parent(client, walk.name, number(parent)))
    return Rows(rows=rows, total=None, read_at=found.read_at), f"{PARENTS}{reached}" if reached else ""


def of_parent(client: Client, call: str, parent: int) -> Iterator[dict[str, Any]]:
    """All variations of a product, as newer stores tell them: older ones leave out what the address says."""
    walk = Walk(call, "", path_of("products", parent, "variations"))
    place = ""
    while True:
        params: dict[str, str | int] = {"_fields": FIELDS["variations"], "per_page": LARGEST_PAGE, "status": "any"}
        found, place = ascending(client, walk, place, params)
        yield from ({"name": "", "type": "variation", "parent_id": parent, **row} for row in found.rows)
        if not place:
            return
