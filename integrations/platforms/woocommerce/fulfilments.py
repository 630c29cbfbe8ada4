"""Parcels of orders that WooCommerce's own fulfilments hold: an order does not tell them, so they are asked for.

GET wc/v3/orders/ID/fulfillments gives a list (src/Internal/Fulfillments/OrderFulfillmentsRestController.php).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from commerce.rules.events import UnableToRead
from integrations.errors import Permanent
from integrations.platforms.body import Body
from integrations.platforms.woocommerce.client import Client, path_of
from integrations.platforms.woocommerce.read_shipments import FULFILMENTS, are_elsewhere


def embedded(client: Client, row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The order, with its fulfilments where they have to be asked for: one call. Raises Transient, RateLimited."""
    if not _wanted(row, now):
        return row
    return row | {FULFILMENTS: _asked(client, row)}


def _wanted(row: Mapping[str, Any], now: datetime) -> bool:
    if row.get("status") == "trash":
        return False
    try:
        return are_elsewhere(Body.of("order", row), now)
    except UnableToRead:
        return False  # its reader says why


def _asked(client: Client, row: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """None where the store tells nothing of them: they were switched off since, or these keys may not see them. The
    order itself was read with the same keys, so that is no trouble of the shop's."""
    try:
        return list(client.rows("read fulfillments", path_of("orders", row.get("id"), "fulfillments"), {}).rows)
    except Permanent:
        return None
