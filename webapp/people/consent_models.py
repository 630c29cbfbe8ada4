"""Consents and suppressions in the API."""

from typing import Annotated, Any, Literal

from pydantic import Field

from webapp.api.models import Given, Paged, Sent, Time, TimeGiven, filled, words
from webapp.people.customer_models import Consent, Source

Channel = Literal["email", "sms", "whatsapp", "phone", "post"]
State = Literal["subscribed", "unsubscribed", "pending", "not_subscribed"]
Addressed = Literal["email", "sms", "whatsapp", "phone"]


class NewConsent(Sent):
    """What a customer allowed or withdrew."""

    channel: Channel
    state: State
    method: Annotated[str, words(60), Field(description="How, such as double_opt_in or paper.")] = ""
    source: Source = "api"
    at: Annotated[Time | None, Field(description="When; now where it is left out.")] = None
    detail: Annotated[str, words(500)] = ""


class ConsentTold(Given):
    """A consent as it was told here."""

    channel: str
    state: str
    method: str
    source: str
    detail: str
    at: TimeGiven


class Consents(Given):
    """The last word on each channel, whoever said it; and what was told here, newest first."""

    current: dict[str, Consent]
    data: list[ConsentTold]


class Suppressed(Sent):
    """An address that is not to be written to. Of mail in lower case, of the others as E.164, however it is sent."""

    channel: Addressed
    address: Annotated[str, words(320, shortest=3)]


class NewSuppression(Suppressed):
    """Why an address is not to be written to."""

    reason: Annotated[str, filled(200, examples=["bounced"])]
    source: Source = "api"
    detail: Annotated[str, words(500)] = ""


class Suppression(Given):
    """An address that is not written to, whatever its customer allows."""

    channel: str
    address: str
    reason: str
    source: str
    detail: str
    at: TimeGiven


class WhichSuppressions(Paged):
    """A page of suppressed addresses."""

    channel: Addressed | None = None


def told(row: Any) -> ConsentTold:
    """A row of commerce.tables.people.consents."""
    return ConsentTold.model_construct(**{name: getattr(row, name) for name in ConsentTold.model_fields})


def suppression(row: Any) -> Suppression:
    """A row of suppressions."""
    return Suppression.model_construct(**{name: getattr(row, name) for name in Suppression.model_fields})
