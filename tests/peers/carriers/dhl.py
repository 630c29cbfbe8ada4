"""DHL as documented (developer.dhl.com: Shipment Tracking - Unified 1.5)."""

from typing import Any

from tests.peers.carriers.parcels import Event, Parcel, Place

_EVENTS = {
    "label_created": ("pre-transit", "VA", "The instruction data for this shipment have been provided."),
    "picked_up": ("transit", "AE", "The shipment was handed over by the sender."),
    "in_transit": ("transit", "AA", "The shipment was processed in the parcel center of origin."),
    "out_for_delivery": ("transit", "PO", "The shipment has been loaded onto the delivery vehicle."),
    "delivered": ("delivered", "ZU", "The shipment has been successfully delivered."),
    "attempt_failed": ("failure", "ZN", "The recipient was not at home."),
    "ready_for_pickup": ("transit", "LA", "The shipment is ready for pick-up."),
    "exception": ("failure", "BA", "The address is not complete."),
}


def problem(status: int, title: str, detail: str) -> dict[str, Any]:
    return {"status": status, "title": title, "detail": detail}


def tracked(parcel: Parcel) -> dict[str, Any]:
    shipment = {
        "id": parcel.number,
        "service": "parcel-de",
        "origin": {"address": _address(parcel.events[-1].place)},
        "destination": {"address": _address(parcel.events[0].place)},
        "status": _event(parcel.events[0]),
        "details": {"product": {"productName": "DHL PAKET"}, "weight": {"value": 1.5, "unitText": "kg"}},
        "events": [_event(event) for event in parcel.events],
    }
    return {"shipments": [shipment], "possibleAdditionalShipmentsUrl": []}


def _address(place: Place) -> dict[str, str]:
    return {"countryCode": place.country, "postalCode": place.postcode, "addressLocality": place.city}


def _event(event: Event) -> dict[str, Any]:
    status, detailed, text = _EVENTS[event.stage]
    return {
        "timestamp": event.at.isoformat(),
        "location": {"address": _address(event.place)},
        "statusCode": status,
        "statusDetailed": detailed,
        "status": text,
        "description": text,
    }
