"""Customers in the dashboard."""

from typing import Any

from tests.webapp.markup import words


class TestCustomers:
    def test_customers_are_found_by_name(self, merchant: Any, shop: Any) -> None:
        shop.customer("31", first_name="Ada")
        shop.customer("32", first_name="Bob")
        text = merchant.get("/dashboard/customers?q=bob").text
        assert ("Bob" in text, "Ada" in text) == (True, False)

    def test_customer_shows_orders_and_consents(self, merchant: Any, shop: Any) -> None:
        shop.order()
        shop.customer()
        text = words(merchant.get("/dashboard/customers/31").text)
        assert "Subscribed" in text
        assert "#21" in text
