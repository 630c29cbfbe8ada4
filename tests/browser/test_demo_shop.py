"""The demo storefront in a real browser: from the front page to the order, with nothing but the storefront's doors."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from commerce.rules.products import CategoryFacts, CategoryRef
from commerce.settings import Settings
from commerce.tables import categories, recommendations, searches
from commerce.tables.searches import Tally
from tests.browser.test_dashboard import ARGUMENTS, CHROMIUM, NARROW, WIDE
from tests.browser.test_widget import barriers, served
from tests.running import until
from tests.webapp import conftest as fixtures
from tests.webapp.stock import Stock
from webapp import demo_shops
from webapp.parts import Parts, assemble
from webapp.shoppers import search_log

# A browser that leaves while a picture is on its way leaves the test's own server with the file.
_LEFT = "ignore:Exception ignored in. <_io.FileIO name='.*/static/:pytest.PytestUnraisableExceptionWarning"
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings(_LEFT)]

app = fixtures.app


@pytest.fixture
def here(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Parts]:
    url = f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'backroom.db')}"
    settings = Settings(var_dir=tmp_path, database_url=url, redis_url="redis://127.0.0.1:1/0", demo=True)
    parts = assemble(settings.completed())
    yield parts
    parts.database.dispose()


@pytest.fixture
def shop(here: Parts) -> Stock:
    """The demo shop with 30 tents in one category."""
    demo = demo_shops.ensure(here)["woocommerce"]
    stock = Stock(here, demo.id, demo.key, "", demo.publishable_key)
    tents = CategoryRef(id="t", name="Tents", handle="tents")
    with here.database.write() as db:
        facts = [CategoryFacts(id="t", handle="tents", title="Tents", published=True)]
        categories.save(db, shop_id=demo.id, facts=facts)
    for number in range(30):
        stock.product(str(100 + number), price=1000 + number * 100, categories=(tents,))
    stock.index()
    with here.database.write() as db:
        found = {"100": [("101", 5), ("102", 2)]}
        recommendations.save(db, shop_id=demo.id, found=found, now=datetime.now(UTC))
    return stock


def counted(here: Parts, shop: Stock) -> Tally:
    with here.database.read() as db:
        return searches.totals(db, shop_id=shop.id, since=datetime.now(UTC).date())


@pytest.fixture
def page(app: Any, shop: Stock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.setattr(search_log, "PAUSE", 0.05)
    if not CHROMIUM.exists():
        pytest.skip(f"NO BROWSER: {CHROMIUM} is missing, so the demo was not tried in one (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        for address in served(app):
            page = browser.new_context(base_url=address, viewport=WIDE).new_page()
            page.set_default_timeout(60_000)
            page.route("https://shop.example/**", lambda route: route.fulfill(status=204))
            yield page
        browser.close()


class TestDemoStorefront:
    def test_sells_what_was_searched(self, page: Page, here: Parts, shop: Stock) -> None:
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/demo/shop")
        expect(page.get_by_role("heading", name="Tents")).to_be_visible()
        expect(page.locator(".shelf .br-card")).to_have_count(6)
        assert barriers(page) == []
        page.get_by_role("combobox", name="Search products").fill("kestrel tent 100")
        page.keyboard.press("Enter")
        page.wait_for_url("**/demo/shop/search?q=kestrel+tent+100")
        page.get_by_role("link", name="Kestrel Tent 100", exact=False).first.click()
        expect(page.get_by_role("heading", name="Kestrel Tent 100")).to_be_visible()
        expect(page.get_by_role("heading", name="Often bought together")).to_be_visible()
        expect(page.get_by_role("heading", name="Similar products")).to_be_visible()
        assert barriers(page) == []
        page.get_by_role("button", name="Add to cart").click()
        page.get_by_role("link", name="Cart 1").click()
        page.get_by_role("button", name="Place the order").click()
        expect(page.get_by_text("Thank you.")).to_be_visible()
        assert barriers(page) == []
        until(lambda: counted(here, shop).orders, what="the order is counted")
        assert counted(here, shop) == Tally(asked=1, clicks=1, carts=1, orders=1)
        assert complaints == []

    def test_has_pages_of_categories_and_fits_on_phones(self, page: Page) -> None:
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            page.goto("/demo/shop/categories/tents")
            expect(page.get_by_text("30 results")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert barriers(page) == []
        page.goto("/demo/shop/products/gone")
        expect(page.get_by_role("heading", name="This product is gone")).to_be_visible()
        page.goto("/demo/shop/phone")
        expect(page.frame_locator("iframe").get_by_role("heading", name="Tents")).to_be_visible()
