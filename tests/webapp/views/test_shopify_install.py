"""The standalone install: from the shop's domain to the dashboard, and everything that must not get there."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from commerce.settings import Settings
from commerce.tables import connections, installs, shops, syncs
from integrations.platforms.shopify.scopes import SCOPES
from tests.conftest import Backroom
from tests.shops import Shop
from tests.webapp.markup import assert_nothing_is_inline
from tests.webapp.views.conftest import ONE, SECRET, TWO, Shopify, shopify_on


def assert_nothing_happened(shopify: Shopify, browser: Any, answer: Any, *domains: str) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text
    assert_nothing_is_inline(answer.text)
    for domain in domains or (ONE, TWO):
        assert shopify.stored(domain) == (None, None, [])
    assert browser.get("/dashboard/").headers["Location"].startswith("/sign-in")


class TestInstall:
    def test_leads_to_the_shops_own_page(self, shopify: Shopify) -> None:
        address = urlsplit(shopify.permission(shopify.browser()))
        query = parse_qs(address.query)
        assert f"{address.scheme}://{address.netloc}" == shopify.peer.url
        assert address.path == f"/{ONE}/admin/oauth/authorize"
        assert query["redirect_uri"] == ["http://127.0.0.1:9/shopify/callback"]
        assert query["scope"] == [",".join(SCOPES)]
        assert len(query["state"][0]) > 30

    def test_leads_to_shopify_itself_without_a_stand_in(self, settings: Settings) -> None:
        with shopify_on(settings, shopify_api_origin="") as shopify:
            address = shopify.permission(shopify.browser())
        assert address.startswith(f"https://{ONE}/admin/oauth/authorize?client_id=")

    @pytest.mark.parametrize(
        "typed", ["one", "ONE.myshopify.com ", f"https://{ONE}/admin", "admin.shopify.com/store/one"]
    )
    def test_takes_the_domain_as_people_write_it(self, shopify: Shopify, typed: str) -> None:
        assert f"/{ONE}/admin/oauth" in shopify.permission(shopify.browser(), typed)

    @pytest.mark.parametrize(
        "domain",
        [
            "",
            "shop.example",
            "one.myshopify.com.evil.example",
            "evil.example/one.myshopify.com",
            "evil.example#.myshopify.com",
            "a@b.myshopify.com",
            "-one.myshopify.com",
            "one.myshopify.com\n.evil.example",
        ],
    )
    def test_refuses_what_is_no_shops_domain(self, shopify: Shopify, domain: str) -> None:
        answer = shopify.browser().get("/shopify/install", query_string={"shop": domain})
        assert answer.status_code == 400
        assert "example.myshopify.com" in answer.text

    def test_takes_shopifys_signed_link_only_as_it_was_signed(self, shopify: Shopify) -> None:
        now = str(int(datetime.now(UTC).timestamp()))
        good = shopify.signed({"shop": ONE, "timestamp": now, "host": "x"})
        browser = shopify.browser()
        assert browser.get("/shopify/install", query_string=good).status_code == 302
        assert browser.get("/shopify/install", query_string={**good, "shop": TWO}).status_code == 400
        assert browser.get("/shopify/install", query_string={**good, "hmac": ""}).status_code == 400

    def test_says_what_to_set_without_an_app(self, backroom: Backroom) -> None:
        for path in ("install", "callback", "", "bounce"):
            answer = backroom.client.get(f"/shopify/{path}?shop={ONE}")
            assert answer.status_code == 503
            assert "SHOPIFY_API_KEY" in answer.text

    def test_is_limited(self, shopify: Shopify) -> None:
        statuses = [
            shopify.browser().get("/shopify/install", query_string={"shop": ONE}).status_code for _ in range(22)
        ]
        assert statuses == [302] * 20 + [429] * 2

    def test_is_not_limited_by_what_strangers_try_at_the_same_shop(self, shopify: Shopify) -> None:
        for number in range(30):
            stranger = {"REMOTE_ADDR": f"192.0.2.{number}"}
            shopify.browser().get("/shopify/install", query_string={"shop": ONE}, environ_base=stranger)
        assert shopify.browser().get("/shopify/install", query_string={"shop": ONE}).status_code == 302

    def test_is_not_limited_for_benchmarks(self, settings: Settings) -> None:
        with shopify_on(settings, rate_limits=False) as shopify:
            browser = shopify.browser()
            assert {browser.get(f"/shopify/install?shop={ONE}").status_code for _ in range(22)} == {302}


class TestCallback:
    def test_connects_the_shop_and_signs_in(self, shopify: Shopify) -> None:
        browser = shopify.browser()
        answer = shopify.install(browser)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard/")
        shop, known, runs = shopify.stored()
        assert (shop.state, known.state) == (shops.ACTIVE, connections.CONNECTED)
        assert known.credentials.secrets["refresh_token"]
        assert [(run.kind, run.state) for run in runs] == [(syncs.IMPORT, syncs.RUNNING)]
        assert ONE in browser.get("/dashboard/").text

    def test_wakes_the_import(self, shopify: Shopify) -> None:
        shopify.install(shopify.browser())
        assert shopify.backroom.parts.queues.depths()["outside"] == 1

    def test_lets_the_merchant_see_only_that_shop(self, shopify: Shopify) -> None:
        shopify.install(shopify.browser(), TWO)
        browser = shopify.browser()
        shopify.install(browser)
        other, _, _ = shopify.stored(TWO)
        assert TWO not in browser.get("/dashboard/").text
        assert browser.get(f"/dashboard/?shop={other.key}").status_code == 404
        assert TWO not in browser.get(f"/dashboard/?shop={other.key}").text

    def test_accepts_the_secret_before_the_last_rotation(self, settings: Settings) -> None:
        with shopify_on(settings, shopify_api_secret_previous="the secret before it") as shopify:
            browser = shopify.browser()
            query = shopify.signed(shopify.agreed(browser), "the secret before it")
            assert shopify.back(browser, query).headers["Location"] == "/dashboard/"

    def test_refuses_a_wrong_hmac(self, shopify: Shopify) -> None:
        browser = shopify.browser()
        query = shopify.agreed(browser)
        for forged in (shopify.signed(query, "guessed"), {**query, "hmac": ""}, {**query, "code": "another"}):
            assert_nothing_happened(shopify, browser, shopify.back(browser, forged))
        without = {name: value for name, value in query.items() if name != "hmac"}
        assert_nothing_happened(shopify, browser, shopify.back(browser, without))

    def test_refuses_a_state_that_nobody_made(self, shopify: Shopify) -> None:
        browser = shopify.browser()
        query = shopify.agreed(browser)
        for state in ("made-up", ""):
            answer = shopify.back(browser, shopify.signed({**query, "state": state}))
            assert_nothing_happened(shopify, browser, answer)

    def test_refuses_the_state_of_another_browser(self, shopify: Shopify) -> None:
        query = shopify.agreed(shopify.browser())
        victim = shopify.browser()
        assert_nothing_happened(shopify, victim, shopify.back(victim, query))
        shopify.permission(victim)
        assert_nothing_happened(shopify, victim, shopify.back(victim, query))

    def test_refuses_the_state_of_another_shop(self, shopify: Shopify) -> None:
        browser = shopify.browser()
        one, two = shopify.agreed(browser, ONE), shopify.agreed(browser, TWO)
        swapped = shopify.signed({**one, "state": two["state"]})
        assert_nothing_happened(shopify, browser, shopify.back(browser, swapped))

    @pytest.mark.parametrize("seconds", [-100, 100])
    def test_refuses_an_old_timestamp(self, shopify: Shopify, seconds: int) -> None:
        browser = shopify.browser()
        query = shopify.agreed(browser)
        late = shopify.signed({**query, "timestamp": str(int(query["timestamp"]) + seconds)})
        assert_nothing_happened(shopify, browser, shopify.back(browser, late))

    def test_refuses_a_timestamp_that_is_no_number(self, shopify: Shopify) -> None:
        browser = shopify.browser()
        query = shopify.signed({**shopify.agreed(browser), "timestamp": "now"})
        assert_nothing_happened(shopify, browser, shopify.back(browser, query))

    @pytest.mark.parametrize("domain", ["evil.example", "one.myshopify.com.evil.example"])
    def test_refuses_a_foreign_domain_however_it_is_signed(self, shopify: Shopify, domain: str) -> None:
        browser = shopify.browser()
        query = shopify.signed({**shopify.agreed(browser), "shop": domain})
        assert_nothing_happened(shopify, browser, shopify.back(browser, query))

    def test_refuses_parameters_that_come_twice(self, shopify: Shopify) -> None:
        browser = shopify.browser()
        query = shopify.agreed(browser)
        answer = browser.get("/shopify/callback", query_string=[*query.items(), ("shop", TWO)])
        assert_nothing_happened(shopify, browser, answer)

    def test_refuses_a_replayed_state(self, shopify: Shopify) -> None:
        browser = shopify.browser()
        query = shopify.agreed(browser)
        assert shopify.back(browser, query).status_code == 302
        again = shopify.back(browser, shopify.signed({**query, "code": shopify.peer[ONE].grants.code()}))
        assert again.status_code == 400
        assert len(shopify.stored()[2]) == 1

    def test_refuses_a_replayed_code(self, shopify: Shopify) -> None:
        browser = shopify.browser()
        first = shopify.agreed(browser)
        assert shopify.back(browser, first).status_code == 302
        known = shopify.stored()[1]
        second = shopify.agreed(browser)
        answer = shopify.back(browser, shopify.signed({**second, "code": first["code"]}))
        assert answer.status_code == 400
        assert "did not let Backroom in" in answer.text
        assert SECRET not in answer.text
        assert shopify.stored()[1] == known

    def test_refuses_an_attempt_of_long_ago(self, shopify: Shopify, monkeypatch: pytest.MonkeyPatch) -> None:
        browser = shopify.browser()
        query = shopify.agreed(browser)
        monkeypatch.setattr(installs, "LASTS", timedelta(0))
        assert_nothing_happened(shopify, browser, shopify.back(browser, query))

    def test_of_two_shops_at_once_with_swapped_codes_gives_nobody_anothers_shop(self, shopify: Shopify) -> None:
        browsers = {ONE: shopify.browser(), TWO: shopify.browser()}
        queries = {domain: shopify.agreed(browser, domain) for domain, browser in browsers.items()}
        for domain, other in ((ONE, TWO), (TWO, ONE)):
            swapped = shopify.signed({**queries[domain], "code": queries[other]["code"]})
            assert_nothing_happened(shopify, browsers[domain], shopify.back(browsers[domain], swapped))

    def test_says_so_where_shopify_does_not_answer(self, shopify: Shopify) -> None:
        browser = shopify.browser()
        query = shopify.agreed(browser)
        shopify.peer.faults.fail_next(1, where="token")
        answer = shopify.back(browser, query)
        assert answer.status_code == 503
        assert shopify.stored() == (None, None, [])

    def test_keeps_tokens_out_of_pages_and_cookies(self, shopify: Shopify) -> None:
        browser = shopify.browser()
        answer = shopify.install(browser)
        known = shopify.stored()[1]
        cookies = " ".join(answer.headers.getlist("Set-Cookie"))
        assert "HttpOnly" in cookies
        assert "SameSite=Lax" in cookies
        shown = cookies + browser.get("/dashboard/").text
        assert not [secret for secret in known.credentials.secrets.values() if secret in shown]


class TestReinstall:
    def test_brings_the_shop_back_and_imports_again(self, shopify: Shopify) -> None:
        browser = shopify.browser()
        shopify.install(browser)
        shop, known, runs = shopify.stored()
        here = shopify.backroom.parts
        with here.database.write() as db:
            syncs.finish(db, runs[0], state=syncs.DONE, now=datetime.now(UTC))
            assert installs.uninstall(db, shop_id=shop.id, at=known.installed_at + timedelta(milliseconds=1))
        shopify.peer[ONE].grants.uninstall()
        assert shopify.install(browser).headers["Location"] == "/dashboard/"
        again, connection, runs = shopify.stored()
        assert (again.key, again.state, connection.state) == (shop.key, shops.ACTIVE, connections.CONNECTED)
        assert [run.state for run in runs] == [syncs.RUNNING, syncs.DONE]

    def test_is_not_undone_by_a_late_uninstall(self, shopify: Shopify) -> None:
        shopify.install(shopify.browser())
        shop, known, _ = shopify.stored()
        with shopify.backroom.parts.database.write() as db:
            assert not installs.uninstall(db, shop_id=shop.id, at=known.installed_at - timedelta(seconds=1))
        assert shopify.stored()[1].state == connections.CONNECTED

    def test_is_not_undone_by_a_late_webhook(self, shopify: Shopify) -> None:
        shopify.install(shopify.browser())
        shop, known, _ = shopify.stored()
        with shopify.backroom.parts.database.write() as db:
            syncs.cancel(db, shop_id=shop.id, now=datetime.now(UTC))
        for late, state in ((True, connections.CONNECTED), (False, connections.REMOVED)):
            at = known.installed_at + timedelta(seconds=-5 if late else 5)
            _uninstalled(shopify, at)
            shopify.backroom.work()
            assert shopify.stored()[1].state == state

    def test_is_offered_where_the_api_answers_401(self, shopify: Shopify) -> None:
        browser = shopify.browser()
        shopify.install(browser)
        shopify.peer[ONE].grants.lose_tokens()
        shopify.backroom.work()
        assert shopify.stored()[1].state == connections.LOST
        assert f"/shopify/install?shop={ONE}" in browser.get("/dashboard/").text
        shopify.install(browser)
        assert shopify.stored()[1].state == connections.CONNECTED

    def test_heals_a_connection_that_the_api_refused(self, shopify: Shopify) -> None:
        browser = shopify.browser()
        shopify.install(browser)
        shop, known, _ = shopify.stored()
        with shopify.backroom.parts.database.write() as db:
            connections.lose(db, shop_id=shop.id, error="401", installed_at=known.installed_at)
        shopify.install(browser)
        assert shopify.stored()[1].state == connections.CONNECTED


def _uninstalled(shopify: Shopify, at: datetime) -> None:
    """Shopify tells that the app was removed at that time."""
    shop, _, _ = shopify.stored()
    sender = Shop(shopify.backroom.client, shop.id, shop.key, "", "", "shopify", ONE, SECRET)
    body = {"id": 1, "myshopify_domain": ONE, "domain": ONE}
    answer = sender.send("app/uninstalled", body, **{"X-Shopify-Triggered-At": at.isoformat()})
    assert answer.status_code == 200
