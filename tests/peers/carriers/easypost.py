"""EasyPost as documented (docs.easypost.com, Trackers)."""

from datetime import UTC
from hashlib import sha256
from typing import Any

from tests.peers.carriers.parcels import Event, Parcel

_STATUSES = {
    "label_created": ("pre_transit", "label_created", "Shipping Label Created"),
    "picked_up": ("in_transit", "accepted", "Accepted"),
    "in_transit": ("in_transit", "departed_facility", "Departed facility"),
    "out_for_delivery": ("out_for_delivery", "out_for_delivery", "Out for Delivery"),
    "delivered": ("delivered", "arrived_at_destination", "Delivered"),
    "attempt_failed": ("in_transit", "delivery_attempted", "Notice left"),
    "ready_for_pickup": ("available_for_pickup", "arrived_at_pickup_location", "Available for pickup"),
    "exception": ("failure", "address_correction", "Undeliverable"),
}


def error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "errors": []}}


def tracker(parcel: Parcel, carrier: str) -> dict[str, Any]:
    status, detail, _ = _STATUSES[parcel.stage]
    return {
        "id": "trk_" + sha256(parcel.number.encode()).hexdigest()[:32],
        "object": "Tracker",
        "mode": "test",
        "tracking_code": parcel.number,
        "status": status,
        "status_detail": detail,
        "created_at": _utc(parcel.events[-1]),
        "updated_at": _utc(parcel.events[0]),
        "signed_by": None,
        "est_delivery_date": None,
        "carrier": carrier,
        "tracking_details": [_detail(event, carrier) for event in reversed(parcel.events)],
        "carrier_detail": {"object": "CarrierDetail", "service": "Ground"},
    }


def _utc(event: Event) -> str:
    return f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _detail(event: Event, carrier: str) -> dict[str, Any]:
    status, detail, text = _STATUSES[event.stage]
    place = event.place
    return {
        "object": "TrackingDetail",
        "message": text,
        "description": "",
        "status": status,
        "status_detail": detail,
        "datetime": _utc(event),
        "source": carrier,
        "carrier_code": "",
        "tracking_location": {
            "object": "TrackingLocation",
            "city": place.city,
            "state": place.state,
            "country": place.country,
            "zip": place.postcode,
        },
    }
