"""What shoppers and merchants are told of: one line per kind.

A platform's own mails are those that it sends unless the merchant switches them off there. Shopify: "Notifications" in
its admin (help.shopify.com/manual/fulfillment/setup/notifications). WooCommerce: emails "Processing order", "Completed
order", "Refunded order" and, since 9.8, "Cancelled order" to the customer (WC_Emails in its source).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

SHOPPER, MERCHANT = "shopper", "merchant"
# Why it is sent: because of what somebody bought, because they asked for news, because the shop is theirs.
TRANSACTIONAL, COMMERCIAL, TO_MERCHANT = "transactional", "commercial", "merchant"

ORDER_CONFIRMATION, ORDER_PAID, ORDER_FULFILLED = "order_confirmation", "order_paid", "order_fulfilled"
ORDER_REFUNDED, ORDER_CANCELLED = "order_refunded", "order_cancelled"
PARCEL_IN_TRANSIT, PARCEL_OUT_FOR_DELIVERY = "parcel_in_transit", "parcel_out_for_delivery"
PARCEL_DELIVERED, PARCEL_PROBLEM = "parcel_delivered", "parcel_problem"
PARCEL_READY_FOR_PICKUP = "parcel_ready_for_pickup"
BACK_IN_STOCK = "back_in_stock"
LOW_STOCK, DAILY_DIGEST, ALERT = "low_stock", "daily_digest", "alert"

# What every message knows, and what those of an order or a parcel know besides.
_ALL = ("shop",)
_OF_ORDERS = (*_ALL, "customer", "order")
_OF_PARCELS = (*_OF_ORDERS, "shipment")

_SHOPIFY, _BOTH = frozenset({"shopify"}), frozenset({"shopify", "woocommerce"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of message.

    `title`: what it is called in lists. `is_critical`: sent in quiet hours too. `objects`: what a template may read.
    `sent_by`: platforms that send it themselves.
    """

    name: str
    title: str
    audience: str = SHOPPER
    category: str = TRANSACTIONAL
    is_critical: bool = False
    objects: tuple[str, ...] = _OF_ORDERS
    sent_by: frozenset[str] = frozenset()

    def starts(self, platform: str) -> bool:
        """Whether it is switched on for a shop that chose nothing: unless its platform sends it by itself."""
        return platform not in self.sent_by


_TABLE = (
    Kind(name=ORDER_CONFIRMATION, title="Order confirmed", sent_by=_BOTH),
    Kind(name=ORDER_PAID, title="Payment received", sent_by=_BOTH),
    Kind(name=ORDER_FULFILLED, title="Order fulfilled", sent_by=_BOTH),
    Kind(name=PARCEL_IN_TRANSIT, title="Parcel on its way", objects=_OF_PARCELS, sent_by=_SHOPIFY),
    Kind(
        name=PARCEL_OUT_FOR_DELIVERY,
        title="Parcel out for delivery",
        is_critical=True,
        objects=_OF_PARCELS,
        sent_by=_SHOPIFY,
    ),
    Kind(name=PARCEL_DELIVERED, title="Parcel delivered", objects=_OF_PARCELS, sent_by=_SHOPIFY),
    Kind(name=PARCEL_PROBLEM, title="Parcel in trouble", objects=_OF_PARCELS),
    Kind(
        name=PARCEL_READY_FOR_PICKUP,
        title="Parcel ready for pickup",
        objects=_OF_PARCELS,
        sent_by=_SHOPIFY,
    ),
    Kind(name=ORDER_REFUNDED, title="Money refunded", objects=(*_OF_ORDERS, "refund"), sent_by=_BOTH),
    Kind(name=ORDER_CANCELLED, title="Order cancelled", sent_by=_BOTH),
    Kind(
        name=BACK_IN_STOCK,
        title="Back in stock",
        category=COMMERCIAL,
        objects=(*_ALL, "customer", "product", "unsubscribe_url", "preferences_url"),
    ),
    Kind(name=LOW_STOCK, title="Stock is low", audience=MERCHANT, category=TO_MERCHANT, objects=(*_ALL, "stock")),
    Kind(name=DAILY_DIGEST, title="Daily digest", audience=MERCHANT, category=TO_MERCHANT, objects=(*_ALL, "digest")),
    Kind(
        name=ALERT,
        title="Something needs you",
        audience=MERCHANT,
        category=TO_MERCHANT,
        is_critical=True,
        objects=(*_ALL, "alert"),
    ),
)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _TABLE})
