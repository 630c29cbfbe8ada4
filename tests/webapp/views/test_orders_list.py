"""The list of orders: filters, sorts, pages that go on where the last one ended, and the same as a file."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.webapp import lists, stock

ORDERS = "/dashboard/orders"


def shown(client: Any, **query: str) -> list[str]:
    html = client.get(ORDERS, query_string=query).text
    return re.findall(r'href="/dashboard/orders/([^"/?]+)(?:\?[^"]*)?">#', html)


def walk(client: Any, **query: str) -> list[str]:
    """All pages, one after the other."""
    return lists.walk(client, ORDERS, r'href="/dashboard/orders/([^"/?]+)(?:\?[^"]*)?">#', **query)


@pytest.fixture
def many(shop: Any) -> list[str]:
    """Orders with equal times and totals among them, and some whose time is not known; newest first."""
    for number in range(120):
        placed = None if number % 40 == 0 else stock.NOW - timedelta(hours=number // 3)
        shop.order(f"k{number:03}", number=f"#{number}", total=1000 * (number % 7), placed_at=placed)
    return [f"k{number:03}" for number in range(120)]


class TestPages:
    @pytest.mark.parametrize("sort", ["newest", "oldest", "most", "least"])
    def test_show_every_order_once(self, merchant: Any, many: list[str], sort: str) -> None:
        found = walk(merchant, sort=sort)
        assert sorted(found) == sorted(many)

    def test_are_in_order(self, merchant: Any, many: list[str]) -> None:
        unknown = {f"k{number:03}" for number in range(0, 120, 40)}
        hours = [int(key[1:]) // 3 for key in walk(merchant) if key not in unknown]
        assert hours == sorted(hours)
        assert set(walk(merchant)[-3:]) == set(walk(merchant, sort="oldest")[-3:]) == unknown
        totals = [int(key[1:]) % 7 for key in walk(merchant, sort="most")]
        assert totals == sorted(totals, reverse=True)

    def test_go_on_though_orders_come_in_meanwhile(self, merchant: Any, shop: Any, many: list[str]) -> None:
        first = merchant.get(ORDERS).text
        for number in range(60):
            shop.order(f"new{number}", number=f"#n{number}")
        path = re.search(r'href="([^"]+)" rel="next"', first)
        assert path is not None
        second = merchant.get(path[1].replace("&amp;", "&")).text
        found = re.findall(r'href="/dashboard/orders/(k[0-9]+)', first + second)
        assert len(found) == len(set(found)) == 100

    def test_of_another_list_are_not_gone_on_from(self, merchant: Any, many: list[str]) -> None:
        path = re.search(r'href="([^"]+)" rel="next"', merchant.get(ORDERS).text)
        assert path is not None
        assert merchant.get(path[1].replace("&amp;", "&") + "&sort=most").status_code == 404
        assert merchant.get(f"{ORDERS}?cursor=nonsense").status_code == 404

    def test_go_on_from_an_address_with_what_shopify_adds_to_it(self, merchant: Any, many: list[str]) -> None:
        assert len(walk(merchant, timestamp="1", session="2", locale="en", sort="oldest")) == len(many)

    def test_cost_the_same_however_far_back(self, merchant: Any, many: list[str], statements: Any) -> None:
        counts, path = [], ORDERS
        for _ in range(2):
            with statements() as seen:
                html = merchant.get(path).text
            counts.append(len(seen))
            following = re.search(r'href="([^"]+)" rel="next"', html)
            assert following is not None
            path = following[1].replace("&amp;", "&")
        assert counts[0] == counts[1] <= 14


class TestFilters:
    def test_narrow_the_list(self, merchant: Any, shop: Any) -> None:
        shop.order("1", number="#1", status="open", financial_status="paid", fulfillment_status="")
        shop.order("2", number="#2", status="cancelled", financial_status="refunded", fulfillment_status="unfulfilled")
        shop.order("3", number="#3", status="completed", financial_status="paid", fulfillment_status="fulfilled")
        assert shown(merchant, status="cancelled") == ["2"]
        assert set(shown(merchant, payment="paid")) == {"1", "3"}
        assert set(shown(merchant, fulfillment="unfulfilled")) == {"1", "2"}
        assert shown(merchant, payment="paid", status="open") == ["1"]
        assert "No order fits" in merchant.get(f"{ORDERS}?payment=voided").text

    def test_by_days_are_of_the_shops_zone_and_include_the_last(self, merchant: Any, shop: Any) -> None:
        for day in (1, 2, 3):
            shop.order(str(day), number=f"#{day}", placed_at=datetime(2026, 5, day, 23, 30, tzinfo=UTC))
        assert set(shown(merchant, since="2026-05-02", until="2026-05-03")) == {"2", "3"}
        assert merchant.get(f"{ORDERS}?since=tomorrow").status_code == 400

    @pytest.mark.parametrize("query", ["sort=best", "status=%00", "payment=x"])
    def test_that_make_no_sense_are_said_to(self, merchant: Any, shop: Any, query: str) -> None:
        assert merchant.get(f"{ORDERS}?{query}").status_code == 400

    @pytest.mark.parametrize("text", ["#77", "77", "the-id"])
    def test_find_by_number_and_id(self, merchant: Any, shop: Any, text: str) -> None:
        shop.order("the-id", number="#77")
        shop.order("other", number="#78")
        assert shown(merchant, q=text) == ["the-id"]

    @pytest.mark.parametrize("text", ["--", "'; drop table orders", "%", "#"])
    def test_bear_any_words(self, merchant: Any, shop: Any, text: str) -> None:
        shop.order("1", number="#1")
        assert merchant.get(ORDERS, query_string={"q": text}).status_code == 200


class TestTheFile:
    def test_has_all_that_fit(self, merchant: Any, many: list[str]) -> None:
        lines = lists.rows_of(merchant.get(f"{ORDERS}/orders.csv"))
        assert [line["id"] for line in lines] == many
        assert lines[1]["total"] == "10.00"

    def test_is_narrowed_as_the_list_is(self, merchant: Any, shop: Any) -> None:
        shop.order("1", status="open", email="=cmd()")
        shop.order("2", status="cancelled")
        lines = lists.rows_of(merchant.get(f"{ORDERS}/orders.csv?status=open"))
        assert [(line["id"], line["email"]) for line in lines] == [("1", "'=cmd()")]
