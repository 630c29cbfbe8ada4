"""Customers in the shape of wc/v3, and WordPress users who are none."""

import pytest

from commerce.rules.customers import CustomerFacts
from commerce.rules.events import Saved
from tests.integrations.platforms.woocommerce.conftest import Read


class TestACustomer:
    def test_is_told_whole(self, read: Read) -> None:
        (saved,) = read("customer.updated", "customer_updated__customer").changes
        assert isinstance(saved, Saved)
        facts = saved.facts
        assert isinstance(facts, CustomerFacts)
        assert (facts.id, facts.email, facts.first_name, facts.last_name) == (
            "77",
            "ada@shopper.example",
            "Ada",
            "Berényi",
        )
        (address,) = facts.addresses or ()
        assert (address["type"], address["address1"], address["country"]) == ("billing", "Hauptstr. 1", "AT")
        assert facts.tags is None

    @pytest.mark.parametrize("role", ["subscriber", "editor", "shop_manager", "administrator"])
    def test_is_no_other_user(self, read: Read, role: str) -> None:
        reading = read("customer.created", "customer_updated__customer", role=role)
        assert reading.changes == ()
        assert role in reading.note
