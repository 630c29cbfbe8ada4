"""The app inside Shopify's admin: session tokens, token exchange, the bounce page, frames and cookies."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import shopify_app

from commerce.settings import Settings
from commerce.tables import connections, installs, shops, syncs
from tests.signed_in import as_operator
from tests.webapp.markup import assert_nothing_is_inline
from tests.webapp.views.conftest import KEY, ONE, SECRET, TWO, Shopify, shopify_on
from webapp import form_tokens, sessions

ADMIN = "https://admin.shopify.com"


@pytest.fixture
def there(shopify: Shopify) -> Shopify:
    """The app is installed at Shopify, and Backroom knows nothing of it yet."""
    for domain in (ONE, TWO):
        shopify.peer[domain].install()
    return shopify


def assert_bounces(answer: Any, wanted: str = "/shopify/?") -> str:
    """The answer leads to the bounce page, which leads back."""
    assert answer.status_code == 302, answer.text
    address = urlsplit(answer.headers["Location"])
    assert address.path == "/shopify/bounce"
    (back,) = parse_qs(address.query)["shopify-reload"]
    assert back.startswith(wanted)
    assert "id_token" not in answer.headers["Location"]
    return str(answer.headers["Location"])


def without_algorithm(domain: str) -> str:
    """A session token that is signed by nobody."""
    now = int(datetime.now(UTC).timestamp())
    claims = {"iss": f"https://{domain}/admin", "dest": f"https://{domain}", "aud": KEY, "sub": "1", "exp": now + 60}
    claims |= {"nbf": now, "iat": now, "jti": "1", "sid": "1"}
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims)
    ]
    return ".".join([*parts, ""])


class TestHome:
    def test_connects_the_shop_and_shows_the_dashboard(self, there: Shopify) -> None:
        answer = there.app_home(there.browser())
        assert answer.status_code == 200
        assert f"<h1>{ONE}</h1>" in answer.text
        _, known, runs = there.stored()
        assert known.state == connections.CONNECTED
        assert known.credentials.expires_at
        assert [run.kind for run in runs] == [syncs.IMPORT]

    def test_opened_several_times_at_once_connects_the_shop_once(self, there: Shopify) -> None:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: there.app_home(there.browser()), range(8)))
        assert {answer.status_code for answer in answers} == {200}
        assert len(there.stored()[2]) == 1

    def test_of_a_connected_shop_asks_for_no_token_again(self, there: Shopify) -> None:
        there.app_home(there.browser())
        known = there.stored()[1]
        there.app_home(there.browser())
        assert there.stored()[1] == known
        assert len(there.stored()[2]) == 1

    def test_loads_app_bridge_and_has_no_sign_out(self, there: Shopify) -> None:
        html = there.app_home(there.browser()).text
        assert f'<script src="{there.peer.url}/app-bridge.js"></script>' in html
        assert f'<meta name="shopify-api-key" content="{KEY}">' in html
        assert "Sign out" not in html
        assert_nothing_is_inline(html)

    def test_may_be_framed_by_that_shops_admin_only(self, there: Shopify) -> None:
        headers = there.app_home(there.browser()).headers
        ancestors = f"frame-ancestors https://{ONE} {ADMIN} {there.peer.url}"
        assert ancestors in headers["Content-Security-Policy"].split("; ")
        assert f"script-src 'self' {there.peer.url}" in headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in headers

    def test_takes_app_bridge_from_shopify_without_a_stand_in(self, settings: Settings) -> None:
        with shopify_on(settings, app_bridge_url="") as shopify:
            shopify.peer[ONE].install()
            answer = shopify.app_home(shopify.browser())
        assert "https://cdn.shopify.com/shopifycloud/app-bridge.js" in answer.text
        assert "script-src 'self' https://cdn.shopify.com;" in answer.headers["Content-Security-Policy"]

    def test_keeps_what_proves_the_frame_in_links(self, there: Shopify) -> None:
        html = there.app_home(there.browser()).text
        assert f"/dashboard/orders?embedded=1&amp;shop={ONE}&amp;host=" in html
        assert "id_token" not in html

    def test_brings_back_a_shop_that_was_removed(self, there: Shopify) -> None:
        there.app_home(there.browser())
        shop, known, runs = there.stored()
        with there.backroom.parts.database.write() as db:
            syncs.finish(db, runs[0], state=syncs.DONE, now=datetime.now(UTC))
            installs.uninstall(db, shop_id=shop.id, at=known.installed_at + timedelta(milliseconds=1))
        assert there.app_home(there.browser()).status_code == 200
        again, known, runs = there.stored()
        assert (again.state, known.state, len(runs)) == (shops.ACTIVE, connections.CONNECTED, 2)

    def test_heals_a_connection_that_was_lost(self, there: Shopify) -> None:
        there.app_home(there.browser())
        shop, known, _ = there.stored()
        with there.backroom.parts.database.write() as db:
            connections.lose(db, shop_id=shop.id, error="401", installed_at=known.installed_at)
        there.app_home(there.browser())
        assert there.stored()[1].state == connections.CONNECTED

    def test_asks_for_scopes_that_were_added(self, there: Shopify) -> None:
        there.app_home(there.browser())
        shop, known, _ = there.stored()
        little = replace(known.credentials, scopes=("read_products",))
        here, long_ago = there.backroom.parts, datetime.now(UTC) - timedelta(days=2)
        with here.database.write() as db:
            db.execute(connections.connections.update().values(installed_at=long_ago))
            connections.save(db, here.vault, shop_id=shop.id, credentials=little, installed_at=long_ago)
        there.app_home(there.browser())
        assert "write_app_proxy" in there.stored()[1].credentials.scopes

    def test_without_a_frame_leads_to_the_dashboard(self, there: Shopify) -> None:
        assert there.browser().get("/shopify/").headers["Location"] == "/dashboard/"


class TestSessionToken:
    @pytest.mark.parametrize(
        ("what", "changes"),
        [
            ("another app", {"key": "another-app"}),
            ("a guessed secret", {"secret": "a guessed secret that is long enough to be one"}),
            ("expired", {"exp": 1}),
            ("without exp", {"exp": None}),
            ("not valid yet", {"nbf": 4_000_000_000}),
            ("a foreign dest", {"dest": "https://evil.example"}),
            ("another dest", {"dest": f"https://{TWO}"}),
            ("a foreign issuer", {"iss": "https://evil.example/admin"}),
            ("dest with a path", {"dest": f"https://{ONE}/x"}),
            ("dest over http", {"dest": f"http://{ONE}"}),
            ("dest is no text", {"dest": 1}),
            ("another audience", {"aud": ["other", "apps"]}),
        ],
    )
    def test_is_refused(self, there: Shopify, what: str, changes: dict[str, Any]) -> None:
        browser, forged = there.browser(), there.id_token(ONE, **changes)
        assert_bounces(there.app_home(browser, id_token=forged))
        again = there.app_home(browser, id_token=forged, bounced="1")
        assert again.status_code == 401
        call = browser.get("/dashboard/?embedded=1", headers={"Authorization": f"Bearer {forged}"})
        assert (call.status_code, call.headers["X-Shopify-Retry-Invalid-Session-Request"]) == (401, "1")
        assert there.stored() == (None, None, [])

    def test_without_algorithm_is_refused(self, there: Shopify) -> None:
        browser = there.browser()
        assert_bounces(there.app_home(browser, id_token=without_algorithm(ONE)))
        assert there.stored() == (None, None, [])

    def test_of_another_shop_is_refused(self, there: Shopify) -> None:
        answer = there.app_home(there.browser(), id_token=there.id_token(TWO))
        assert answer.status_code == 401
        assert there.stored(ONE) == there.stored(TWO) == (None, None, [])

    def test_of_another_shop_shows_nothing_of_this_one(self, there: Shopify) -> None:
        for domain in (ONE, TWO):
            there.app_home(there.browser(), domain)
        shop, _, _ = there.stored(ONE)
        for wanted in (ONE, shop.key):
            address = f"/dashboard/?embedded=1&shop={wanted}&id_token={there.id_token(TWO)}"
            answer = there.browser().get(address)
            assert answer.status_code == 404
            call = f"/dashboard/?embedded=1&shop={wanted}"
            answer = there.browser().get(call, headers={"Authorization": f"Bearer {there.id_token(TWO)}"})
            assert answer.status_code == 404

    def test_signed_with_the_secret_before_the_last_rotation_is_taken(self, settings: Settings) -> None:
        old = "the secret before the last rotation, long enough"
        with shopify_on(settings, shopify_api_secret_previous=old) as shopify:
            shopify.peer[ONE].install()
            shopify.app_home(shopify.browser())
            assert shopify.app_home(shopify.browser(), id_token=shopify.id_token(secret=old)).status_code == 200

    def test_that_shopify_does_not_take_is_replaced(self, shopify: Shopify) -> None:
        browser = shopify.browser()  # the peer refuses: the app is not installed there
        assert_bounces(shopify.app_home(browser))
        call = browser.get("/shopify/", headers={"Authorization": f"Bearer {shopify.id_token()}"})
        assert (call.status_code, call.headers["X-Shopify-Retry-Invalid-Session-Request"]) == (401, "1")
        assert shopify.stored() == (None, None, [])

    def test_in_a_call_shows_the_page_without_a_cookie(self, there: Shopify) -> None:
        there.app_home(there.browser())
        address = f"/dashboard/products?embedded=1&shop={ONE}"
        answer = there.browser().get(address, headers={"Authorization": f"Bearer {there.id_token()}"})
        assert answer.status_code == 200

    def test_in_an_address_shows_the_page_without_anything_else(self, there: Shopify) -> None:
        there.app_home(there.browser())
        answer = there.browser().get(f"/dashboard/products?id_token={there.id_token()}")
        assert answer.status_code == 200
        assert f"embedded=1&amp;shop={ONE}" in answer.text

    def test_of_a_shop_that_is_not_connected_connects_it_first(self, there: Shopify) -> None:
        answer = there.browser().get(f"/dashboard/?embedded=1&shop={ONE}&id_token={there.id_token()}")
        assert urlsplit(answer.headers["Location"]).path == "/shopify/"

    def test_is_read_as_shopifys_own_package_reads_it(self, there: Shopify) -> None:
        config = {"client_id": KEY, "client_secret": SECRET}
        app = shopify_app.ShopifyApp(**config)
        for token in (
            there.id_token(),
            there.id_token(exp=1),
            there.id_token(secret="another secret, long enough to be one"),
        ):
            request = {
                "method": "GET",
                "url": f"https://x.example/shopify/?id_token={token}&shop={ONE}",
                "headers": {},
                "body": "",
            }
            theirs = app.verify_app_home_req(request, "/shopify/bounce").ok
            assert (there.app_home(there.browser(), id_token=token).status_code == 200) == theirs


class TestBounce:
    def test_is_a_page_with_app_bridge_and_nothing_else(self, there: Shopify) -> None:
        browser = there.browser()
        address = assert_bounces(there.app_home(browser, id_token=""))
        page = browser.get(address)
        assert page.status_code == 200
        assert f'<script src="{there.peer.url}/app-bridge.js"></script>' in page.text
        assert f'content="{KEY}"' in page.text
        assert f"frame-ancestors https://{ONE} {ADMIN}" in page.headers["Content-Security-Policy"]
        assert_nothing_is_inline(page.text)

    def test_is_where_a_page_of_the_dashboard_leads_too(self, there: Shopify) -> None:
        answer = there.browser().get(f"/dashboard/orders?embedded=1&shop={ONE}&q=ada&host=h")
        address = assert_bounces(answer, "/dashboard/orders?embedded=1")
        assert "q%3Dada" in address

    def test_is_gone_through_to_the_page_that_was_wanted(self, there: Shopify) -> None:
        browser = there.browser()
        there.app_home(there.browser())
        address = assert_bounces(browser.get(f"/dashboard/orders?embedded=1&shop={ONE}"), "/dashboard/orders")
        (back,) = parse_qs(urlsplit(address).query)["shopify-reload"]
        answer = browser.get(f"{back}&id_token={there.id_token()}")
        assert answer.status_code == 200
        assert "bounced" not in answer.text

    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/api/v1/x", "", "javascript:x"]
    )
    def test_never_leads_elsewhere(self, there: Shopify, elsewhere: str) -> None:
        query = {"embedded": "1", "shop": ONE, "shopify-reload": elsewhere}
        assert there.browser().get("/shopify/bounce", query_string=query).status_code == 400

    def test_is_not_for_pages_outside_the_frame(self, there: Shopify) -> None:
        assert there.browser().get(f"/dashboard/?shop={ONE}").headers["Location"].startswith("/sign-in")


class TestCookies:
    @pytest.fixture
    def secure(self, settings: Settings) -> Any:
        with shopify_on(settings, base_url="https://backroom.example") as shopify:
            shopify.peer[ONE].install()
            yield shopify

    def test_within_the_frame_are_partitioned(self, secure: Shopify) -> None:
        (cookie,) = secure.app_home(secure.browser()).headers.getlist("Set-Cookie")
        assert cookie.startswith("backroom_embedded=")
        for word in ("Secure", "HttpOnly", "SameSite=None", "Partitioned"):
            assert word in cookie

    def test_outside_the_frame_stay_strict(self, secure: Shopify) -> None:
        answer = secure.browser().get("/sign-in")
        (cookie,) = answer.headers.getlist("Set-Cookie")
        assert cookie.startswith("backroom=")
        assert "SameSite=Lax" in cookie
        assert "Secure" in cookie
        assert "Partitioned" not in cookie
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"

    def test_over_http_are_those_of_one_site(self, there: Shopify) -> None:
        (cookie,) = there.app_home(there.browser()).headers.getlist("Set-Cookie")
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie

    def test_within_the_frame_sign_nobody_in_outside(self, there: Shopify) -> None:
        browser = there.browser()
        there.app_home(browser)
        assert browser.get("/dashboard/").status_code == 302
        assert browser.get(f"/dashboard/?embedded=1&shop={ONE}").status_code == 200

    def test_of_the_operator_are_not_looked_at_within_the_frame(self, there: Shopify) -> None:
        browser = there.browser()
        as_operator(browser)
        there.app_home(there.browser())
        assert_bounces(browser.get(f"/dashboard/?embedded=1&shop={ONE}"), "/dashboard/")

    def test_let_two_shops_stay_open_side_by_side(self, there: Shopify) -> None:
        browser = there.browser()
        for domain in (ONE, TWO):
            there.app_home(browser, domain)
        for domain, other in ((ONE, TWO), (TWO, ONE)):
            answer = browser.get(f"/dashboard/?embedded=1&shop={domain}")
            assert f"<h1>{domain}</h1>" in answer.text
            assert other not in answer.text

    def test_do_not_open_another_shops_frame(self, there: Shopify) -> None:
        browser = there.browser()
        there.app_home(there.browser(), TWO)
        there.app_home(browser)
        assert_bounces(browser.get(f"/dashboard/?embedded=1&shop={TWO}"), "/dashboard/")


class TestForms:
    """Of pages within the frame; browsers may keep no cookie there."""

    def token(self, there: Shopify, domain: str = ONE) -> str:
        """The token of a form in one of the shop's pages."""
        there.app_home(there.browser(), domain)
        app = there.backroom.client.application
        address = f"/dashboard/?embedded=1&shop={domain}&id_token={there.id_token(domain)}"
        with app.test_request_context(address):
            app.view_functions["home.index"]()
            return form_tokens.csrf_token()

    def test_are_taken_without_a_cookie(self, there: Shopify) -> None:
        token = self.token(there)
        answer = there.browser().post(f"/dashboard/events/replay?embedded=1&shop={ONE}", data={"csrf_token": token})
        assert answer.status_code == 302
        assert "embedded=1" in answer.headers["Location"]

    def test_need_their_token(self, there: Shopify) -> None:
        browser = there.browser()
        there.app_home(browser)
        for token in ("", "wrong"):
            sent = browser.post(f"/dashboard/events/replay?embedded=1&shop={ONE}", data={"csrf_token": token})
            assert sent.status_code == 400

    def test_of_one_shop_change_nothing_of_another(self, there: Shopify) -> None:
        token = self.token(there)
        there.app_home(there.browser(), TWO)
        address = f"/dashboard/events/replay?embedded=1&shop={TWO}"
        answer = there.browser().post(address, data={"csrf_token": token})
        assert answer.status_code in (401, 404)

    def test_are_not_taken_outside_the_frame(self, there: Shopify) -> None:
        token = self.token(there)
        assert there.browser().post("/dashboard/events/replay", data={"csrf_token": token}).status_code == 400

    def test_that_are_refused_lead_back_into_the_frame(self, there: Shopify) -> None:
        answer = there.browser().post(f"/dashboard/connection/runs?embedded=1&shop={ONE}&host=x")
        assert answer.status_code == 400
        assert f'href="/dashboard/?embedded=1&amp;shop={ONE}&amp;host=x"' in answer.text

    def test_grow_old(self, there: Shopify, monkeypatch: pytest.MonkeyPatch) -> None:
        token = self.token(there)
        monkeypatch.setattr(sessions, "_FORM_SECONDS", -1)
        answer = there.browser().post(f"/dashboard/events/replay?embedded=1&shop={ONE}", data={"csrf_token": token})
        assert answer.status_code == 400
