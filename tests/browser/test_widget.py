"""The search on a shop's own pages, in a real browser: another site, with a strict content security policy."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from commerce.rules.products import CategoryFacts, CategoryRef
from commerce.rules.search_settings import USUAL
from commerce.tables import categories, search_settings, searches
from commerce.tables.searches import Tally
from tests.browser.test_dashboard import ARGUMENTS, CHROMIUM, NARROW, WIDE
from tests.webapp import conftest as fixtures
from webapp.shoppers import search_log, suggesting

# A browser that leaves while a picture is on its way leaves the test's own server with the file.
_LEFT = "ignore:Exception ignored in. <_io.FileIO name='.*/static/:pytest.PytestUnraisableExceptionWarning"
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.filterwarnings(_LEFT)]

here, app, link = fixtures.here, fixtures.app, fixtures.link
add_shop, shop, other = fixtures.add_shop, fixtures.shop, fixtures.other

_STORE = """<!doctype html><html lang="{lang}" dir="{dir}"><meta charset="utf-8"><title>A store</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<header><form role="search" action="/own-search">
<label for="q">Search</label><input id="q" type="search" name="q"></form></header>
<main><h1>A store</h1>{body}</main>
<script src="{script}" {about} defer></script></html>"""
_RESULTS = "<div data-backroom-results></div>"


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Say nothing."""


