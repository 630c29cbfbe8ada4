"""Every page of the dashboard: for whom, with data, without, and with data that means harm."""

import re
from dataclasses import replace
from typing import Any

import pytest

from commerce.rules.customers import CustomerFacts
from commerce.rules.orders import Address, OrderLine
from commerce.rules.products import Image
from commerce.tables import customers, inbox
from jobs.queues import Queues, connect
from tests.webapp.markup import assert_nothing_is_inline, words
from webapp.app import create_app

PAGES = (
    "/dashboard/",
    "/dashboard/load",
    "/dashboard/privacy",
    "/dashboard/events",
    "/dashboard/events/rejected",
    "/dashboard/events/replay",
    "/dashboard/products",
    "/dashboard/products?q=kestrel",
    "/dashboard/search",
    "/dashboard/search/settings",
    "/dashboard/search/words",
    "/dashboard/search/rules",
    "/dashboard/search/rules/new",
    "/dashboard/search/test",
    "/dashboard/search/test?q=kestrel",
    "/dashboard/orders",
    "/dashboard/customers",
    "/dashboard/connection",
)
DETAILS = (
    "/dashboard/events/1",
    "/dashboard/events/2",
    "/dashboard/products/11",
    "/dashboard/orders/21",
    "/dashboard/customers/31",
)
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>' + "W" * 300


class TestEveryPage:
    @pytest.mark.parametrize("page", PAGES)
    def test_is_shown_while_the_shop_is_empty(self, merchant: Any, shop: Any, page: str) -> None:
        answer = merchant.get(page)
        assert answer.status_code == 200
        assert_nothing_is_inline(answer.text)

    @pytest.mark.parametrize("page", [*PAGES, *DETAILS])
    def test_is_shown_with_data(self, merchant: Any, shop: Any, page: str) -> None:
        shop.everything()
        answer = merchant.get(page)
        assert answer.status_code == 200
        assert_nothing_is_inline(answer.text)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "None" not in re.sub(r"<[^>]*>", " ", answer.text)

    @pytest.mark.parametrize("page", [*PAGES, *DETAILS])
    def test_is_safe_with_hostile_data(self, merchant: Any, shop: Any, page: str) -> None:
        _poison(shop)
        answer = merchant.get(page)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert_nothing_is_inline(answer.text)

    @pytest.mark.parametrize("page", [*PAGES[1:], *DETAILS])
    def test_leads_home_while_there_is_no_shop(self, merchant: Any, page: str) -> None:
        assert merchant.get(page).headers["Location"] == "/dashboard/"

    def test_tells_how_to_connect_a_shop(self, merchant: Any) -> None:
        assert "shops add-shopify" in merchant.get("/dashboard/").text

    def test_is_only_for_who_signed_in(self, app: Any, stranger: Any, shop: Any) -> None:
        shop.everything()
        for rule in app.url_map.iter_rules():
            if rule.rule.startswith("/dashboard") and "GET" in (rule.methods or ()):
                answer = stranger.get(rule.rule.replace("<key>", "1"))
                assert answer.status_code == 302, rule.rule
                assert answer.headers["Location"].startswith("/sign-in"), rule.rule

    @pytest.mark.parametrize("page", DETAILS)
    def test_shows_nothing_of_another_shop(self, merchant: Any, shop: Any, other: Any, page: str) -> None:
        shop.everything()
        assert merchant.get(f"{page}?shop={other.key}").status_code == 404
        assert merchant.get(f"{page}?shop={shop.key}").status_code == 200

    @pytest.mark.parametrize("noun", ["products", "orders", "customers", "events"])
    def test_what_does_not_exist_is_404(self, merchant: Any, shop: Any, noun: str) -> None:
        for key in ("9", "x", "%00", str(2**64)):
            assert merchant.get(f"/dashboard/{noun}/{key}").status_code == 404

    @pytest.mark.parametrize("query", ["page=0", "page=x", "q=%00"])
    def test_bad_input_is_400(self, merchant: Any, shop: Any, query: str) -> None:
        for noun in ("products", "parcels") if "page" in query else ("products", "orders", "customers"):
            assert merchant.get(f"/dashboard/{noun}?{query}").status_code == 400

    @pytest.mark.parametrize("page", ["products", "orders", "customers", "events", "products?q=kestrel"])
    def test_queries_do_not_grow_with_the_list(self, merchant: Any, shop: Any, statements: Any, page: str) -> None:
        counts = []
        for more in (range(50, 52), range(60, 75)):
            for number in more:
                shop.product(str(number))
                shop.order(str(number))
                shop.customer(str(number))
                shop.delivery(outcome={"object_id": str(number)})
            shop.index()
            with statements() as seen:
                merchant.get(f"/dashboard/{page}")
            counts.append(len(seen))
        assert counts[0] == counts[1] <= 14


