"""Customers from WooCommerce's REST shape (wc/v3)."""

from commerce.rules.customers import CustomerFacts
from commerce.rules.events import CUSTOMER, Reading, Saved, Unclear, ignored
from integrations.platforms.body import Body
from integrations.protocols import Delivered

_ADDRESS = {
    "address_1": "address1",
    "address_2": "address2",
    "state": "province",
    **{name: name for name in ("first_name", "last_name", "company", "postcode", "city", "country", "phone")},
}


def read_customer(body: Body, _delivered: Delivered) -> Reading:
    """A customer. Every new WordPress user comes under this topic: editors and shop managers are none."""
    customer_id = body.id()
    if not body.tells("email"):
        reason = "The delivery carries the customer's number and nothing else."
        unclear = Unclear(kind=CUSTOMER, id=customer_id, reason=reason)
        return Reading(kind=CUSTOMER, object_id=customer_id, changes=(unclear,))
    role = body.text("role")
    if role not in ("customer", ""):
        return ignored(f"A WordPress user with the role {role}, not a customer.", kind=CUSTOMER, object_id=customer_id)
    billing, shipping = body.part("billing"), body.part("shipping")
    customer = CustomerFacts(
        id=customer_id,
        email=body.text("email"),
        phone=billing.text("phone") if billing else "",
        first_name=body.text("first_name"),
        last_name=body.text("last_name"),
        addresses=tuple(
            {"type": name} | {ours: told.text(theirs) for theirs, ours in _ADDRESS.items()}
            for name, told in (("billing", billing), ("shipping", shipping))
            if told is not None and told.text("address_1")
        ),
        created_at=body.time("date_created_gmt"),
        updated_at=body.time("date_modified_gmt"),
    )
    return Reading(kind=CUSTOMER, object_id=customer_id, changes=(Saved(kind=CUSTOMER, facts=customer),))
