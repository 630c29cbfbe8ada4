"""What happens to customers, and which webhooks follow."""

from datetime import datetime
from typing import Any

from tests.peers.shopify import payloads
from tests.peers.shopify.model_sales import Address, Consent, Customer
from tests.peers.shopify.state import State


class People(State):
    """A shop whose customers can be changed."""

    def add_customer(
        self, first_name: str, last_name: str, *, email: str | None, phone: str | None = None, **given: Any
    ) -> Customer:
        """A customer with one address; `given` are fields of Customer."""
        moment: datetime = given.pop("at", None) or self.touch()
        customer = Customer(
            id=next(self.ids),
            first_name=first_name,
            last_name=last_name,
            email=email,
            phone=phone,
            created_at=moment,
            updated_at=moment,
            **given,
        )
        customer.addresses.append(
            Address(
                id=next(self.ids),
                first_name=first_name,
                last_name=last_name,
                address1=f"Lindenweg {customer.id % 97 + 1}",
                city="Jena",
                zip="07743",
                country="Germany",
                country_code="DE",
                phone=phone,
            )
        )
        self.customers[customer.id] = customer
        return customer

    def create_customer(self, first_name: str, last_name: str, *, email: str | None, **given: Any) -> Customer:
        with self.lock:
            customer = self.add_customer(first_name, last_name, email=email, **given)
            self.tell([("customers/create", payloads.customer(self, customer))])
        return customer

    def edit_customer(self, customer: Customer, **changes: Any) -> None:
        """Change fields of Customer; a change of tags is told in topics of its own."""
        with self.lock:
            before = set(customer.tags)
            for name, value in changes.items():
                setattr(customer, name, value)
            self.touch(customer)
            after = set(customer.tags)
            messages = [("customers/update", payloads.customer(self, customer))]
            for topic, tags in (("customer.tags_added", after - before), ("customer.tags_removed", before - after)):
                if tags:
                    occurred = f"{self.clock():%Y-%m-%dT%H:%M:%S}.000Z"
                    payload = {"customerId": customer.gid, "tags": sorted(tags), "occurredAt": occurred}
                    messages.append((topic, payload))
            self.tell(messages)

    def change_consent(self, customer: Customer, *, channel: str, state: str) -> None:
        """`channel` is "email", "sms" or "whatsapp", `state` for example "SUBSCRIBED" or "UNSUBSCRIBED"."""
        with self.lock:
            consent = Consent(state=state, updated_at=self.touch(customer))
            setattr(customer, f"{channel}_consent", consent)
            at = payloads.local(self, consent.updated_at)
            told = {"state": state.lower(), "opt_in_level": consent.opt_in_level.lower()}
            dated = {**told, "consent_updated_at": at}
            topic, payload = {
                "email": (
                    "customers_email_marketing_consent/update",
                    {"customer_id": customer.id, "email_address": customer.email, "email_marketing_consent": dated},
                ),
                "sms": (
                    "customers_marketing_consent/update",
                    {
                        "id": customer.id,
                        "phone": customer.phone,
                        "sms_marketing_consent": {**dated, "consent_collected_from": "shopify"},
                    },
                ),
                "whatsapp": (
                    "customers_whats_app_marketing_consent/update",
                    {
                        "customer_id": customer.id,
                        "phone_number": customer.phone,
                        "whats_app_marketing_consent": {**told, "updated_at": at, "collected_from": "shopify"},
                    },
                ),
            }[channel]
            self.tell([(topic, payload), ("customers/update", payloads.customer(self, customer))])

    def delete_customer(self, customer: Customer) -> None:
        """Shopify only deletes customers without orders; those with orders are redacted."""
        with self.lock:
            if customer.orders:
                raise ValueError("A customer with orders cannot be deleted.")
            del self.customers[customer.id]
            self.touch()
            payload = {"id": customer.id, "tax_exemptions": [], "admin_graphql_api_id": customer.gid}
            self.tell([("customers/delete", payload)])

    def ask_for_copy(self, customer: Customer) -> None:
        """A customer asks what is kept: customers/data_request."""
        payload = _privacy(self, customer, "orders_requested")
        self.tell([("customers/data_request", {**payload, "data_request": {"id": next(self.ids)}})])

    def redact_customer(self, customer: Customer) -> None:
        """A customer asks to be forgotten: customers/redact."""
        self.tell([("customers/redact", _privacy(self, customer, "orders_to_redact"))])

    def redact_shop(self) -> None:
        """48 hours after an uninstall: shop/redact."""
        self.tell([("shop/redact", {"shop_id": self.id, "shop_domain": self.domain})])

    def say_goodbye(self) -> None:
        """The app was removed: app/uninstalled, with the shop as it is."""
        self.tell([("app/uninstalled", payloads.shop_itself(self))])

    def edit_shop(self, **changes: Any) -> None:
        """Change the shop's own settings: `name`, `email`, `timezone`."""
        with self.lock:
            for name, value in changes.items():
                setattr(self, name, value)
            self.updated_at = self.touch()
            self.tell([("shop/update", payloads.shop_itself(self))])


def _privacy(shop: State, source: Customer, orders_key: str) -> dict[str, Any]:
    """customers/data_request and customers/redact, which differ in the name for the orders."""
    return {
        "shop_id": shop.id,
        "shop_domain": shop.domain,
        "customer": {"id": source.id, "email": source.email, "phone": source.phone},
        orders_key: [each.id for each in source.orders],
    }
