"""USPS as documented (developers.usps.com: OAuth 3.0, Tracking 3.0)."""

from typing import Any

from tests.peers.carriers.parcels import Event, Parcel

_EVENTS = {
    "label_created": ("GX", "Shipping Label Created, USPS Awaiting Item", "Pre-Shipment"),
    "picked_up": ("03", "USPS in possession of item", "Accepted"),
    "in_transit": ("10", "Processed Through USPS Facility", "In Transit"),
    "out_for_delivery": ("OF", "Out for Delivery", "Out for Delivery"),
    "delivered": ("01", "Delivered, In/At Mailbox", "Delivered"),
    "attempt_failed": ("02", "Notice Left (No Authorized Recipient Available)", "Delivery Attempt"),
    "ready_for_pickup": ("14", "Available for Pickup", "Available for Pickup"),
    "exception": ("05", "Undeliverable as Addressed", "Alert"),
}


def token(number: int) -> dict[str, Any]:
    return {
        "access_token": f"usps-token-{number}",
        "token_type": "Bearer",
        "issued_at": 1795390000000,
        "expires_in": 28799,
        "status": "approved",
        "scope": "tracking",
        "issuer": "api.usps.com",
        "client_id": "client",
    }


def errors(status: int, code: str, title: str) -> dict[str, Any]:
    detail = {"status": str(status), "code": code, "title": title, "detail": title}
    return {"apiVersion": "/tracking/v3", "error": {"code": str(status), "message": title, "errors": [detail]}}


def refused() -> dict[str, Any]:
    return {"error": "invalid_client", "error_description": "Client authentication failed."}


def tracked(parcel: Parcel) -> dict[str, Any]:
    there = parcel.events[0].place
    _, text, category = _EVENTS[parcel.stage]
    return {
        "trackingNumber": parcel.number,
        "destinationCity": there.city,
        "destinationState": there.state,
        "destinationZIP": there.postcode,
        "destinationCountryCode": there.country,
        "originCity": parcel.events[-1].place.city,
        "originState": parcel.events[-1].place.state,
        "originZIP": parcel.events[-1].place.postcode,
        "mailClass": "USPS Ground Advantage",
        "mailType": "DM",
        "status": text,
        "statusCategory": category,
        "statusSummary": f"{text}.",
        "trackingEvents": [_event(event) for event in parcel.events],
    }


def _event(event: Event) -> dict[str, Any]:
    code, text, _ = _EVENTS[event.stage]
    return {
        "eventType": text,
        "eventTimestamp": event.at.replace(tzinfo=None).isoformat(),
        "GMTTimestamp": "",
        "GMTOffset": "",
        "eventCountry": None,
        "eventCity": event.place.city,
        "eventState": event.place.state,
        "eventZIP": event.place.postcode,
        "firm": None,
        "name": None,
        "authorizedAgent": "false",
        "eventCode": code,
    }
