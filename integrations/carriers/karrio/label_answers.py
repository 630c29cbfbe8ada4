"""Rates and labels in our words, and what came of asking for one."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Sequence
from datetime import date
from typing import Any

from commerce.rules.money import UnableToReadMoney, minor_units
from integrations.carrier_api import AWAY, REFUSED, TOO_OFTEN
from integrations.carriers.karrio import meaning
from integrations.carriers.karrio.transport import Talk
from integrations.errors import OutsideError, Permanent, RateLimited, Refused, Transient
from integrations.label_api import PDF, ZPL, Label, Rate, UnableToReadReply, Unsure

_WAIT = 60.0  # seconds, where a carrier does not say when to ask again


def trouble(who: str, talk: Talk, error: Exception | None, *, buys: bool) -> OutsideError | None:
    """Why there is no answer to read; None where there is one. `buys`: it may have been done all the same."""
    if talk.failure is not None:
        if buys and talk.failure.sent:
            return Unsure(f"{talk.failure.error} It may have been done all the same.")
        return talk.failure.error
    if talk.answer is None:
        return talk.token_error or Permanent(f"{who} was not asked: {told(error)}")
    found = meaning.of_answer(who, talk.answer)
    if found is None:
        return None
    if found.kind == TOO_OFTEN:
        return RateLimited(found.message, retry_after=found.retry_after or _WAIT)
    if found.kind == AWAY:
        said = meaning.said(talk.answer.body)
        return Unsure(f"{found.message} {said}".strip()) if buys else Transient(found.message)
    return Refused(found.message) if found.kind == REFUSED else Permanent(found.message)


def told(error: Exception | None) -> str:
    """What karrio says of what it cannot ask."""
    details = getattr(error, "details", None)
    fields = f" ({', '.join(map(str, details))})" if isinstance(details, dict) else ""
    return f"{error}{fields}"[:300]


def rates(who: str, details: Sequence[Any] | None, messages: Sequence[Any] | None) -> tuple[Rate, ...]:
    """karrio's RateDetails, the cheapest first. Raises Permanent where nothing but messages came."""
    found = [rate for told in details or () if (rate := _rate(told)) is not None]
    if not found and messages:
        raise Permanent(f"{who}: {words(messages)}")
    return tuple(sorted(found, key=lambda rate: (rate.amount, rate.service)))


def _rate(told: Any) -> Rate | None:
    currency = str(told.currency or "")
    try:
        amount = minor_units(told.total_charge, currency)
    except UnableToReadMoney:
        amount = None
    if amount is None:
        return None
    title = (told.meta or {}).get("service_name") or str(told.service).replace("_", " ").title()
    return Rate(
        service=str(told.service),
        title=str(title),
        amount=amount,
        currency=currency,
        days=int(told.transit_days) if told.transit_days else None,
        arrives_on=_day(told.estimated_delivery),
    )


def label(who: str, details: Any, messages: Sequence[Any] | None) -> Label:
    """karrio's ShipmentDetails. Raises Permanent where the carrier gave none, UnableToReadReply."""
    if details is None:
        raise Permanent(f"{who}: {words(messages) or 'no label was given'}")
    number = str(details.tracking_number or "")
    try:
        file = b64decode(details.docs.label, validate=False)
    except (AttributeError, TypeError, ValueError, NotBase64):
        file = b""
    if not number or not file:
        raise UnableToReadReply(f"{who} answered without a number or a label.")
    numbers = [str(one) for one in (details.meta or {}).get("tracking_numbers") or () if one]
    return Label(
        number=number,
        numbers=tuple(numbers) or (number,),
        reference=str(details.shipment_identifier or number),
        format=ZPL if "ZPL" in str(details.label_type or "").upper() else PDF,
        file=file,
    )


def words(messages: Sequence[Any] | None) -> str:
    """What karrio's messages say."""
    told = (str(message.message or message.code or "") for message in messages or ())
    return "; ".join(dict.fromkeys(text for text in told if text))[:300]


def _day(written: Any) -> date | None:
    try:
        return date.fromisoformat(str(written)[:10])
    except ValueError:
        return None
