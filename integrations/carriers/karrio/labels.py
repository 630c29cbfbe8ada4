"""Labels of carriers through karrio: it writes what is asked and reads what is answered, we send it, once."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from commerce.rules.money import UnableToReadMoney, minor_units
from integrations.carrier_api import Account, TokenStore
from integrations.carriers.karrio import label_answers, label_requests, meaning
from integrations.carriers.karrio.line import Line, open_line
from integrations.carriers.karrio.transport import Talk
from integrations.errors import OutsideError, Permanent, Refused, Transient
from integrations.label_api import Label, LabelMaker, OnReply, Rate, Sending, UnableToReadReply

Price = Callable[[Any], tuple[Any, Any]]
Filled = Callable[[bytes], bytes]


class CarrierLabels:
    """The LabelMaker of a carrier's account. `price` finds amount and currency in a reply; `signature` are the options
    that ask for one; `filled` adds to rates what karrio cannot do without."""

    def __init__(
        self, line: Line, price: Price, signature: Mapping[str, str] | None = None, filled: Filled = bytes
    ) -> None:
        self._line, self._price, self._signature, self._filled = line, price, signature, filled

    def rates(self, sending: Sending) -> tuple[Rate, ...]:
        """What the carrier's services cost. A question: asked once more where a kept token was refused."""
        request = self._written("create_rate_request", "RateRequest", label_requests.question(self._with(sending)))
        talk, error = self._line.heard(lambda: self._line.connection.proxy.get_rates(request))
        if found := label_answers.trouble(self._line.who, talk, error, buys=False):
            raise found
        details, messages = self._parsed("parse_rate_response", self._filled(_body(talk)), request)
        return label_answers.rates(self._line.who, details, messages)

    def buy(self, sending: Sending, *, on_reply: OnReply | None = None) -> Label:
        """Buy a label: sent once, whatever becomes of it."""
        request = self._purchase(sending)
        reply = self._done(lambda: self._line.connection.proxy.create_shipment(request), on_reply)
        return self._read(request, reply)

    def read(self, sending: Sending, reply: bytes) -> Label:
        """What a reply says that was kept."""
        return self._read(self._purchase(sending), reply)

    def void(self, reference: str, *, on_reply: OnReply | None = None) -> None:
        """Take a label back."""
        payload = {"shipment_identifier": reference}
        request = self._written("create_cancel_shipment_request", "ShipmentCancelRequest", payload)
        reply = self._done(lambda: self._line.connection.proxy.cancel_shipment(request), on_reply)
        confirmed, messages = self._parsed("parse_cancel_shipment_response", reply, request)
        if confirmed is None or not confirmed.success:
            raise Permanent(f"{self._line.who}: {label_answers.words(messages) or 'the label was not taken back'}")

    def _with(self, sending: Sending) -> Sending:
        if not sending.signature or self._signature is None:
            return sending
        return replace(sending, signature=False, options={**self._signature, **sending.options})

    def _purchase(self, sending: Sending) -> Any:
        written = label_requests.purchase(self._with(sending))
        return self._written("create_shipment_request", "ShipmentRequest", written)

    def _written(self, way: str, kind: str, payload: Mapping[str, Any]) -> Any:
        """What karrio would send. Raises Permanent for what it cannot write."""
        karrio = self._line.karrio
        try:
            request = getattr(self._line.connection.mapper, way)(
                karrio.lib.to_object(getattr(karrio.models, kind), dict(payload))
            )
            request.serialize()
        except Exception as error:  # noqa: BLE001 - karrio trips over what is missing in many ways
            raise Permanent(f"{self._line.who}: {label_answers.told(error)}") from None
        return request

    def _done(self, ask: Callable[[], Any], on_reply: OnReply | None) -> bytes:
        """The reply to what is asked once. Raises as `buy` does."""
        talk, error = self._line.once(ask, on_reply)
        if talk.reply_error is not None:
            raise talk.reply_error
        found = label_answers.trouble(self._line.who, talk, error, buys=True)
        if isinstance(found, Refused) and talk.answer is not None and self._line.dropped(talk):
            found = Transient(f"{self._line.who} refused a token before its time; the next try asks for another.")
        if found is not None:
            raise found
        return _body(talk)

    def _read(self, request: Any, reply: bytes) -> Label:
        details, messages = self._parsed("parse_shipment_response", reply, request)
        label = label_answers.label(self._line.who, details, messages)
        amount, currency = self._cost(reply)
        return replace(label, amount=amount, currency=currency)

    def _parsed(self, way: str, reply: bytes, request: Any) -> tuple[Any, Any]:
        """What karrio makes of a reply; documents that it names by address are fetched."""
        karrio, text = self._line.karrio, reply.decode("utf-8", "replace")
        answered = karrio.lib.Deserializable(text, karrio.lib.to_dict, request.ctx)
        with Talk(self._line.wire).begun():
            try:
                details, messages = getattr(self._line.connection.mapper, way)(answered)
            except OutsideError:
                raise
            except Exception as error:  # noqa: BLE001 - karrio trips over shapes that it does not know
                raise UnableToReadReply(f"{self._line.who}'s reply cannot be read ({type(error).__name__}).") from None
        return details, messages

    def _cost(self, reply: bytes) -> tuple[int | None, str]:
        try:
            amount, currency = self._price(meaning.parsed(reply))
            return minor_units(amount, str(currency)), str(currency)
        except (KeyError, IndexError, TypeError, UnableToReadMoney):
            return None, ""


def _body(talk: Talk) -> bytes:
    return talk.answer.body if talk.answer is not None else b""


def open_ups(account: Account, tokens: TokenStore, **wire: Any) -> LabelMaker:
    """UPS' Rating and Shipping APIs."""
    return CarrierLabels(open_line(account, tokens, "ups", "UPS", **wire), _ups_price, filled=_ups_filled)


def open_fedex(account: Account, tokens: TokenStore, **wire: Any) -> LabelMaker:
    """FedEx' Rates and Ship APIs; a signature is asked for by FedEx' own word."""
    line = open_line(account, tokens, "fedex", "FedEx", **wire)
    return CarrierLabels(line, _fedex_price, {"fedex_signature_option": "DIRECT"})


def _ups_price(reply: Any) -> tuple[Any, Any]:
    results = reply["ShipmentResponse"]["ShipmentResults"]
    negotiated = results.get("NegotiatedRateCharges") or {}
    total = negotiated.get("TotalCharge") or results["ShipmentCharges"]["TotalCharges"]
    return total["MonetaryValue"], total["CurrencyCode"]


def _ups_filled(reply: bytes) -> bytes:
    """karrio wants BaseServiceCharge, which UPS gives to some accounts only."""
    told = meaning.parsed(reply)
    response = told.get("RateResponse") if isinstance(told, dict) else None
    shipments = response.get("RatedShipment") if isinstance(response, dict) else None
    for rated in shipments if isinstance(shipments, list) else [shipments]:
        if not isinstance(rated, dict):
            continue
        for charges in (rated, rated.get("NegotiatedRateCharges")):
            if isinstance(charges, dict):
                charges.setdefault("BaseServiceCharge", rated.get("TransportationCharges"))
    return json.dumps(told).encode() if shipments else reply


def _fedex_price(reply: Any) -> tuple[Any, Any]:
    shipment = reply["output"]["transactionShipments"][0]
    rate = shipment["completedShipmentDetail"]["shipmentRating"]["shipmentRateDetails"][0]
    return rate["totalNetCharge"], rate["currency"]
