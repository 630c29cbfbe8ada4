"""Our words for parcels beside those of others: what theirs mean in ours, and ours in theirs for writing back.

Tables only. A word that no table has means nothing, and is never guessed. The joining is ours: sources name words, not
how they match. Each `…_TO_US` holds the whole vocabulary of its source.
"""

from collections.abc import Mapping

from commerce.rules.tracking import (
    ATTEMPT_FAILED,
    CANCELLED,
    CUSTOMS,
    DELAYED,
    DELIVERED,
    EXCEPTION,
    EXPIRED,
    IN_TRANSIT,
    LABEL_CREATED,
    NOT_FOUND,
    OUT_FOR_DELIVERY,
    PICKED_UP,
    READY_FOR_PICKUP,
    RETURNED,
    RETURNING,
)

# Shopify's Admin API, FulfillmentEventStatus (2026-10). None: there is no word that would not say something else.
_TO_SHOPIFY: Mapping[str, str | None] = {
    NOT_FOUND: None,
    LABEL_CREATED: "LABEL_PRINTED",
    PICKED_UP: "CARRIER_PICKED_UP",
    IN_TRANSIT: "IN_TRANSIT",
    CUSTOMS: "IN_TRANSIT",
    DELAYED: "DELAYED",
    OUT_FOR_DELIVERY: "OUT_FOR_DELIVERY",
    ATTEMPT_FAILED: "ATTEMPTED_DELIVERY",
    READY_FOR_PICKUP: "READY_FOR_PICKUP",
    EXCEPTION: "FAILURE",
    RETURNING: "FAILURE",
    DELIVERED: "DELIVERED",
    RETURNED: "FAILURE",
    CANCELLED: "FAILURE",
    EXPIRED: None,
}
SHOPIFY_TO_US: Mapping[str, str] = {
    "ATTEMPTED_DELIVERY": ATTEMPT_FAILED,
    "CARRIER_PICKED_UP": PICKED_UP,
    "CONFIRMED": LABEL_CREATED,
    "DELAYED": DELAYED,
    "DELIVERED": DELIVERED,
    "FAILURE": EXCEPTION,
    "IN_TRANSIT": IN_TRANSIT,
    "LABEL_PRINTED": LABEL_CREATED,
    "LABEL_PURCHASED": LABEL_CREATED,
    "OUT_FOR_DELIVERY": OUT_FOR_DELIVERY,
    "PICKED_UP": DELIVERED,  # by the customer, where it was ready for that (unstable version only)
    "READY_FOR_PICKUP": READY_FOR_PICKUP,
}
# schema.org, OrderStatus.
_TO_SCHEMA_ORG: Mapping[str, str] = {
    NOT_FOUND: "OrderProcessing",
    LABEL_CREATED: "OrderProcessing",
    PICKED_UP: "OrderInTransit",
    IN_TRANSIT: "OrderInTransit",
    CUSTOMS: "OrderInTransit",
    DELAYED: "OrderProblem",
    OUT_FOR_DELIVERY: "OrderInTransit",
    ATTEMPT_FAILED: "OrderProblem",
    READY_FOR_PICKUP: "OrderPickupAvailable",
    EXCEPTION: "OrderProblem",
    RETURNING: "OrderReturned",
    DELIVERED: "OrderDelivered",
    RETURNED: "OrderReturned",
    CANCELLED: "OrderCancelled",
    EXPIRED: "OrderProblem",
}
# AfterShip: tags, and subtags that say more than their tag (aftership.com/docs/tracking, Delivery Sub-statuses).
AFTERSHIP_TO_US: Mapping[str, str] = {
    "Pending": NOT_FOUND,
    "InfoReceived": LABEL_CREATED,
    "InTransit": IN_TRANSIT,
    "OutForDelivery": OUT_FOR_DELIVERY,
    "AttemptFail": ATTEMPT_FAILED,
    "Delivered": DELIVERED,
    "AvailableForPickup": READY_FOR_PICKUP,
    "Exception": EXCEPTION,
    "Expired": EXPIRED,
    "InTransit_002": PICKED_UP,  # acceptance scan
    "InTransit_006": CUSTOMS,  # handed over to customs
    "Exception_004": CUSTOMS,  # delayed in customs
    "Exception_005": DELAYED,  # external factors
    "Exception_010": RETURNING,
    "Exception_011": RETURNED,
    "Exception_016": DELAYED,  # processing issue
    "Exception_017": DELAYED,  # extreme weather
    "Exception_018": CUSTOMS,  # documents are wrong or missing
}
# 17TRACK: main states, and sub states that say more.
SEVENTEENTRACK_TO_US: Mapping[str, str] = {
    "NotFound": NOT_FOUND,
    "InfoReceived": LABEL_CREATED,
    "InTransit": IN_TRANSIT,
    "Expired": EXPIRED,
    "AvailableForPickup": READY_FOR_PICKUP,
    "OutForDelivery": OUT_FOR_DELIVERY,
    "DeliveryFailure": ATTEMPT_FAILED,
    "Delivered": DELIVERED,
    "Exception": EXCEPTION,
    "InTransit_PickedUp": PICKED_UP,
    "InTransit_CustomsProcessing": CUSTOMS,
    "InTransit_CustomsReleased": CUSTOMS,
    "InTransit_CustomsRequiringInformation": CUSTOMS,
    "DeliveryFailure_Rejected": EXCEPTION,
    "DeliveryFailure_InvalidAddress": EXCEPTION,
    "Exception_Returning": RETURNING,
    "Exception_Returned": RETURNED,
    "Exception_Delayed": DELAYED,
    "Exception_Cancel": CANCELLED,
}
# EasyPost, without the details that easypost/codes.json adds.
EASYPOST_TO_US: Mapping[str, str] = {
    "unknown": NOT_FOUND,
    "pre_transit": LABEL_CREATED,
    "in_transit": IN_TRANSIT,
    "out_for_delivery": OUT_FOR_DELIVERY,
    "available_for_pickup": READY_FOR_PICKUP,
    "delivered": DELIVERED,
    "return_to_sender": RETURNING,
    "failure": ATTEMPT_FAILED,
    "cancelled": CANCELLED,
    "error": EXCEPTION,
}
# karrio.core.units.TrackingStatus.
KARRIO_TO_US: Mapping[str, str] = {
    "pending": LABEL_CREATED,
    "picked_up": PICKED_UP,
    "in_transit": IN_TRANSIT,
    "on_hold": EXCEPTION,
    "delivery_delayed": DELAYED,
    "out_for_delivery": OUT_FOR_DELIVERY,
    "delivery_failed": ATTEMPT_FAILED,
    "ready_for_pickup": READY_FOR_PICKUP,
    "return_to_sender": RETURNING,
    "delivered": DELIVERED,
    "cancelled": CANCELLED,
    "unknown": "",
}


def to_shopify(status: str) -> str | None:
    """Shopify's FulfillmentEventStatus for a state of ours; None where none of its words may be written."""
    return _TO_SHOPIFY.get(status)


def to_schema_org(status: str) -> str:
    """schema.org's OrderStatus as a URL, as mail clients read it; empty for a word that is none of ours."""
    word = _TO_SCHEMA_ORG.get(status)
    return f"https://schema.org/{word}" if word else ""


def by_closest(table: Mapping[str, str], word: str, closer: str) -> str:
    """Their word in ours: by the closer one where the table has it, else by the word itself; empty for neither."""
    return table.get(closer) or table.get(word, "")
