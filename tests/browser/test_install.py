"""Connecting stores in a real browser, against the stand-ins: what a merchant clicks, from the first page on."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from commerce.settings import Settings
from tests.browser.test_dashboard import ARGUMENTS, CHROMIUM
from tests.conftest import Backroom
from tests.peers.shopify.peer import Peer as ShopifyPeer
from tests.peers.shopify.shop import Shop as ShopifyShop
from tests.peers.woocommerce.peer import Peer as WooCommercePeer
from tests.webapp.views.conftest import KEY, ONE, SECRET, served_on

# A browser that leaves while a picture is on its way leaves the test's own server with the file.
_LEFT = "ignore:Exception ignored in. <_io.FileIO name='.*/static/:pytest.PytestUnraisableExceptionWarning"
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings(_LEFT)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"NO BROWSER: {CHROMIUM} is missing, so installing was not tried in one (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def shopify() -> Iterator[ShopifyPeer]:
    shop = ShopifyShop.filled(products=1, customers=1, orders=1, domain=ONE)
    with ShopifyPeer(shop, client_id=KEY, client_secret=SECRET) as peer:
        yield peer


@pytest.fixture
def woocommerce() -> Iterator[WooCommercePeer]:
    with WooCommercePeer(allow_http_callback=True) as peer:
        yield peer


@pytest.fixture
def here(settings: Settings, shopify: ShopifyPeer) -> Iterator[Backroom]:
    app = {"shopify_api_key": KEY, "shopify_api_secret": SECRET, "shopify_api_origin": shopify.url}
    bridge = f"{shopify.url}/app-bridge.js"
    for backroom in served_on(replace(settings, **app, app_bridge_url=bridge)):
        shopify.app.url = backroom.settings.base_url
        yield backroom


class Watched:
    """A page whose errors are noted."""

    def __init__(self, page: Page) -> None:
        self.page, self.errors = page, list[str]()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note(self, said: Any) -> None:
        if said.type == "error" and not said.location["url"].endswith("/favicon.ico"):  # stand-ins have none
            self.errors.append(said.text)

    def is_in_order(self) -> None:
        assert self.errors == []
        found = Axe().run(self.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        assert found.response["violations"] == [], found.generate_report()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    context = browser.new_context()
    yield Watched(context.new_page())
    context.close()


class TestShopify:
    def test_is_connected_from_the_sign_in_page(self, watched: Watched, here: Backroom, shopify: ShopifyPeer) -> None:
        page = watched.page
        page.goto(f"{here.settings.base_url}/")
        watched.is_in_order()
        page.get_by_label("Connect a Shopify store").fill("one")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Install").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(ONE)
        assert page.url == f"{here.settings.base_url}/dashboard/"
        assert watched.errors == []

    @pytest.mark.parametrize("cookies", [pytest.param(True, marks=pytest.mark.slow), False])
    def test_is_opened_within_its_admin(
        self, watched: Watched, shopify: ShopifyPeer, here: Backroom, cookies: bool
    ) -> None:
        page = watched.page
        if not cookies:
            page.route(re.compile(re.escape(here.settings.base_url)), _without_cookies)
        page.goto(f"{shopify.url}/{ONE}/admin")
        page.get_by_role("button", name="Install", exact=True).click()
        frame = page.frame_locator("iframe")
        expect(frame.get_by_role("heading", level=1)).to_have_text(ONE)
        expect(frame.get_by_role("navigation", name="Main")).to_have_count(0)  # the admin shows it
        for name in ("Orders", "Products", "Backroom"):
            page.get_by_role("navigation", name="App").get_by_role("link", name=name).click()
            expect(frame.get_by_role("heading", level=1)).to_have_text(ONE if name == "Backroom" else name)
        expect(frame.get_by_role("button", name="Sign out")).to_have_count(0)
        assert watched.errors == []


def _without_cookies(route: Any) -> None:
    headers = {name: value for name, value in route.request.headers.items() if name != "cookie"}
    route.continue_(headers={**headers, "cookie": ""})


class TestWooCommerce:
    def test_is_connected_by_its_own_page(self, watched: Watched, woocommerce: WooCommercePeer, here: Backroom) -> None:
        page = watched.page
        page.goto(f"{here.settings.base_url}/")
        page.get_by_role("link", name="Connect a WooCommerce store").click()
        watched.is_in_order()
        page.get_by_label("Address of the store").fill(woocommerce.url)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Approve").click()
        page.wait_for_url("**/dashboard/")
        expect(page.get_by_role("heading", level=1)).to_have_text(woocommerce.url.removeprefix("http://"))
        assert watched.errors == []

    def test_says_beside_the_field_what_is_wrong(
        self, watched: Watched, woocommerce: WooCommercePeer, here: Backroom
    ) -> None:
        woocommerce.plain_permalinks = True
        page = watched.page
        page.goto(f"{here.settings.base_url}/woocommerce/connect")
        page.get_by_label("Address of the store").fill(woocommerce.url)
        page.get_by_role("button", name="Continue at the store").click()
        expect(page.locator("#address-told")).to_contain_text("Permalinks")
        expect(page.get_by_label("Address of the store")).to_have_attribute("aria-describedby", "address-told")
        watched.errors.clear()  # the browser notes the answer's status
        watched.is_in_order()

    def test_is_connected_with_keys(self, watched: Watched, woocommerce: WooCommercePeer, here: Backroom) -> None:
        page, keys = watched.page, woocommerce.keys()
        page.goto(f"{here.settings.base_url}/woocommerce/connect")
        page.get_by_label("Address of the store").fill(woocommerce.url)
        page.get_by_text("Paste keys instead").click()
        page.get_by_label("Consumer key").fill(keys["consumer_key"])
        page.get_by_label("Consumer secret").fill(keys["consumer_secret"])
        watched.is_in_order()
        page.get_by_role("button", name="Connect with these keys").click()
        page.wait_for_url("**/dashboard/")
        expect(page.get_by_role("heading", level=1)).to_have_text(woocommerce.store.name)
        assert watched.errors == []
