"""FedEx as documented (developer.fedex.com: Authorization, Track, Rates and Transit Times, Ship)."""

from base64 import b64encode
from io import BytesIO
from typing import Any

from PIL import Image

from tests.peers.carriers.parcels import Event, Parcel, Place

_EVENTS = {
    "label_created": ("OC", "IN", "Shipment information sent to FedEx"),
    "picked_up": ("PU", "PU", "Picked up"),
    "in_transit": ("DP", "IT", "Departed FedEx location"),
    "out_for_delivery": ("OD", "IT", "On FedEx vehicle for delivery"),
    "delivered": ("DL", "DL", "Delivered"),
    "attempt_failed": ("DE", "DE", "Delivery exception"),
    "ready_for_pickup": ("HL", "HL", "Ready for pickup"),
    "exception": ("SE", "SE", "Shipment exception"),
}


def token(number: int) -> dict[str, Any]:
    return {"access_token": f"fedex-token-{number}", "token_type": "bearer", "expires_in": 3599, "scope": "CXS-TP"}


def errors(code: str, message: str) -> dict[str, Any]:
    return {"transactionId": "624deea6-0000", "errors": [{"code": code, "message": message}]}


def tracked(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"transactionId": "624deea6-0000", "output": {"completeTrackResults": parts}}


def not_found(number: str) -> dict[str, Any]:
    error = {
        "code": "TRACKING.TRACKINGNUMBER.NOTFOUND",
        "message": "Tracking number cannot be found. Please correct the tracking number and try again.",
    }
    return {
        "trackingNumber": number,
        "trackResults": [{"trackingNumberInfo": {"trackingNumber": number}, "error": error}],
    }


def part(parcel: Parcel) -> dict[str, Any]:
    code, derived, text = _EVENTS[parcel.stage]
    result = {
        "trackingNumberInfo": {
            "trackingNumber": parcel.number,
            "trackingNumberUniqueId": f"12027~{parcel.number}~FDEG",
            "carrierCode": "FDXG",
        },
        "latestStatusDetail": {
            "code": code,
            "derivedCode": derived,
            "statusByLocale": text,
            "description": text,
            "scanLocation": _address(parcel.events[0].place),
        },
        "dateAndTimes": [{"type": "SHIP", "dateTime": parcel.events[-1].at.isoformat()}],
        "scanEvents": [_scan(event) for event in parcel.events],
        "destinationLocation": {
            "locationContactAndAddress": {"address": _address(parcel.events[0].place)},
            "locationType": "",
        },
        "serviceDetail": {"type": "FEDEX_GROUND", "description": "FedEx Ground", "shortDescription": "FG"},
        "returnDetail": {},
    }
    return {"trackingNumber": parcel.number, "trackResults": [result]}


def _address(place: Place) -> dict[str, Any]:
    return {
        "city": place.city,
        "stateOrProvinceCode": place.state,
        "postalCode": place.postcode,
        "countryCode": place.country,
        "countryName": "United States",
        "residential": False,
    }


def _scan(event: Event) -> dict[str, Any]:
    code, derived, text = _EVENTS[event.stage]
    return {
        "date": event.at.isoformat(),
        "eventType": code,
        "eventDescription": text,
        "exceptionCode": "",
        "exceptionDescription": "",
        "scanLocation": _address(event.place),
        "locationType": "FEDEX_FACILITY",
        "derivedStatusCode": derived,
        "derivedStatus": text,
    }


def rates() -> dict[str, Any]:
    services = (("FEDEX_GROUND", "FedEx Ground®", 11.2), ("STANDARD_OVERNIGHT", "FedEx Standard Overnight®", 55.0))
    details = [
        {
            "serviceType": kind,
            "serviceName": name,
            "packagingType": "YOUR_PACKAGING",
            "ratedShipmentDetails": [
                {
                    "rateType": "ACCOUNT",
                    "totalBaseCharge": amount,
                    "totalNetCharge": amount,
                    "totalNetFedExCharge": amount,
                    "totalDiscounts": 0.0,
                    "totalDutiesAndTaxes": 0.0,
                    "ratedPackages": [],
                    "shipmentRateDetail": {"currency": "USD", "surCharges": [], "totalSurcharges": 0.0},
                    "currency": "USD",
                }
            ],
            "operationalDetail": {"transitTime": "TWO_DAYS"},
            "commit": {},
        }
        for kind, name, amount in services
    ]
    return {"transactionId": "624deea6-0000", "output": {"rateReplyDetails": details, "quoteDate": "2026-11-22"}}


def shipped(number: str, zpl: bool) -> dict[str, Any]:
    document = {
        "contentKey": "",
        "copiesToPrint": 1,
        "contentType": "LABEL",
        "trackingNumber": number,
        "docType": "ZPLII" if zpl else "PDF",
        "encodedLabel": b64encode(b"^XA^FO50,50^FDFEDEX^FS^XZ" if zpl else _pdf()).decode(),
        "alerts": [],
    }
    shipment = {
        "serviceType": "FEDEX_GROUND",
        "shipDatestamp": "2026-11-22",
        "serviceCategory": "GROUND",
        "serviceName": "FedEx Ground®",
        "masterTrackingNumber": number,
        "shipmentDocuments": [],
        "pieceResponses": [
            {
                "masterTrackingNumber": number,
                "trackingNumber": number,
                "packageSequenceNumber": 1,
                "packageDocuments": [document],
            }
        ],
        "completedShipmentDetail": {
            "masterTrackingId": {"trackingIdType": "FEDEX", "formId": "9632", "trackingNumber": number},
            "serviceDescription": {"serviceType": "FEDEX_GROUND", "code": "92"},
            "shipmentRating": {
                "actualRateType": "PAYOR_ACCOUNT_PACKAGE",
                "shipmentRateDetails": [
                    {"rateType": "PAYOR_ACCOUNT_PACKAGE", "totalNetCharge": 11.2, "currency": "USD"}
                ],
            },
        },
    }
    return {"transactionId": "624deea6-0000", "output": {"transactionShipments": [shipment], "jobId": "1"}}


def cancelled() -> dict[str, Any]:
    return {"transactionId": "624deea6-0000", "output": {"cancelledShipment": True, "cancelledHistory": True}}


def _pdf() -> bytes:
    file = BytesIO()
    Image.new("L", (400, 600), 255).save(file, "PDF")
    return file.getvalue()
