"""Phone numbers as they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.customers import CustomerFacts
from commerce.rules.events import Deleted, Reading, Saved
from commerce.rules.orders import Address, OrderFacts
from integrations.platforms.phones import e164, numbered


class TestE164:
    @pytest.mark.parametrize(
        ("told", "country", "compared"),
        [
            ("030 1234567", "DE", "+49301234567"),
            ("0049 (30) 123-4567", "DE", "+49301234567"),
            ("+49 30 1234567", "", "+49301234567"),
            ("+49 30 1234567", "US", "+49301234567"),
            ("(555) 010-9999", "us", "+15550109999"),
            ("030 1234567", "", ""),
            ("12", "DE", ""),
            ("none", "DE", ""),
            ("0" * 60, "DE", ""),
            ("030 1234567", "Germany", ""),
        ],
    )
    def test_takes_the_country_where_the_number_lacks_it(self, told: str, country: str, compared: str) -> None:
        assert e164(told, country) == compared

    @given(st.text(max_size=50), st.text(max_size=4))
    def test_never_raises_and_gives_a_number_or_nothing(self, told: str, country: str) -> None:
        found = e164(told, country)
        assert found == "" or (found.startswith("+") and found[1:].isdigit())


class TestNumbered:
    def test_an_orders_phone_is_the_buyers_or_an_addresss(self) -> None:
        facts = OrderFacts(
            id="1", number="1", currency="EUR", billing=Address(country="AT", phone="01 5321111"), email="a@b.example"
        )
        gone = Deleted(kind="order", id="2")
        reading = numbered(Reading(changes=(Saved(kind="order", facts=facts), gone)))
        assert reading.changes[0].facts.phone_e164 == "+4315321111"  # type: ignore[union-attr]
        assert reading.changes[1] is gone

    def test_a_customers_country_is_that_of_an_address(self) -> None:
        facts = CustomerFacts(id="1", phone="030 1234567", addresses=({"city": "Berlin"}, {"country": "DE"}))
        reading = numbered(Reading(changes=(Saved(kind="customer", facts=facts),)))
        assert reading.changes[0].facts.phone_e164 == "+49301234567"  # type: ignore[union-attr]
