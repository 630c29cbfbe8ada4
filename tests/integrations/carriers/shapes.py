"""Answers of carriers in their true shapes, made for the tests: what is asked varies, the frame stays."""

from datetime import UTC, datetime
from typing import Any

from commerce.rules.tracking import Told
from integrations.carrier_api import Asked

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
UPS_NUMBER, FEDEX_NUMBER, USPS_NUMBER = "1Z5R89390357567127", "986578788855", "9400111899223197428490"
DHL_NUMBER, EASYPOST_NUMBER = "00340434161094042557", "EZ1000000001"


def asked(number: str, **more: Any) -> Asked:
    """A parcel to Portland in Oregon, sent from Louisville."""
    known = {"country": "US", "postcode": "97201", "zone": "America/Los_Angeles", "origin_country": "US"}
    return Asked(**({"number": number, "origin_zone": "America/Kentucky/Louisville"} | known | more))


def states(told: Told) -> list[str]:
    """The statuses of the lines, oldest first."""
    return [scan.status for scan in told.scans]


def ups_activity(type_: str, code: str, **more: Any) -> dict[str, Any]:
    """One activity; `city`, `state`, `postcode`, `country`, `date`, `time`, `gmt`, `offset`, `text`, `status_code`."""
    activity = {
        "location": {
            "address": {
                "city": more.get("city", "LOUISVILLE"),
                "stateProvince": more.get("state", "KY"),
                "postalCode": more.get("postcode", ""),
                "countryCode": more.get("country", "US"),
                "country": more.get("country", "US"),
            },
            "slic": "4009",
        },
        "status": {
            "type": type_,
            "code": code,
            "description": more.get("text", "Something happened"),
            "statusCode": more.get("status_code", ""),
        },
        "date": more.get("date", "20261120"),
        "time": more.get("time", "101500"),
    }
    if more.get("gmt"):
        day, time = more["gmt"].split("T")
        activity |= {"gmtDate": day, "gmtTime": time, "gmtOffset": more.get("offset", "-05:00")}
    return activity


def ups(*activities: dict[str, Any], number: str = UPS_NUMBER, **more: Any) -> dict[str, Any]:
    """A whole answer with one package."""
    destination = {"city": "PORTLAND", "stateProvince": "OR", "postalCode": "97201", "countryCode": "US"}
    package = {
        "trackingNumber": number,
        "deliveryDate": [{"type": "SDD", "date": "20261124"}],
        "activity": list(activities),
        "currentStatus": {"code": "003", "description": "Shipment Ready for UPS", "statusCode": "003", "type": "M"},
        "packageAddress": [{"type": "DESTINATION", "address": destination}],
        "service": {"code": "518", "description": "UPS Ground", "levelCode": "011"},
        "packageCount": 1,
    }
    shipment = {"inquiryNumber": number, "package": [package | more], "userRelation": ["MYCHOICE_HOME"]}
    return {"trackResponse": {"shipment": [shipment]}}


def fedex_event(kind: str, derived: str = "IT", **more: Any) -> dict[str, Any]:
    """One scan event; `reason`, `words`, `date`, `text`, `place`, `kind_of_place`."""
    place = {"city": "MEMPHIS", "stateOrProvinceCode": "TN", "postalCode": "38116", "countryCode": "US"}
    return {
        "date": more.get("date", "2026-11-20T10:15:00-06:00"),
        "eventType": kind,
        "eventDescription": more.get("text", "Something happened"),
        "exceptionCode": more.get("reason", ""),
        "exceptionDescription": more.get("words", ""),
        "scanLocation": more.get("place", place),
        "locationType": more.get("kind_of_place", "FEDEX_FACILITY"),
        "derivedStatusCode": derived,
        "derivedStatus": "In transit",
    }


