"""UPS as documented (github.com/UPS-API/api-documentation: OAuthClientCredentials, Tracking, Rating, Shipping)."""

from base64 import b64encode
from datetime import UTC
from io import BytesIO
from typing import Any

from PIL import Image

from tests.peers.carriers.parcels import Event, Parcel

_ACTIVITY = {
    "label_created": ("M", "MP", "003", "Shipper created a label, UPS has not received the package yet."),
    "picked_up": ("I", "OR", "005", "Origin Scan"),
    "in_transit": ("I", "DP", "005", "Departed from Facility"),
    "out_for_delivery": ("I", "OT", "021", "Out For Delivery Today"),
    "delivered": ("D", "KB", "011", "DELIVERED"),
    "attempt_failed": ("X", "48", "014", "The receiver was not available for delivery."),
    "ready_for_pickup": ("D", "2Q", "032", "Ready for Customer Pickup"),
    "exception": ("X", "U2", "007", "Weather caused a delay."),
}


def token(number: int) -> dict[str, Any]:
    return {
        "token_type": "Bearer",
        "issued_at": "1795390000000",
        "client_id": "client",
        "access_token": f"ups-token-{number}",
        "scope": "",
        "expires_in": "14399",
        "refresh_count": "0",
        "status": "approved",
    }


def errors(code: str, message: str) -> dict[str, Any]:
    return {"response": {"errors": [{"code": code, "message": message}]}}


def not_found() -> dict[str, Any]:
    warning = {"code": "TW0001", "message": "Tracking Information Not Found"}
    return {"trackResponse": {"shipment": [{"warnings": [warning]}]}}


def tracked(parcel: Parcel) -> dict[str, Any]:
    current = _status(parcel.events[0])
    package = {
        "trackingNumber": parcel.number,
        "deliveryDate": [{"type": "DEL" if parcel.stage == "delivered" else "SDD", "date": _day(parcel.events[0])}],
        "activity": [_activity(event) for event in parcel.events],
        "currentStatus": current,
        "packageCount": 1,
        "service": {"code": "518", "levelCode": "011", "description": "UPS Ground"},
        "weight": {"unitOfMeasurement": "LBS", "weight": "2.00"},
    }
    return {"trackResponse": {"shipment": [{"inquiryNumber": parcel.number, "package": [package]}]}}


def _status(event: Event) -> dict[str, str]:
    type_, code, status, text = _ACTIVITY[event.stage]
    return {"type": type_, "code": code, "statusCode": status, "description": text}


def _day(event: Event) -> str:
    return f"{event.at:%Y%m%d}"


def _activity(event: Event) -> dict[str, Any]:
    gmt = event.at.astimezone(UTC)
    place = event.place
    return {
        "location": {
            "address": {
                "city": place.city,
                "stateProvince": place.state,
                "postalCode": place.postcode,
                "countryCode": place.country,
                "country": place.country,
            },
            "slic": "9729",
        },
        "status": _status(event),
        "date": _day(event),
        "time": f"{event.at:%H%M%S}",
        "gmtDate": f"{gmt:%Y%m%d}",
        "gmtTime": f"{gmt:%H:%M:%S}",
        "gmtOffset": f"{event.at:%z}"[:3] + ":" + f"{event.at:%z}"[3:],
    }


def rates() -> dict[str, Any]:
    rated = [_rate("03", "12.45", "3"), _rate("02", "28.10", "2"), _rate("01", "61.90", "1")]
    return {
        "RateResponse": {
            "Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}},
            "RatedShipment": rated,
        }
    }


def _rate(service: str, amount: str, days: str) -> dict[str, Any]:
    money = {"CurrencyCode": "USD", "MonetaryValue": amount}
    return {
        "Service": {"Code": service, "Description": ""},
        "RatedShipmentAlert": [],
        "BillingWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "4.0"},
        "TransportationCharges": money,
        "ServiceOptionsCharges": {"CurrencyCode": "USD", "MonetaryValue": "0.00"},
        "TotalCharges": money,
        "GuaranteedDelivery": {"BusinessDaysInTransit": days},
        "RatedPackage": [],
    }


def shipped(number: str, boxes: int, zpl: bool) -> dict[str, Any]:
    picture = b64encode(b"^XA^FO50,50^FDUPS^FS^XZ" if zpl else _gif()).decode()
    money = {"CurrencyCode": "USD", "MonetaryValue": "12.45"}
    packages = [
        {
            "TrackingNumber": number if index == 0 else f"{number[:-2]}{index:02d}",
            "ServiceOptionsCharges": {"CurrencyCode": "USD", "MonetaryValue": "0.00"},
            "ShippingLabel": {
                "ImageFormat": {"Code": "ZPL" if zpl else "GIF", "Description": ""},
                "GraphicImage": picture,
            },
        }
        for index in range(boxes)
    ]
    return {
        "ShipmentResponse": {
            "Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}},
            "ShipmentResults": {
                "ShipmentCharges": {"TransportationCharges": money, "TotalCharges": money},
                "BillingWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "4.0"},
                "ShipmentIdentificationNumber": number,
                "PackageResults": packages,
            },
        }
    }


def voided() -> dict[str, Any]:
    return {
        "VoidShipmentResponse": {
            "Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}},
            "SummaryResult": {"Status": {"Code": "1", "Description": "Voided"}},
        }
    }


def _gif() -> bytes:
    file = BytesIO()
    Image.new("1", (1400, 800), 1).save(file, "GIF")
    return file.getvalue()
