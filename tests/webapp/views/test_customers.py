"""Customers in the dashboard: the list, and each profile."""

from typing import Any

import pytest

from commerce.rules.customers import Consent
from tests.webapp import lists, stock
from tests.webapp.markup import assert_nothing_is_inline, words
from tests.webapp.stock import Stock

LIST = "/dashboard/customers"


@pytest.fixture
def three(shop: Stock) -> Stock:
    """An account in Germany that allows mail, one in Austria that does not, and a guest."""
    shop.customer("31", first_name="Ada", addresses=({"country": "DE"},))
    denied = Consent(customer_id="32", channel="email", state="unsubscribed", updated_at=stock.NOW)
    shop.customer("32", first_name="Bob", last_name="Zuse", addresses=({"country": "AT"},), consents=(denied,))
    shop.order("21", customer_id="", email="carl@example.org", total=9900)
    return shop


def found(merchant: Any, query: str) -> list[str]:
    """Who is listed, in this order."""
    text = words(merchant.get(f"{LIST}?{query}").text).partition("Last order Orders Spent")[2]
    places = {name: text.find(name) for name in ("Ada Byron ada31", "Bob", "carl@")}
    return [name.split()[0] for name, place in sorted(places.items(), key=lambda pair: pair[1]) if place >= 0]


def reads(statements: list[str]) -> int:
    """How often was asked; who looked is noted in the background meanwhile."""
    return sum(one.startswith(("SELECT", "WITH")) for one in statements)


class TestList:
    @pytest.mark.parametrize(
        ("query", "who"),
        [
            ("q=bob", ["Bob"]),
            ("q=carl@", ["carl@"]),
            ("q=32", ["Bob"]),
            ("account=yes&sort=name", ["Ada", "Bob"]),
            ("account=no", ["carl@"]),
            ("consent=email", ["Ada"]),
            ("country=AT", ["Bob"]),
            ("sort=spent&account=no", ["carl@"]),
            ("q=nobody", []),
        ],
    )
    def test_shows_who_fits(self, merchant: Any, three: Stock, query: str, who: list[str]) -> None:
        assert found(merchant, query) == who

    @pytest.mark.parametrize("sort", ["changed", "name", "spent", "orders", "last_order", "created"])
    def test_shows_everybody_once_page_by_page(self, merchant: Any, shop: Stock, sort: str) -> None:
        for number in range(60):
            shop.customer(str(number), first_name="" if number % 3 else f"N{number % 4}", last_name="", addresses=())
        for number in range(60, 75):
            shop.order(f"o{number}", customer_id="", email=f"{number}@example.org", total=100 * (number % 4))
        seen = lists.walk(merchant, LIST, r'class="main"><a href="/dashboard/customers/([^"/?]+)"', sort=sort)
        assert len(seen) == len(set(seen)) == 75

    def test_puts_those_without_an_order_last(self, merchant: Any, three: Stock) -> None:
        assert found(merchant, "sort=last_order")[0] == "carl@"
        assert len(found(merchant, "sort=last_order")) == 3

    @pytest.mark.parametrize("query", ["sort=colour", "cell=9-9", "account=maybe", "group=nice"])
    def test_names_what_is_wrong_in_its_address(self, merchant: Any, shop: Stock, query: str) -> None:
        answer = merchant.get(f"{LIST}?{query}")
        assert answer.status_code == 400
        assert query.partition("=")[0] in words(answer.text)

    def test_asks_the_database_as_often_for_many_as_for_few(self, merchant: Any, shop: Stock, statements: Any) -> None:
        shop.customer("31")
        merchant.get(LIST)
        with statements() as few:
            merchant.get(LIST)
        for key in range(40, 60):
            shop.customer(str(key))
        with statements() as many:
            merchant.get(LIST)
        assert reads(many) == reads(few)

    def test_of_another_shop_is_not_shown(self, merchant: Any, three: Stock, other: Stock) -> None:
        assert "No customers yet." in words(merchant.get(f"{LIST}?shop={other.key}").text)


class TestProfile:
    def test_tells_who_they_are_and_what_they_bought(self, merchant: Any, shop: Stock) -> None:
        shop.customer(phone="+49 30 1234567", phone_e164="+49301234567", locale="de")
        shop.order()
        shop.order("22", total=2000, refunded=0, refunds=(), currency="USD")
        html = merchant.get(f"{LIST}/31").text
        text = words(html)
        assert_nothing_is_inline(html)
        for told in ("34.98 EUR", "after 10.00 EUR of refunds", "1 order, 20.00 USD", "+49301234567", "Account 31"):
            assert told in text
        assert ("#21" in text, "Email Allowed" in text, "told by the shop" in text) == (True, True, True)

    def test_of_who_was_merged_leads_to_where_they_stand(self, merchant: Any, shop: Stock) -> None:
        shop.customer("31", email="ada@example.org")
        shop.order("21", customer_id="", email="ada@example.org")
        guest = shop.member("email:ada@example.org")
        answer = merchant.get(f"{LIST}/{guest}")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{LIST}/31")

    def test_of_another_shop_is_not_there(self, merchant: Any, three: Stock, other: Stock) -> None:
        assert merchant.get(f"{LIST}/31?shop={other.key}").status_code == 404
        assert merchant.get(f"{LIST}/31%00?shop={three.key}").status_code == 200

    def test_needs_no_more_queries_for_a_busy_customer(self, merchant: Any, shop: Stock, statements: Any) -> None:
        shop.customer()
        shop.order()
        merchant.get(f"{LIST}/31")
        with statements() as few:
            merchant.get(f"{LIST}/31")
        for key in range(40, 60):
            shop.order(str(key))
        with statements() as many:
            merchant.get(f"{LIST}/31")
        assert reads(many) == reads(few) <= 35

    def test_hides_points_of_a_shop_without_a_programme(self, merchant: Any, three: Stock) -> None:
        assert 'id="points"' not in merchant.get(f"{LIST}/31").text

    def test_goes_on_in_the_timeline(self, merchant: Any, shop: Stock) -> None:
        shop.customer()
        for key in range(100, 140):
            shop.order(str(key))
        first = merchant.get(f"{LIST}/31").text
        link = next(part for part in first.split('href="') if part.startswith(f"{LIST}/31?before="))
        second = merchant.get(link.partition('"')[0].replace("&amp;", "&"))
        assert second.status_code == 200
        assert "Newest" in second.text
        assert merchant.get(f"{LIST}/31?before=yesterday").status_code == 400
