"""What is to be sent, in karrio's words."""

from collections.abc import Mapping
from typing import Any

from commerce.rules.money import exponent
from commerce.rules.orders import Address
from integrations.errors import Permanent
from integrations.label_api import Content, Sending

_GRAMS, _MILLIMETRES = 1000, 10  # in a kilogram, in a centimetre


def question(sending: Sending) -> dict[str, Any]:
    """For rates. Raises Permanent where something is missing."""
    return _common(sending) | {"services": [sending.service] if sending.service else []}


def purchase(sending: Sending) -> dict[str, Any]:
    """For a label. Raises Permanent where something is missing."""
    return _common(sending) | {
        "service": sending.service,
        "label_type": sending.format.upper(),
        "order_id": sending.reference,
    }


def _common(sending: Sending) -> dict[str, Any]:
    if not sending.boxes or any(box.grams <= 0 for box in sending.boxes):
        raise Permanent("A label needs a parcel, and each parcel a weight.")
    if not sending.sender.country or not sending.receiver.country:
        raise Permanent("A label needs the countries of the sender and of the receiver.")
    asked: dict[str, Any] = {
        "shipper": _party(sending.sender, sending.sender_email, at_home=False),
        "recipient": _party(sending.receiver, sending.receiver_email, at_home=sending.to_a_home),
        "parcels": [
            {
                "weight": box.grams / _GRAMS,
                "weight_unit": "KG",
                **{side: getattr(box, side) / _MILLIMETRES or None for side in ("length", "width", "height")},
                "dimension_unit": "CM",
                "packaging_type": box.packaging or None,
                "reference_number": sending.reference or None,
            }
            for box in sending.boxes
        ],
        "payment": {"paid_by": "sender"},
        "reference": sending.reference,
        "options": options(sending),
    }
    if sending.contents and sending.sender.country != sending.receiver.country:
        asked["customs"] = {
            "duty": {"paid_by": "recipient"},
            "commodities": [_content(content) for content in sending.contents],
            "content_type": "merchandise",
            "commercial_invoice": True,
            "certify": True,
            "signer": _name(sending.sender) or sending.sender.company,
        }
    return asked


def options(sending: Sending) -> Mapping[str, Any]:
    """Options by karrio's names."""
    found: dict[str, Any] = dict(sending.options)
    if sending.ship_on is not None:
        found["shipping_date"] = f"{sending.ship_on.isoformat()}T12:00"
    if sending.signature:
        found["signature_confirmation"] = True
    return found


def _party(address: Address, email: str, *, at_home: bool) -> dict[str, Any]:
    return {
        "person_name": _name(address) or address.company or None,
        "company_name": address.company or None,
        "address_line1": address.address1,
        "address_line2": address.address2 or None,
        "postal_code": address.postcode or None,
        "city": address.city or None,
        "state_code": address.province or None,
        "country_code": address.country or None,
        "phone_number": address.phone or None,
        "email": email or None,
        "residential": at_home and not address.company,
    }


def _name(address: Address) -> str:
    return f"{address.first_name} {address.last_name}".strip()


def _content(content: Content) -> dict[str, Any]:
    return {
        "title": content.title,
        "description": content.title,
        "sku": content.sku or None,
        "quantity": content.quantity,
        "weight": content.grams / _GRAMS,
        "weight_unit": "KG",
        "value_amount": content.price / 10 ** exponent(content.currency),
        "value_currency": content.currency or None,
        "origin_country": content.origin or None,
        "hs_code": content.hs_code or None,
    }