def fedex(*events: dict[str, Any], number: str = FEDEX_NUMBER, **more: Any) -> dict[str, Any]:
    """One element of completeTrackResults."""
    result = {
        "trackingNumberInfo": {"trackingNumber": number, "trackingNumberUniqueId": f"12029~{number}~FDEG"},
        "recipientInformation": {"address": {"city": "PORTLAND", "stateOrProvinceCode": "OR", "countryCode": "US"}},
        "latestStatusDetail": {"code": "IT", "derivedCode": "IT", "description": "In transit"},
        "dateAndTimes": [{"type": "SHIP", "dateTime": "2026-11-19T00:00:00-06:00"}],
        "scanEvents": list(events),
        "serviceDetail": {"type": "FEDEX_GROUND", "description": "FedEx Ground"},
        "estimatedDeliveryTimeWindow": {"window": {}},
        "returnDetail": {},
    }
    return {"trackingNumber": number, "trackResults": [result | more]}


def usps_event(code: str, text: str, **more: Any) -> dict[str, Any]:
    """One event; `at` is local, `city`, `state`, `postcode`, `country`, `gmt`, `offset`."""
    event = {
        "eventType": text,
        "eventTimestamp": more.get("at", "2026-11-20T10:15:00"),
        "eventCountry": more.get("country"),
        "eventCity": more.get("city", "LOUISVILLE"),
        "eventState": more.get("state", "KY"),
        "eventZIP": more.get("postcode", "40202"),
        "firm": None,
        "name": None,
        "authorizedAgent": "false",
        "eventCode": code,
        "additionalProp": None,
    }
    if more.get("gmt"):
        event |= {"GMTTimestamp": more["gmt"], "GMTOffset": more.get("offset", "-05:00")}
    return event


def usps(*events: dict[str, Any], number: str = USPS_NUMBER, **more: Any) -> dict[str, Any]:
    """A whole answer."""
    return {
        "trackingNumber": number,
        "destinationCity": "PORTLAND",
        "destinationState": "OR",
        "destinationZIP": "97201",
        "mailClass": "USPS Ground Advantage<SUP>&#153;</SUP>",
        "status": "",
        "statusCategory": "",
        "trackingEvents": list(events),
    } | more


def dhl_event(status_code: str, text: str, **more: Any) -> dict[str, Any]:
    """One event; `at`, `status`, `remark`, `city`, `country`, `postcode`."""
    address = {
        "countryCode": more.get("country", "DE"),
        "postalCode": more.get("postcode", ""),
        "addressLocality": more.get("city", "Hamburg, Germany"),
    }
    return {
        "timestamp": more.get("at", "2026-11-20T10:15:00"),
        "location": {"address": address},
        "statusCode": status_code,
        "status": more.get("status", text),
        "description": text,
        "remark": more.get("remark", ""),
    }


def dhl(*events: dict[str, Any], number: str = DHL_NUMBER, **more: Any) -> dict[str, Any]:
    """A whole answer with one shipment; the last event is its status."""
    shipment = {
        "id": number,
        "service": "parcel-de",
        "origin": {"address": {"countryCode": "DE"}},
        "destination": {"address": {"countryCode": "DE", "postalCode": "10115", "addressLocality": "Berlin"}},
        "status": events[0] if events else dhl_event("pre-transit", "Announced"),
        "details": {"product": {"productName": "DHL PAKET (parcel)"}},
        "events": list(events),
    }
    return {"shipments": [shipment | more]}


def easypost_detail(status: str, detail: str = "status_update", **more: Any) -> dict[str, Any]:
    """One line; `at`, `message`, `place`."""
    located = {"object": "TrackingLocation", "city": None, "state": None, "country": None, "zip": None}
    return {
        "object": "TrackingDetail",
        "message": more.get("message", "Something happened"),
        "description": "",
        "status": status,
        "status_detail": detail,
        "datetime": more.get("at", "2026-11-20T10:15:00Z"),
        "source": "USPS",
        "carrier_code": "",
        "tracking_location": located | more.get("place", {}),
    }


def easypost(*details: dict[str, Any], status: str = "in_transit", **more: Any) -> dict[str, Any]:
    """A tracker."""
    return {
        "id": "trk_0001",
        "object": "Tracker",
        "mode": "test",
        "tracking_code": EASYPOST_NUMBER,
        "status": status,
        "status_detail": "status_update",
        "signed_by": None,
        "est_delivery_date": "2026-11-24T00:00:00Z",
        "carrier": "USPS",
        "tracking_details": list(details),
        "carrier_detail": {"object": "CarrierDetail", "service": "First-Class Package Service"},
    } | more
