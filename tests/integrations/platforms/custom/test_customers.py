"""Customers in our own JSON."""

from datetime import UTC, datetime
from typing import Any

import pytest

from commerce.rules.customers import Consent, CustomerFacts
from commerce.rules.events import UnableToRead
from tests.integrations.platforms.custom.conftest import Read

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)


def customer_of(reading: Any) -> CustomerFacts:
    (saved,) = reading.changes
    assert isinstance(saved.facts, CustomerFacts)
    return saved.facts


class TestACustomer:
    def test_is_told_whole(self, read: Read) -> None:
        customer = customer_of(read("customer.saved"))
        assert (customer.id, customer.email, customer.phone) == ("55", "ada@shopper.example", "+49301234567")
        assert (customer.first_name, customer.last_name, customer.locale) == ("Ada", "Example", "de")
        assert customer.tags == ("regular",)
        assert customer.consents == (
            Consent(customer_id="55", channel="email", state="subscribed", updated_at=AT),
            Consent(customer_id="55", channel="sms", state="unsubscribed", updated_at=AT),
        )
        (address,) = customer.addresses or ()
        assert (address["address1"], address["city"], address["province"]) == ("Hauptstr. 1", "Berlin", "")
        assert customer.updated_at == AT

    def test_says_nothing_of_what_it_leaves_out(self, read: Read) -> None:
        customer = customer_of(read("customer.saved", tags=None, consents=None, addresses=None))
        assert (customer.tags, customer.consents, customer.addresses) == (None, None, None)

    @pytest.mark.parametrize(
        ("changes", "complaint"),
        [
            ({"id": None}, "`data.id` is missing"),
            ({"email": {}}, "`data.email` is not text"),
            ({"consents": {"email": "yes"}}, "`data.consents.email` is none of subscribed"),
            ({"consents": True}, "`data.consents` is not an object"),
            ({"addresses": {}}, "`data.addresses` is not a list of objects"),
        ],
    )
    def test_that_is_written_wrongly_is_refused_by_field(self, read: Read, changes: Any, complaint: str) -> None:
        with pytest.raises(UnableToRead) as refused:
            read("customer.saved", **changes)
        assert complaint in str(refused.value)
