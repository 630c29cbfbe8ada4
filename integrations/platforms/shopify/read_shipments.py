"""Fulfilments, which are parcels to us, and what carriers tell Shopify about them."""

from commerce.rules.events import ORDER, SHIPMENT, Reading, Saved, ShipmentScanned, Unclear
from commerce.rules.orders import ShipmentFacts
from commerce.rules.tracking import CANCELLED, LABEL_CREATED
from integrations.carriers.words import SHOPIFY_TO_US
from integrations.platforms.body import Body
from integrations.platforms.shopify.pieces import GIVEN_UP
from integrations.protocols import Delivered


def read_fulfillment(delivered: Delivered) -> Reading:
    """fulfillments/create and fulfillments/update."""
    body = Body.of(delivered.topic, delivered.payload)
    id_ = body.id()
    if not body.tells("order_id", "status"):
        reason = "The delivery carries only the id, not the object."
        order_id = body.id_or_empty("order_id")
        kind, unclear = (ORDER, order_id) if order_id else (SHIPMENT, id_)
        return Reading(kind=SHIPMENT, object_id=id_, changes=(Unclear(kind=kind, id=unclear, reason=reason),))
    parcels = tuple(Saved(kind=SHIPMENT, facts=parcel) for parcel in shipments(body, body.id("order_id")))
    return Reading(kind=SHIPMENT, object_id=id_, changes=parcels)


def read_scan(delivered: Delivered) -> Reading:
    """fulfillment_events/create."""
    body = Body.of(delivered.topic, delivered.payload)
    happened_at = body.time("happened_at") or body.time("created_at")
    if happened_at is None:
        raise body.complaint("happened_at", "is no time")
    word = body.text("status")
    scan = ShipmentScanned(
        shipment_id=body.id("fulfillment_id"),
        order_id=body.id("order_id"),
        status=_status(word),
        platform_status=word,
        happened_at=happened_at,
    )
    return Reading(kind=SHIPMENT, object_id=scan.shipment_id, changes=(scan,))


def shipments(body: Body, order_id: str) -> tuple[ShipmentFacts, ...]:
    """One parcel per tracking number of a fulfilment; the first has the fulfilment's id, others a number behind it."""
    id_ = body.id()
    numbers = list(dict.fromkeys(number for number in body.texts("tracking_numbers") if number))
    numbers = numbers or [body.text("tracking_number")]
    urls = list(body.texts("tracking_urls")) or [body.text("tracking_url")]
    word = body.text("shipment_status")
    status = CANCELLED if body.text("status") in GIVEN_UP else _status(word)
    return tuple(
        ShipmentFacts(
            id=id_ if place == 0 else f"{id_}-{place + 1}",
            order_id=order_id,
            carrier=body.text("tracking_company"),
            tracking_number=number,
            tracking_url=urls[place] if place < len(urls) else "",
            status=status,
            platform_status=word,
            shipped_at=body.time("created_at"),
            updated_at=body.time("updated_at"),
        )
        for place, number in enumerate(numbers)
    )


def _status(word: str) -> str:
    """Shopify's `shipment_status` (FulfillmentEventStatus, in any case) in our words. Without one no carrier has told
    Shopify anything yet; one that nobody knows is unknown."""
    return SHOPIFY_TO_US.get(word.upper(), "unknown") if word else LABEL_CREATED