def served(app: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def database_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    """One database is enough: what the doors do on both is tried without a browser."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'backroom.db')}"


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    yield from served(app)


@dataclass
class Store:
    """A shop's own site: every address shows the same page; `asked` are the addresses that browsers asked for."""

    door: str
    script: str
    body: str = ""
    lang: str = "en"
    dir: str = "ltr"
    about: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    origin: str = ""

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        path = environ["PATH_INFO"]
        self.asked.append(f"{path}?{environ['QUERY_STRING']}")
        policy = (
            f"default-src 'none'; script-src {self.door}; connect-src {self.door}; img-src https:; form-action 'self'"
        )
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", policy)]
        start("404 Not Found" if path == "/favicon.ico" else "200 OK", headers)
        about = " ".join(f"data-{name}='{value}'" for name, value in self.about.items())
        page = _STORE.format(lang=self.lang, dir=self.dir, body=self.body, script=self.script, about=about)
        return [page.encode()]


@pytest.fixture
def store(address: str, shop: Any) -> Iterator[Store]:
    script = f"{address}/storefront/v1/{shop.key}/widget.js?key={shop.publishable_key}"
    store = Store(door=address, script=script, about={"product-url": "/products/{handle}"})
    for origin in served(store):
        store.origin = origin
        yield store


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"NO BROWSER: {CHROMIUM} is missing, so the search was not tried in one (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture(autouse=True)
def _present(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_log, "PAUSE", 0.05)
    suggesting._known.clear()


@pytest.fixture
def page(browser: Browser, store: Store, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(base_url=store.origin, viewport=WIDE)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("console", lambda said: complaints.append(said.text) if _matters(said) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("https://shop.example/**", lambda route: route.fulfill(status=204))
    yield page
    context.close()


def _matters(said: Any) -> bool:
    return said.type == "error" and not said.location["url"].endswith("/favicon.ico")


@pytest.fixture
def goods(here: Any, shop: Any) -> Any:
    """30 tents in two colours, a tarp, and what others asked."""
    tents = CategoryRef(id="t", name="Tents", handle="tents")
    with here.database.write() as db:
        facts = [CategoryFacts(id="t", handle="tents", title="Tents", published=True)]
        categories.save(db, shop_id=shop.id, facts=facts)
        searches.add(db, {(shop.id, datetime.now(UTC).date(), "kestrel tent"): Tally(asked=9)})
    for number in range(30):
        brand = "Nordvik" if number % 3 else "Osprey & Son"
        shop.product(str(100 + number), brand=brand, price=1000 + number * 100, categories=(tents,))
    shop.product("99", title="Plain Tarp", product_type="Tarps", brand="Nordvik")
    shop.index()
    return shop


def barriers(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def field_of(page: Page) -> Any:
    return page.get_by_role("combobox", name="Search", exact=True)


def typed(page: Page, text: str) -> None:
    page.goto("/")
    field_of(page).click()
    page.keyboard.type(text)
    expect(page.locator(f".br-panel[data-query='{text}']")).to_be_visible()


class TestSuggestions:
    def test_come_while_typing_and_are_walked_through_with_keys(
        self, page: Page, goods: Any, complaints: list[str]
    ) -> None:
        typed(page, "kes")
        field_ = field_of(page)
        expect(field_).to_have_attribute("aria-expanded", "true")
        expect(page.get_by_role("group", name="Products").get_by_role("option")).to_have_count(6)
        expect(page.get_by_role("option", name="kestrel tent", exact=True)).to_be_visible()
        expect(page.get_by_role("status")).to_contain_text("suggestions")
        assert barriers(page) == []
        for key, selected in (("ArrowDown", 0), ("ArrowDown", 1), ("Home", 0), ("End", -1), ("ArrowUp", -2)):
            page.keyboard.press(key)
            chosen = page.get_by_role("option").nth(selected)
            expect(chosen).to_have_attribute("aria-selected", "true")
            expect(field_).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "?")
        expect(page.locator("[aria-selected=true]")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(field_).to_have_attribute("aria-expanded", "false")
        expect(field_).to_have_value("kes")
        assert barriers(page) == []
        assert complaints == []

    def test_lead_to_products_and_queries(self, page: Page, store: Store, goods: Any) -> None:
        typed(page, "kes")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        page.wait_for_url("**/products/kestrel-tent-*")
        typed(page, "kestrel t")
        page.get_by_role("option", name="kestrel tent", exact=True).click()
        page.wait_for_url("**/own-search?q=kestrel+tent")

    def test_show_the_last_answer_only(self, page: Page, goods: Any) -> None:
        held: list[Any] = []
        page.route("**/suggest?*q=kes", lambda route: held.append(route))  # noqa: PLW0108
        page.goto("/")
        field_of(page).click()
        with page.expect_request("**/suggest?*q=kes"):
            page.keyboard.type("kes")
        field_of(page).fill("plain")
        expect(page.get_by_role("option", name="Plain Tarp")).to_be_visible()
        for route in held:
            route.continue_()
        page.wait_for_timeout(300)
        expect(page.get_by_role("option", name="Plain Tarp")).to_be_visible()
        assert held

    def test_leave_the_shops_own_search_alone_while_the_server_is_away(
        self, page: Page, store: Store, goods: Any
    ) -> None:
        store.about["results-url"] = "/found"
        page.route("**/suggest?*", lambda route: route.abort())
        page.goto("/")
        field_of(page).click()
        page.keyboard.type("tent")
        page.wait_for_timeout(400)
        expect(field_of(page)).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("Enter")
        page.wait_for_url("**/own-search?q=tent")

    def test_never_run_what_a_product_is_called(self, page: Page, goods: Any, complaints: list[str]) -> None:
        title = '<img src=x onerror="window.broken=1"> kestrel <script>window.broken=1</script> & <b>co</b>'
        goods.product("66", title=title, url="javascript:window.broken=1", brand="<svg onload=window.broken=1>")
        goods.index()
        typed(page, "kestrel co")
        expect(page.get_by_role("option", name=title)).to_be_visible()
        assert page.evaluate("window.broken") is None
        assert page.locator(".br-panel :is(script, svg, b, [onerror])").count() == 0
        hrefs = page.locator(".br-panel a").evaluate_all("links => links.map(link => link.protocol)")
        assert set(hrefs) == {"http:"}
        assert complaints == []

    def test_speak_the_pages_language_and_direction(self, page: Page, store: Store, goods: Any) -> None:
        store.lang = "de-DE"
        store.dir = "rtl"
        typed(page, "kes")
        expect(page.get_by_role("group", name="Produkte")).to_be_visible()
        expect(page.get_by_role("option", name="Alle 30 Treffer zeigen")).to_be_visible()
        assert "11,00\N{NO-BREAK SPACE}€" in page.get_by_role("group", name="Produkte").inner_text()
        right, field_right = (
            page.evaluate(f"document.querySelector('{name}').getBoundingClientRect().right")
            for name in (".br-panel", "#q")
        )
        assert abs(right - field_right) <= 1 or right > field_right

    def test_can_be_tapped_on_large_screens(self, browser: Browser, store: Store, goods: Any) -> None:
        context = browser.new_context(base_url=store.origin, viewport={"width": 1024, "height": 768}, has_touch=True)
        page = context.new_page()
        page.goto("/")
        page.locator("#q").tap()
        page.keyboard.type("plain")
        page.get_by_role("option", name="Plain Tarp").tap()
        page.wait_for_url("**/products/kestrel-tent-99")
        context.close()

    def test_close_when_the_field_is_left(self, page: Page, goods: Any) -> None:
        typed(page, "kes")
        page.get_by_role("heading", name="A store").click()
        expect(page.locator(".br-panel")).to_be_hidden()
        field_of(page).click()
        expect(page.locator(".br-panel")).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.locator(".br-panel")).to_be_hidden()

    def test_are_a_sheet_on_phones(self, browser: Browser, store: Store, goods: Any) -> None:
        context = browser.new_context(base_url=store.origin, viewport=NARROW, has_touch=True, is_mobile=True)
        page = context.new_page()
        page.goto("/")
        page.locator("#q").tap()
        sheet = page.get_by_role("dialog", name="Search")
        expect(sheet).to_be_visible()
        page.keyboard.type("kes")
        expect(sheet.get_by_role("option").first).to_be_visible()
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        sizes = sheet.get_by_role("option").evaluate_all("all => all.map(one => one.offsetHeight)")
        assert min(sizes) >= 44
        page.get_by_role("button", name="Close search").tap()
        expect(sheet).to_be_hidden()
        expect(page.locator("#q")).to_have_value("kes")
        page.route("**/suggest?*", lambda route: route.abort())
        page.locator("#q").tap()
        page.keyboard.type("trel")
        page.keyboard.press("Enter")
        page.wait_for_url("**/own-search?q=kestrel")
        context.close()


class TestResults:
    @pytest.fixture(autouse=True)
    def _page_of_results(self, store: Store) -> None:
        store.body = _RESULTS
        store.about |= {"results-url": "/found", "facets": "brand,Colour"}

    def test_can_be_narrowed_sorted_turned_and_taken_back(self, page: Page, goods: Any, complaints: list[str]) -> None:
        page.goto("/found?q=kestrel")
        told = page.locator(".br-count")
        expect(told).to_have_text("30 results for “kestrel”")
        assert barriers(page) == []
        page.get_by_role("checkbox", name="Osprey & Son").check()
        expect(told).to_have_text("10 results for “kestrel”")
        expect(page.locator("label", has_text="Nordvik")).to_contain_text("20")  # what the other one would bring
        page.get_by_role("checkbox", name="Nordvik").check()
        expect(told).to_have_text("30 results for “kestrel”")
        expect(page.get_by_role("checkbox", name="Nordvik")).to_be_focused()
        page.go_back()
        expect(told).to_have_text("10 results for “kestrel”")
        expect(page.get_by_role("checkbox", name="Osprey & Son")).to_be_checked()
        page.get_by_role("button", name="Remove filter: Osprey & Son").click()
        page.get_by_label("Sort").select_option("price:desc")
        expect(page.locator(".br-card").first).to_contain_text("€39.00")
        page.get_by_role("link", name="Next page").click()
        expect(page.locator(".br-card")).to_have_count(6)
        expect(told).to_be_focused()
        assert parse_qs(urlsplit(page.url).query) == {"q": ["kestrel"], "sort": ["price:desc"], "page": ["2"]}
        page.reload()
        expect(page.locator(".br-card")).to_have_count(6)
        assert barriers(page) == []
        assert complaints == []

    def test_can_be_narrowed_by_price(self, page: Page, goods: Any) -> None:
        page.goto("/found?q=kestrel")
        page.get_by_label("Lowest price").fill("12.50")
        page.get_by_label("Highest price").fill("15")
        page.get_by_role("button", name="Apply").click()
        expect(page.locator(".br-count")).to_have_text("3 results for “kestrel”")
        expect(page.get_by_role("button", name="Remove filter: €12.50 – €15.00")).to_be_visible()

    def test_follow_the_field_without_a_new_page(self, page: Page, store: Store, goods: Any) -> None:
        page.goto("/found?q=kestrel")
        expect(field_of(page)).to_have_value("kestrel")
        field_of(page).fill("plain tarp")
        page.keyboard.press("Enter")
        expect(page.locator(".br-count")).to_have_text("1 result for “plain tarp”")
        assert len([path for path in store.asked if path.startswith("/found")]) == 1

    def test_say_why_there_are_none(self, page: Page, goods: Any) -> None:
        page.goto("/found?q=zzzzqqqq")
        expect(page.get_by_text("Nothing found for “zzzzqqqq”")).to_be_visible()
        assert barriers(page) == []
        page.goto("/found?q=plain tarp&filter[brand]=Nobody")
        page.get_by_role("button", name="Clear all filters").last.click()
        expect(page.locator(".br-card")).to_have_count(1)

    def test_say_what_was_understood(self, page: Page, goods: Any) -> None:
        page.goto("/found?q=kestral")
        expect(page.get_by_text("Showing results for “kestrel”.")).to_be_visible()

    def test_offer_the_orders_that_the_shop_allows(self, page: Page, here: Any, goods: Any) -> None:
        with here.database.write() as db:
            settings = replace(USUAL, sorts=("relevance", "price:asc"))
            search_settings.save(db, shop_id=goods.id, settings=settings, now=datetime.now(UTC))
        here.storefronts.forget()
        page.goto("/found?q=kestrel")
        expect(page.get_by_label("Sort").get_by_role("option")).to_have_count(2)

    def test_know_the_currency_also_where_nothing_is_found(self, page: Page, goods: Any) -> None:
        page.goto("/found?q=kestrel&filter[price]=900000-1000000&page=1.5")
        expect(page.get_by_label("Lowest price")).to_have_value("9000")

    def test_offer_another_try_while_the_server_is_away(self, page: Page, goods: Any) -> None:
        page.route("**/search?*", lambda route: route.abort())
        page.goto("/found?q=kestrel")
        expect(page.get_by_text("The search does not answer right now.")).to_be_visible()
        page.unroute("**/search?*")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".br-card")).to_have_count(24)

    def test_fit_on_phones_with_folded_filters(self, page: Page, goods: Any) -> None:
        page.set_viewport_size(NARROW)
        page.goto("/found?q=kestrel")
        expect(page.locator(".br-card")).to_have_count(24)
        expect(page.get_by_role("checkbox", name="Nordvik")).to_be_hidden()
        page.get_by_text("Filters", exact=True).click()
        page.get_by_role("checkbox", name="Nordvik").check()
        expect(page.get_by_text("Filters (1)")).to_be_visible()
        expect(page.get_by_role("checkbox", name="Nordvik")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert barriers(page) == []

    def test_of_a_category_are_its_own(self, page: Page, store: Store, goods: Any) -> None:
        store.body = "<div data-backroom-results data-category='Tents'></div>"
        page.goto("/tents")
        expect(page.locator(".br-count")).to_have_text("30 results")

    def test_never_run_what_the_address_says(self, page: Page, goods: Any) -> None:
        page.goto("/found?q=<img src=x onerror=window.broken=1>&filter[<b>]=<i>&sort=<u>")
        page.wait_for_timeout(500)
        assert page.evaluate("window.broken") is None
        assert page.locator("main :is(img[src=x], i, u)").count() == 0


class TestCounting:
    def counted(self, here: Any, shop: Any, wanted: Tally) -> None:
        """Wait until this is counted; the store tells it by and by."""
        deadline = time.monotonic() + 60
        while True:
            with here.database.read() as db:
                found = searches.totals(db, shop_id=shop.id, since=datetime.now(UTC).date())
            if found == wanted or time.monotonic() > deadline:
                assert found == wanted
                return
            time.sleep(0.05)

    def test_a_search_counts_where_the_shopper_stopped(self, page: Page, here: Any, goods: Any) -> None:
        before = 9  # of the goods
        typed(page, "kestrel")
        page.wait_for_timeout(1500)
        page.keyboard.type(" te")
        page.keyboard.type("nt", delay=200)
        page.wait_for_timeout(1500)
        self.counted(here, goods, Tally(asked=before + 2))

    def test_a_click_on_a_suggested_product_counts(self, page: Page, here: Any, goods: Any) -> None:
        typed(page, "kestrel")
        page.get_by_role("group", name="Products").get_by_role("option").first.click()
        page.wait_for_url("**/products/*")
        self.counted(here, goods, Tally(asked=10, clicks=1))

    def test_clicks_carts_and_orders_follow(self, page: Page, store: Store, here: Any, goods: Any) -> None:
        store.body = _RESULTS + "<button type='button' data-backroom-cart='x'>Buy</button>"
        page.goto("/found?q=kestrel")
        card = page.locator(".br-card a").nth(1)
        expect(card).to_be_visible()
        self.counted(here, goods, Tally(asked=10))
        page.evaluate("navigator.sendBeacon('/x')")  # a store's own beacons are no business of ours
        card.click()
        page.wait_for_url("**/products/*")
        self.counted(here, goods, Tally(asked=10, clicks=1))
        click = json.loads(page.evaluate("sessionStorage.getItem('backroom.click')"))
        page.evaluate("id => window.Backroom.cart(id)", "another")
        page.evaluate("id => window.Backroom.cart(id)", click["product"])
        page.evaluate("window.Backroom.order('77')")
        page.evaluate("window.Backroom.order('77')")
        self.counted(here, goods, Tally(asked=10, clicks=1, carts=1, orders=1))
        with here.database.read() as db:
            rows = searches.by_position(db, shop_id=goods.id, since=datetime.now(UTC).date(), last=9)
        assert [(row.position, row.orders) for row in rows if row.clicks] == [(2, 1)]
        assert page.context.cookies() == []


class TestRecommendations:
    def test_show_what_goes_with_a_product(self, page: Page, store: Store, goods: Any) -> None:
        store.body = "<div data-backroom-recommend='bought-together' data-product='100' data-limit='3'></div>"
        page.goto("/products/kestrel-tent-100")
        expect(page.get_by_role("heading", name="Similar products")).to_be_visible()
        expect(page.locator(".br-card")).to_have_count(3)
        assert barriers(page) == []
