"""Customers, and what is told of them apart: consent, tags, purchases, merges."""

from dataclasses import asdict

from commerce.rules.customers import Consent, CustomerFacts, Purchases, TagsChanged
from commerce.rules.events import CUSTOMER, Change, Deleted, Merged, Reading, Saved, Unclear
from commerce.rules.orders import Address
from integrations.platforms.body import Body
from integrations.protocols import Delivered

_WHO = ("email", "first_name", "last_name", "phone")
_CHANNELS = {
    "email_marketing_consent": "email",
    "sms_marketing_consent": "sms",
    "whats_app_marketing_consent": "whatsapp",
}
_MERGED = {"completed", "success", "succeeded"}


def read_customer(delivered: Delivered) -> Reading:
    """customers/create, update, enable and disable."""
    body = Body.of(delivered.topic, delivered.payload)
    facts = customer(body)
    if facts is None:
        reason = "The delivery carries only the id, not the object."
        return _reading(body.id(), Unclear(kind=CUSTOMER, id=body.id(), reason=reason))
    return _reading(facts.id, Saved(kind=CUSTOMER, facts=facts))


def read_customer_deletion(delivered: Delivered) -> Reading:
    """customers/delete."""
    id_ = Body.of(delivered.topic, delivered.payload).id()
    return _reading(id_, Deleted(kind=CUSTOMER, id=id_, at=delivered.triggered_at))


def read_merge(delivered: Delivered) -> Reading:
    """customers/merge: tells that it happened, not what the kept customer looks like now."""
    body = Body.of(delivered.topic, delivered.payload)
    kept = body.id("admin_graphql_api_customer_kept_id")
    gone = body.id("admin_graphql_api_customer_deleted_id")
    unclear = Unclear(kind=CUSTOMER, id=kept, reason=f"Customer {gone} was merged into this one.")
    if body.text("status").lower() not in _MERGED:
        reason = f"A merge with customer {gone} was tried; its outcome is not known."
        return _reading(kept, Unclear(kind=CUSTOMER, id=kept, reason=reason))
    deleted = Deleted(kind=CUSTOMER, id=gone, at=delivered.triggered_at)
    return _reading(kept, unclear, Merged(kept=kept, gone=gone), deleted)


def read_purchases(delivered: Delivered) -> Reading:
    """customers/purchasing_summary: since 2025-01 the only delivery that tells what a customer spent."""
    body = Body.of(delivered.topic, delivered.payload)
    spent = body.part("amountSpent")
    if spent is None:
        raise body.complaint("amountSpent", "is missing")
    count = body.number("numberOfOrders")
    if count is None:
        raise body.complaint("numberOfOrders", "is missing")
    currency = spent.text("currencyCode").upper()
    id_ = body.id("customerId")
    return _reading(
        id_,
        Purchases(
            customer_id=id_,
            orders_count=count,
            total_spent=spent.amount("amount", currency),
            currency=currency,
            occurred_at=body.time("occurredAt") or delivered.triggered_at or delivered.received_at,
        ),
    )


def read_tags_added(delivered: Delivered) -> Reading:
    """customer.tags_added."""
    return _tags(delivered, added=True)


def read_tags_removed(delivered: Delivered) -> Reading:
    """customer.tags_removed."""
    return _tags(delivered, added=False)


def read_consent(delivered: Delivered) -> Reading:
    """Consent topics: email names the customer `customer_id`, text messages name it `id`."""
    body = Body.of(delivered.topic, delivered.payload)
    id_ = body.id("customer_id") if body.tells("customer_id") else body.id()
    told = _consents(body, id_)
    if not told:
        return _reading(id_, Unclear(kind=CUSTOMER, id=id_, reason="The delivery does not tell the consent."))
    return _reading(id_, *told)


def customer(body: Body) -> CustomerFacts | None:
    """A customer, also as an order carries it; None where the body has nothing but ids."""
    if not any(body.tells(name) for name in _WHO):
        return None
    id_ = body.id()
    main = body.part("default_address")
    addresses = None  # an order's customer carries the main address only, which tells nothing of the others
    if body.tells("addresses"):
        addresses = body.parts("addresses") or ([main] if main is not None else [])
    return CustomerFacts(
        id=id_,
        email=body.text("email"),
        phone=body.text("phone"),
        first_name=body.text("first_name"),
        last_name=body.text("last_name"),
        note=body.text("note"),
        locale=body.text("locale"),
        tags=body.tags() if body.tells("tags") else None,
        consents=_consents(body, id_) or None,
        addresses=None if addresses is None else tuple(asdict(address(one)) for one in addresses),
        created_at=body.time("created_at"),
        updated_at=body.time("updated_at"),
    )


def address(body: Body | None) -> Address:
    """An address; codes of country and province where Shopify gives them, as WooCommerce has only codes."""
    if body is None:
        return Address()
    return Address(
        first_name=body.text("first_name"),
        last_name=body.text("last_name"),
        company=body.text("company"),
        address1=body.text("address1"),
        address2=body.text("address2"),
        postcode=body.text("zip"),
        city=body.text("city"),
        province=body.text("province_code") or body.text("province"),
        country=body.text("country_code") or body.text("country"),
        phone=body.text("phone"),
    )


def _consents(body: Body, customer_id: str) -> tuple[Consent, ...]:
    told = [(channel, body.part(name)) for name, channel in _CHANNELS.items()]
    return tuple(
        Consent(
            customer_id=customer_id,
            channel=channel,
            state=consent.text("state"),
            updated_at=consent.time("consent_updated_at") or consent.time("updated_at"),
        )
        for channel, consent in told
        if consent is not None
    )


def _tags(delivered: Delivered, *, added: bool) -> Reading:
    body = Body.of(delivered.topic, delivered.payload)
    id_ = body.id("customerId")
    occurred_at = body.time("occurredAt") or delivered.triggered_at or delivered.received_at
    return _reading(id_, TagsChanged(customer_id=id_, tags=body.tags(), added=added, occurred_at=occurred_at))


def _reading(id_: str, *changes: Change) -> Reading:
    return Reading(kind=CUSTOMER, object_id=id_, changes=changes)
