"""Figures of orders in the dashboard and by the API."""

from datetime import timedelta
from typing import Any

import pytest

from commerce.mirror import counting
from commerce.tables import orders, shops
from tests.webapp.markup import words
from tests.webapp.stock import NOW
from webapp.stock.sales import change


@pytest.fixture
def sold(here: Any, shop: Any) -> Any:
    shop.product()
    shop.order("21")
    shop.order("22", placed_at=NOW - timedelta(days=30), total=2000)
    shop.order("23", currency="JPY", total=700, refunded=0)
    with here.database.write() as db:
        found = shops.by_id(db, here.vault, shop.id)
        assert found is not None
        counting.count(db, found, orders.by_ids(db, shop_id=shop.id, ids=["21", "22", "23"]), now=NOW)
    return shop


class TestAChange:
    @pytest.mark.parametrize(
        ("now", "before", "words"),
        [
            (150, 100, "50 % more than before"),
            (50, 100, "50 % less than before"),
            (100, -100, "200 % more than before"),
            (-200, -100, "100 % less than before"),
            (100, 100, "as before"),
            (1, 0, "none before"),
            (0, 0, "none before either"),
        ],
    )
    def test_in_words(self, now: int, before: int, words: str) -> None:
        assert change(now, before) == words


class TestThePage:
    def test_shows_the_days_beside_those_before(self, merchant: Any, sold: Any) -> None:
        text = words(merchant.get("/dashboard/figures").text)
        assert "Net sales 34.98 EUR 250 % more than before" in text
        assert "Kestrel Tent 11 1 2" in text

    def test_shows_another_currency(self, merchant: Any, sold: Any) -> None:
        assert "700 JPY" in words(merchant.get("/dashboard/figures?currency=JPY").text)

    @pytest.mark.parametrize("query", ["since=yesterday", "since=2026-05-02&until=2026-05-01", "since=2001-01-01"])
    def test_says_which_days_cannot_be(self, merchant: Any, sold: Any, query: str) -> None:
        assert 'role="alert"' in merchant.get(f"/dashboard/figures?{query}").text

    def test_is_there_without_any_order(self, merchant: Any, shop: Any) -> None:
        assert "Nothing in these days." in merchant.get("/dashboard/figures").text

    def test_gives_the_days_for_a_spreadsheet(self, merchant: Any, sold: Any) -> None:
        answer = merchant.get("/dashboard/figures/days.csv?currency=EUR")
        header, line = answer.text.splitlines()
        assert header.removeprefix("\ufeff").startswith("day,currency,orders,units")
        assert line.split(",")[1:4] == ["EUR", "1", "2"]


class TestTheApi:
    def test_gives_figures_and_shares(self, api: Any, sold: Any) -> None:
        told = api.get("/api/v1/figures?by=product&currency=EUR").json
        assert (told["currency"], told["currencies"]) == ("EUR", ["EUR", "JPY"])
        assert told["total"]["net"] == {"amount": 3498, "currency": "EUR"}
        assert told["before"]["net"] == {"amount": 1000, "currency": "EUR"}
        assert [row["orders"] for row in told["days"]] == [1]
        assert [(row["key"], row["units"]) for row in told["shares"]] == [("11", 2)]

    @pytest.mark.parametrize("query", ["since=x", "by=month", "since=2026-05-02&until=2026-05-01"])
    def test_refuses_what_cannot_be(self, api: Any, sold: Any, query: str) -> None:
        assert api.get(f"/api/v1/figures?{query}").status_code == 400
