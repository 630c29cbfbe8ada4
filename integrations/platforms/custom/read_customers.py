"""Customers with what they agreed to receive."""

from dataclasses import asdict

from commerce.rules.customers import Consent, CustomerFacts
from commerce.rules.events import CUSTOMER, Reading, Saved
from integrations.platforms.body import Body
from integrations.platforms.custom.fields import Told, address, time, word

_CHANNELS = ("email", "sms", "whatsapp")
_STATES = ("subscribed", "pending", "not_subscribed", "unsubscribed")


def read_customer(told: Told) -> Reading:
    """customer.saved: the whole customer. `tags`, `consents` and `addresses` that are left out stay as they are."""
    body = told.data
    id_ = body.id()
    tells_addresses, tells_tags = body.told.get("addresses") is not None, body.told.get("tags") is not None
    customer = CustomerFacts(
        id=id_,
        email=body.text("email"),
        phone=body.text("phone"),
        first_name=body.text("first_name"),
        last_name=body.text("last_name"),
        note=body.text("note"),
        locale=body.text("locale"),
        tags=body.tags() if tells_tags else None,
        consents=_consents(told, id_, body.part("consents")),
        addresses=tuple(asdict(address(one)) for one in body.parts("addresses")) if tells_addresses else None,
        created_at=time(body, "created_at"),
        updated_at=told.updated_at,
    )
    return Reading(kind=CUSTOMER, object_id=id_, changes=(Saved(kind=CUSTOMER, facts=customer),))


def _consents(told: Told, customer_id: str, states: Body | None) -> tuple[Consent, ...] | None:
    if states is None:
        return None
    given = [channel for channel in _CHANNELS if states.told.get(channel) is not None]
    return tuple(
        Consent(
            customer_id=customer_id,
            channel=channel,
            state=word(states, channel, _STATES, ""),
            updated_at=told.updated_at,
        )
        for channel in given
    )
