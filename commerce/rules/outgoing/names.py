"""Names of the events that other systems can be told of, and what an endpoint says that it wants of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commerce.rules import tracking

EVERYTHING = "*"
TEST = "webhook.test"  # sent by hand to one endpoint, whatever it wants

ORDER_UPDATED, ORDER_DELETED = "order.updated", "order.deleted"
PRODUCT_CREATED, PRODUCT_CHANGED, PRODUCT_DELETED = "product.created", "product.changed", "product.deleted"
CUSTOMER_CREATED, CUSTOMER_CHANGED, CUSTOMER_DELETED = "customer.created", "customer.changed", "customer.deleted"
SEGMENT_ENTERED, SEGMENT_LEFT = "segment.entered", "segment.left"
INVENTORY_CHANGED, INVENTORY_ALLOCATED = "inventory.changed", "inventory.allocated"
DAY_CLOSED = "figures.day_closed"

EVENTS: Mapping[str, str] = {
    "order.created": "An order was placed.",
    "order.paid": "An order was paid.",
    ORDER_UPDATED: "Something of an order that is known changed.",
    "order.fulfilled": "All of an order was handed over to be sent.",
    "order.shipped": "A shipment of an order is on its way; once for each shipment.",
    "order.refunded": "Money of an order was given back; once for each refund.",
    "order.cancelled": "An order was cancelled.",
    ORDER_DELETED: "An order was deleted at the shop.",
    **{
        f"parcel.{status}": f"A parcel's carrier says: {status.replace('_', ' ')}."
        for status in tracking.STATUSES
        if status in tracking.MILESTONES
    },
    PRODUCT_CREATED: "A product is new.",
    PRODUCT_CHANGED: "A product, one of its variants, its price or its stock changed.",
    PRODUCT_DELETED: "A product was deleted at the shop.",
    CUSTOMER_CREATED: "The shop has a new customer account.",
    CUSTOMER_CHANGED: "A customer account changed.",
    CUSTOMER_DELETED: "A customer account was deleted at the shop.",
    SEGMENT_ENTERED: "A customer entered a segment.",
    SEGMENT_LEFT: "A customer left a segment.",
    INVENTORY_CHANGED: "The stock that is kept here changed.",
    INVENTORY_ALLOCATED: "Stock was set aside for an order.",
    DAY_CLOSED: "A day is over, with the figures of its orders.",
}
NOUNS = tuple(dict.fromkeys(name.partition(".")[0] for name in EVENTS))
FILTERS = (EVERYTHING, *(f"{noun}.*" for noun in NOUNS), *EVENTS)


class UnableToReadFilters(ValueError):
    """There are none, or some that fit no event; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """Something that other systems are told. `occasion`: the same one is told once, whatever is repeated.

    `body`: what they are told of the object, as the REST API shows it; `detail`: what of it happened. `order_id`,
    `person_id`: whose data it holds, so that it is erased with them. `told_at`: when it happened.
    """

    name: str
    occasion: str
    body: Mapping[str, Any]
    told_at: datetime
    object_kind: str = ""
    object_id: str = ""
    order_id: str = ""
    person_id: str = ""
    inbox_id: int | None = None
    detail: Mapping[str, Any] | None = None


def read_filters(told: Iterable[str]) -> tuple[str, ...]:
    """What an endpoint wants, each once, as it is listed; what others cover is left out. Raises UnableToReadFilters."""
    wanted = {one.strip() for one in told} - {""}
    strange = sorted(wanted - set(FILTERS))
    if strange:
        raise UnableToReadFilters(f"There is no event {strange[0][:60]!r}. There are {', '.join(FILTERS)}.")
    if not wanted:
        raise UnableToReadFilters("Choose at least one event.")
    if EVERYTHING in wanted:
        return (EVERYTHING,)
    return tuple(one for one in FILTERS if one in wanted and (one.endswith(".*") or f"{_noun(one)}.*" not in wanted))


def wants(filters: Iterable[str], name: str) -> bool:
    """Whether an endpoint with these filters is told of the event."""
    return any(one in (EVERYTHING, name, f"{_noun(name)}.*") for one in filters)


def _noun(name: str) -> str:
    return name.partition(".")[0]


def envelope(event: Announced, *, shop_key: str) -> dict[str, Any]:
    """The body as it is sent: `type`, `timestamp` and `data` as Standard Webhooks has them."""
    told = {"type": event.name, "timestamp": event.told_at, "shop": shop_key, "data": event.body}
    return told | {"detail": event.detail} if event.detail else told
