"""Labels of the house, made by karrio's generic carrier: no account, no network, 4 by 6 inches, PDF or ZPL.

They are for own drivers, pickup and trials. A label's number follows from its key, so the same label has the same one.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from textwrap import wrap
from typing import Any

from commerce.rules.money import UnableToReadMoney, exponent, minor_units
from commerce.rules.orders import Address
from integrations.carrier_api import Account, TokenStore
from integrations.carriers.karrio import label_answers, label_requests, meaning
from integrations.carriers.karrio.house_label import TEMPLATE
from integrations.carriers.karrio.line import Line, open_line
from integrations.errors import Permanent
from integrations.label_api import ZPL, Label, LabelMaker, OnReply, Rate, Sending, UnableToReadReply

_WHO = "House labels"
_NARROW, _WIDE, _MOST, _LONGEST = 44, 36, 7, 100  # characters of small and large lines, large lines, characters
_END = 0.01  # kilograms: karrio's upper end is outside, and it weighs to 10 g
_DEFAULT_PRICES = "Standard; 0; USD; 1"


class HouseLabels:
    """The LabelMaker of the house. `service`: what is meant where none is named."""

    def __init__(self, line: Line, service: str) -> None:
        self._line, self._service = line, service

    def rates(self, sending: Sending) -> tuple[Rate, ...]:
        """What the merchant's own table says."""
        details, messages = self._asked("rate", "get_rates", "RateRequest", label_requests.question(sending))
        return label_answers.rates(_WHO, details, messages)

    def buy(self, sending: Sending, *, on_reply: OnReply | None = None) -> Label:
        """Make a label; making it again gives the same."""
        number = number_of(sending.key)
        sending = replace(sending, service=sending.service or self._service)
        asked = label_requests.purchase(sending) | {"metadata": _printed(sending, number)}
        for index, parcel in enumerate(asked["parcels"], 1):
            parcel["reference_number"] = number if len(sending.boxes) == 1 else f"{number}-{index}"
        details, messages = self._asked("shipment", "create_shipment", "ShipmentRequest", asked)
        made = label_answers.label(_WHO, details, messages)
        numbers = tuple(parcel["reference_number"] for parcel in asked["parcels"])
        made = replace(made, number=number, numbers=numbers, reference=number, format=sending.format)
        if made.format == ZPL:  # karrio writes UTF-8 and does not say so
            made = replace(made, file=made.file.replace(b"^XA", b"^XA\n^CI28", 1))
        made = self._priced(sending, made)
        if on_reply is not None:
            on_reply(_kept(made))
        return made

    def read(self, sending: Sending, reply: bytes) -> Label:
        """What was made."""
        told = meaning.parsed(reply)
        if not isinstance(told, dict) or told.get("number") != number_of(sending.key):
            raise UnableToReadReply(f"{_WHO}: this is not the label that was asked for.")
        return self.buy(sending)

    def void(self, reference: str, *, on_reply: OnReply | None = None) -> None:
        """Nobody carries it: there is nothing to take back."""
        if on_reply is not None:
            on_reply(json.dumps({"void": reference}).encode())

    def _priced(self, sending: Sending, made: Label) -> Label:
        fitting = [rate for rate in self.rates(sending) if rate.service == sending.service]
        return replace(made, amount=fitting[0].amount, currency=fitting[0].currency) if fitting else made

    def _asked(self, what: str, way: str, kind: str, payload: Mapping[str, Any]) -> tuple[Any, Any]:
        karrio, connection = self._line.karrio, self._line.connection
        try:
            written = karrio.lib.to_object(getattr(karrio.models, kind), dict(payload))
            request = getattr(connection.mapper, f"create_{what}_request")(written)
            answered = getattr(connection.proxy, way)(request)
            details, messages = getattr(connection.mapper, f"parse_{what}_response")(answered)
        except Exception as error:  # noqa: BLE001 - karrio trips over what is missing in many ways
            raise Permanent(f"{_WHO}: {label_answers.told(error)}") from None
        return details, messages


def number_of(key: str) -> str:
    """The number of the label that is asked for under this key."""
    return f"H{int.from_bytes(blake2b(key.encode(), digest_size=6).digest(), 'big'):015d}"


def _kept(made: Label) -> bytes:
    return json.dumps({"number": made.number, "file": b64encode(made.file).decode()}).encode()


def _printed(sending: Sending, number: str) -> dict[str, Any]:
    """What the label says, without what XML or ZPL would take for their own."""
    sender, receiver = _lines(sending.sender), _lines(sending.receiver)
    weight = sum(box.grams for box in sending.boxes) / 1000
    return {
        "from": [_plain(line, _NARROW) for line in sender],
        "to": [part for line in receiver for part in wrap(_plain(line, _LONGEST), _WIDE)][:_MOST],
        "reference": _plain(sending.reference, 30),
        "weight": f"{weight:.2f} kg",
        "number": number,
        "date": sending.ship_on.isoformat() if sending.ship_on else "",
    }


def _lines(address: Address) -> list[str]:
    name = f"{address.first_name} {address.last_name}".strip()
    town = f"{address.postcode} {address.city}".strip()
    place = ", ".join(part for part in (town, address.province) if part)
    lines = (name, address.company, address.address1, address.address2, place, address.country, address.phone)
    return [line for line in lines if line]


def _plain(text: str, longest: int) -> str:
    shown = "".join(" " if letter in "^~\\" or not letter.isprintable() else letter for letter in text)
    return " ".join(shown.split())[:longest]


def price_table(prices: str) -> list[dict[str, Any]]:
    """The merchant's table, one line for each price: name; price; currency; days; up to kg. Raises Permanent."""
    found: dict[str, dict[str, Any]] = {}
    for line in prices.splitlines():
        if not line.strip():
            continue
        name, price, currency, days, up_to = ([part.strip() for part in line.split(";")] + [""] * 5)[:5]
        try:
            amount = minor_units(price.replace(",", "."), currency) or 0
            kilograms = (
                float(up_to.replace(",", ".")) + 0.01 if up_to else None
            )  # karrio's upper end is outside, and it weighs to 10 g
            transit = int(days) if days else None
        except (UnableToReadMoney, ValueError):
            raise Permanent(f"{_WHO}: this price cannot be read: {line.strip()[:80]}") from None
        code = "_".join(name.lower().split())
        service = found.setdefault(
            code,
            {
                "service_name": name,
                "service_code": code,
                "currency": currency or None,
                "weight_unit": "KG",
                "zones": [],
            },
        )
        zone = {"label": name, "rate": amount / 10 ** exponent(currency), "transit_days": transit}
        service["zones"].append(zone | ({"min_weight": 0.0, "max_weight": kilograms} if kilograms else {}))
    return list(found.values())


def open_house(account: Account, tokens: TokenStore, **wire: Any) -> LabelMaker:
    """Labels of the house with the merchant's name and prices. Raises Permanent for prices that cannot be read."""
    title = account.credentials.get("title") or "House label"
    table = price_table(account.credentials.get("rates") or _DEFAULT_PRICES)
    settings = {
        "display_name": title,
        "custom_carrier_name": "house",
        "services": table,
        "label_template": {"slug": "house", "template": TEMPLATE, "template_type": "SVG", "width": 4, "height": 6},
    }
    return HouseLabels(open_line(account, tokens, "generic", _WHO, settings=settings, **wire), table[0]["service_code"])
