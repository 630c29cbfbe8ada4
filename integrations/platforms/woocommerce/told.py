"""What the REST API told, as readings: the same readers understand it that read the store's webhooks."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import structlog

from commerce.rules.events import CATEGORY, CUSTOMER, ORDER, PRODUCT, Reading, UnableToRead
from integrations.platforms.woocommerce import topics
from integrations.protocols import Delivered

log = structlog.get_logger()

_TOPICS = {
    PRODUCT: "product.updated",
    ORDER: "order.updated",
    CUSTOMER: "customer.updated",
    CATEGORY: "action.woocommerce_rest_insert_product_cat",
}


def readings(
    kind: str, rows: Iterable[Mapping[str, Any]], *, read_at: datetime, currency: str | None
) -> tuple[Reading, ...]:
    """A reading for each row, in order. One that no reader understands is logged and left out."""
    found = (reading(kind, row, read_at=read_at, currency=currency) for row in rows)
    return tuple(each for each in found if each is not None)


def reading(kind: str, row: Mapping[str, Any], *, read_at: datetime, currency: str | None) -> Reading | None:
    """The row's reading; None for one that no reader understands."""
    payload: Mapping[str, Any] = row
    if kind == CATEGORY:  # the REST API numbers it as "id", WordPress' hooks as "term_id"
        payload = {"action": "", "arg": {**row, "term_id": row.get("id")}}
    delivered = Delivered(topic=_TOPICS[kind], payload=dict(payload), received_at=read_at, currency=currency)
    try:
        return topics.read(delivered)
    except UnableToRead as error:
        log.warning("woocommerce.unreadable", kind=kind, id=str(row.get("id")), error=str(error))
        return None