class TestChoosingAShop:
    def test_is_offered_where_there_are_several(self, merchant: Any, shop: Any, other: Any) -> None:
        html = merchant.get(f"/dashboard/?shop={other.key}").text
        assert f'<option value="{other.key}" selected>' in html
        assert f"/dashboard/products?shop={other.key}" in html

    def test_is_remembered(self, merchant: Any, shop: Any, other: Any) -> None:
        other.product("77")
        merchant.get(f"/dashboard/?shop={other.key}")
        assert merchant.get("/dashboard/products/77").status_code == 200

    def test_is_not_offered_for_one(self, merchant: Any, shop: Any) -> None:
        assert "chooser" not in merchant.get("/dashboard/").text


class TestHome:
    def test_shows_the_figures_of_the_tables(self, merchant: Any, shop: Any) -> None:
        shop.everything()
        text = words(merchant.get("/dashboard/").text).replace("\u00a0", " ")
        assert "Deliveries 7 2 in the last minute · half done within 100 ms, 99 of 100 within 500 ms" in text
        assert "Kept here: 1 product , 1 order , 1 customer" in text

    def test_says_that_the_queue_is_gone(self, merchant: Any, shop: Any) -> None:
        assert "Queue unreachable" in merchant.get("/dashboard/").text

    def test_says_that_no_worker_is_there(self, here: Any, shop: Any, link: str, redis_url: str) -> None:
        queues = Queues(connect(redis_url, timeout=1))
        client = create_app(here.settings, replace(here, queues=queues)).test_client()
        client.post(link)
        assert "No worker is running" in client.get("/dashboard/").text
        queues.redis.close()

    def test_lists_what_went_wrong(self, merchant: Any, shop: Any) -> None:
        shop.everything()
        text = words(merchant.get("/dashboard/").text)
        assert "1 failed delivery could not be applied." in text
        assert "Look at 1 failed" in text
        assert "title is missing" in text
        assert "The engine refused it." in text
        assert "3 ×, wrong signature" in text
        assert "1 object waits to be read again" in text

    def test_tells_an_empty_shop_where_to_send_deliveries(self, merchant: Any, shop: Any) -> None:
        assert "/webhooks/shopify" in merchant.get("/dashboard/").text

    def test_the_bare_address_leads_here(self, stranger: Any) -> None:
        assert stranger.get("/").headers["Location"] == "/dashboard/"


def _poison(shop: Any) -> None:
    """Everything that a shop's customers can write, written by the worst of them."""
    person = Address(first_name=EVIL, last_name=EVIL, address1=EVIL, city=EVIL)
    shop.product(
        title=f"Kestrel {EVIL}",
        brand=EVIL,
        description=EVIL,
        url="javascript:alert(1)",
        images=(Image(url="javascript:alert(1)", alt=EVIL),),
        tags=(EVIL,),
        attributes=((EVIL, (EVIL,)),),
        platform_status=EVIL,
    )
    line = OrderLine(id="1", product_id="11", title=EVIL, sku=EVIL, quantity=1)
    facts = shop.order(number=EVIL, email=EVIL, note=EVIL, lines=(line,), billing=person, delivery=person, tags=(EVIL,))
    parcel = replace(facts.shipments[0], tracking_url="javascript:alert(1)", carrier=EVIL, tracking_number=EVIL)
    shop.order(**{name: getattr(facts, name) for name in ("number", "email", "lines")}, shipments=(parcel,))
    hostile = CustomerFacts(id="31", email=EVIL, first_name=EVIL, note=EVIL, tags=(EVIL,), addresses=({"city": EVIL},))
    with shop.here.database.write() as db:
        customers.save(db, shop_id=shop.id, facts=[hostile], now=facts.updated_at)
    body = b'{"title": "</pre><script>alert(1)</script>"}'
    told = {"state": inbox.FAILED, "error": EVIL, "traceback": EVIL, "note": EVIL}
    shop.delivery(body, topic=EVIL, headers={"x-shopify-topic": EVIL}, outcome=told)
    shop.delivery(b"\xff<script>alert(1)</script>", topic=EVIL)
    shop.effect(inbox_id=1, reason=EVIL)
    shop.index()
