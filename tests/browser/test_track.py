"""The shopper's pages of parcels in a real browser, at the width of a phone, in two languages."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from commerce.rules.tracking import DELIVERED, OUT_FOR_DELIVERY, STATUSES, Scan
from commerce.tables import order_tracking
from tests.browser.test_dashboard import ARGUMENTS, CHROMIUM, NARROW, WIDE
from tests.browser.test_widget import barriers, served
from tests.webapp import conftest as fixtures
from tests.webapp import tracked
from tests.webapp.stock import Stock
from webapp.parts import Parts

# A browser that leaves while a picture is on its way leaves the test's own server with the file.
_LEFT = "ignore:Exception ignored in. <_io.FileIO name='.*/static/:pytest.PytestUnraisableExceptionWarning"
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings(_LEFT)]

here, app = fixtures.here, fixtures.app
add_shop, shop = fixtures.add_shop, fixtures.shop
TINY = {"width": 320, "height": 640}
LONG = "Donaudampfschifffahrtsgesellschaft" * 4


@pytest.fixture
def database_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    """One database is enough: what the pages read is tried on both without a browser."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'backroom.db')}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"NO BROWSER: {CHROMIUM} is missing, so the pages were not tried in one (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    yield from served(app)


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains about: errors on the console, broken rules of the content security policy."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport=NARROW, locale="de-DE")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def overhang(page: Page) -> int:
    """By how much the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def read(here: Parts, number: str) -> Any:
    with here.database.read() as db:
        return next(row for row in order_tracking.by_orders(db, shop_id=1, order_ids=["21"]) if row.number == number)


class TestParcelPage:
    @pytest.mark.parametrize("code", ["en", "de"])
    def test_is_sound_on_phones_in_every_state(self, page: Page, shop: Stock, complaints: list[str], code: str) -> None:
        tokens = [tracked.parcel(shop, now(), f"SBX{status}", status=status, order_id=status) for status in STATUSES]
        for size in (NARROW, TINY):
            page.set_viewport_size(size)
            for token in tokens:
                answer = page.goto(f"/track/{token}?lang={code}")
                assert answer is not None
                assert answer.status == 200
                assert overhang(page) <= 0, token
        for token in tokens[:3]:
            page.goto(f"/track/{token}?lang={code}")
            assert barriers(page) == [], token
        assert complaints == []

    def test_is_sound_on_desks_in_the_dark_and_on_paper(self, page: Page, shop: Stock, complaints: list[str]) -> None:
        tracked.choose(shop, now(), colour="#ffd400", help_url="https://help.example/", help_text="Ask us.")
        token = tracked.parcel(shop, now())
        tracked.parcel(shop, now(), "SECOND", carrier="dhl", status=DELIVERED)
        page.set_viewport_size(WIDE)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(f"/track/{token}")
            assert overhang(page) <= 0
            assert barriers(page) == [], scheme
        page.emulate_media(media="print")
        expect(page.get_by_role("navigation")).to_be_hidden()
        expect(page.get_by_role("heading", name="Unterwegs", exact=True)).to_be_visible()
        assert complaints == []

    def test_bears_very_long_words(self, page: Page, shop: Stock) -> None:
        tracked.choose(shop, now(), brand=LONG, help_text=LONG, help_url="https://help.example/")
        token = tracked.parcel(shop, now(), LONG, token="token-of-long", carrier="", carrier_named=LONG)
        with shop.here.database.write() as db:
            scan = Scan(at=now(), text=LONG)
            tracked.lines(db, shop, read(shop.here, LONG).id, [scan], now())
        for size in (TINY, NARROW, WIDE):
            page.set_viewport_size(size)
            page.goto(f"/track/{token}")
            assert overhang(page) <= 0, size

    def test_is_walked_through_with_the_keyboard(self, page: Page, shop: Stock) -> None:
        page.goto(f"/track/{tracked.parcel(shop, now())}")
        expect(page.locator("html")).to_have_attribute("lang", "de")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        for _ in range(4):
            page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Español")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="En camino", exact=True)).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "es")
        steps = page.get_by_role("list", name="Progreso: paso 3 de 5")
        expect(steps.get_by_role("listitem")).to_have_count(5)

    def test_shows_news_while_it_is_open(self, page: Page, shop: Stock, complaints: list[str]) -> None:
        page.clock.install()
        token = tracked.parcel(shop, now())
        page.goto(f"/track/{token}?lang=en")
        expect(page.get_by_role("heading", level=1)).to_have_text("On its way")
        with shop.here.database.write() as db:
            order_tracking.change(db, [{"id": read(shop.here, "SBX0001").id, "status": OUT_FOR_DELIVERY}])
        page.clock.fast_forward(9_000)
        expect(page.get_by_role("heading", level=1)).to_have_text("Out for delivery")
        expect(page.get_by_role("status")).to_have_text("There is news of your parcel.")
        assert complaints == []

    def test_needs_no_script_and_asks_nobody_else(
        self, browser: Browser, address: str, shop: Stock, complaints: list[str]
    ) -> None:
        context = browser.new_context(base_url=address, viewport=NARROW, java_script_enabled=False, locale="en-GB")
        page, asked = context.new_page(), set[str]()
        page.on("request", lambda request: asked.add(request.url))
        page.goto(f"/track/{tracked.parcel(shop, now())}")
        expect(page.get_by_role("heading", name="On its way", exact=True)).to_be_visible()
        assert {url for url in asked if not url.startswith(address)} == set()
        assert context.cookies() == []
        context.close()


class TestLookUp:
    @pytest.mark.parametrize(
        ("code", "button", "sorry", "state"),
        [
            ("en", "Find my parcel", "We found no order with these details.", "On its way"),
            ("de", "Paket finden", "Wir haben keine Bestellung mit diesen Angaben gefunden.", "Unterwegs"),
        ],
    )
    def test_leads_to_the_parcel(
        self, page: Page, shop: Stock, complaints: list[str], code: str, button: str, sorry: str, state: str
    ) -> None:
        shop.order("21", number="#1001", email="who@example.org")
        tracked.parcel(shop, now())
        for size in (TINY, NARROW):
            page.set_viewport_size(size)
            page.goto(f"/track/find/{shop.key}?lang={code}")
            assert overhang(page) <= 0
        assert barriers(page) == []
        for mail in ("else@example.org", "who@example.org"):
            page.locator("#order").fill("1001")
            page.keyboard.press("Tab")
            page.keyboard.type(mail)
            page.keyboard.press("Enter")
            if mail.startswith("else"):
                expect(page.get_by_role("alert")).to_contain_text(sorry)
                assert barriers(page) == []
        expect(page.get_by_role("heading", name=state, exact=True)).to_be_visible()
        assert "who" not in page.url
        assert page.get_by_role("button", name=button).count() == 0
        assert complaints == []

    def test_is_reached_from_a_form_on_the_shops_own_pages(self, page: Page, shop: Stock, address: str) -> None:
        shop.order("21", number="#1001", email="who@example.org")
        tracked.parcel(shop, now())
        form = f"""<form method="post" action="{address}/track/find/{shop.key}">
            <input name="order" value="1001"><input name="contact" value="who@example.org"><button>Go</button></form>"""
        page.route("https://shop.example/", lambda route: route.fulfill(body=form, content_type="text/html"))
        page.goto("https://shop.example/")
        page.get_by_role("button", name="Go").click()
        expect(page.get_by_role("alert")).to_contain_text("Prüfen Sie Ihre Angaben")
        page.get_by_role("button", name="Paket finden").click()
        expect(page.get_by_role("heading", name="Unterwegs", exact=True)).to_be_visible()


class TestStrangeAddresses:
    def test_get_a_page_that_can_be_read(self, page: Page, shop: Stock) -> None:
        page.goto("/track/token-of-nobody")
        expect(page.get_by_role("heading", name="Dieses Paket kennen wir nicht")).to_be_visible()
        assert overhang(page) <= 0
        assert barriers(page) == []
