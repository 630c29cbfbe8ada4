"""Orders in the dashboard."""

from typing import Any

from tests.webapp.markup import words


class TestOrders:
    def test_orders_are_found_by_number_and_address(self, merchant: Any, shop: Any) -> None:
        shop.order("21", email="ada@example.org")
        shop.order("22", email="bob@example.org", customer_id="32")
        for asked in ("22", "%2322", "bob@"):
            text = merchant.get(f"/dashboard/orders?q={asked}").text
            assert ("bob@example.org" in text, "ada@example.org" in text) == (True, False)

    def test_order_shows_amounts(self, merchant: Any, shop: Any) -> None:
        shop.order()
        text = words(merchant.get("/dashboard/orders/21").text)
        assert "Total 44.98 EUR Refunded −10.00 EUR" in text
        assert "JD01" in text
