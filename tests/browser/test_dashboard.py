"""The dashboard in a real browser: every page, wide and narrow, without errors and barriers, and alive."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.webapp import conftest as fixtures

# A browser that leaves while a picture is on its way leaves the test's own server with the file.
_LEFT = "ignore:Exception ignored in. <_io.FileIO name='.*/static/:pytest.PytestUnraisableExceptionWarning"
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings(_LEFT)]

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAGES = (
    "/dashboard/",
    "/dashboard/events",
    "/dashboard/events?state=failed",
    "/dashboard/events/1",
    "/dashboard/events/2",
    "/dashboard/events/rejected",
    "/dashboard/events/replay",
    "/dashboard/products",
    "/dashboard/products?q=kestrel&filter[brand]=Nordvik",
    "/dashboard/products/11",
    "/dashboard/orders",
    "/dashboard/orders/21",
    "/dashboard/customers",
    "/dashboard/customers/31",
    "/dashboard/searches",
    "/dashboard/searches/query?q=tent",
    "/dashboard/storefront",
    "/dashboard/connection",
)
# Links of the navigation that stick out of it, or whose words stick out of them, in any font that is a little wider.
_CUT_LINKS = """() => {
    const nav = document.querySelector('.nav');
    nav.style.letterSpacing = '0.04em';
    const edge = nav.getBoundingClientRect().right;
    return [...nav.querySelectorAll('a')]
        .filter(link => link.getBoundingClientRect().right > edge || link.scrollWidth > link.clientWidth)
        .map(link => link.textContent);
}"""
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
# What breaks, breaks where there is little room, and colours are of one stylesheet, which `test_are_sound_in_the_dark`
# looks at: the rest is left to the whole run.
IN_ANY_LIGHT_AND_WIDTH = pytest.mark.parametrize(
    ("scheme", "size"),
    [
        pytest.param("light", NARROW, id="light-narrow"),
        pytest.param("light", WIDE, id="light-wide", marks=pytest.mark.slow),
        pytest.param("dark", WIDE, id="dark-wide", marks=pytest.mark.slow),
        pytest.param("dark", NARROW, id="dark-narrow", marks=pytest.mark.slow),
    ],
)


# The web application's tests and these fill shops in the same way.
here, app, link = fixtures.here, fixtures.app, fixtures.link
add_shop, shop, other = fixtures.add_shop, fixtures.shop, fixtures.other


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
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains about: errors on the console, broken rules of the content security policy."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, link: str, shop: Any, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport=WIDE)
    page = context.new_page()
    page.set_default_timeout(60_000)  # however busy the machine is
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("https://shop.example/**", lambda route: route.fulfill(status=204))
    page.goto(link)
    assert page.url == f"{address}/dashboard/"
    yield page
    context.close()


class TestPages:
    @pytest.mark.parametrize(
        "size", [pytest.param(NARROW, id="narrow"), pytest.param(WIDE, id="wide", marks=pytest.mark.slow)]
    )
    def test_are_sound(self, page: Page, shop: Any, other: Any, complaints: list[str], size: Any) -> None:
        shop.everything()
        page.set_viewport_size(size)
        for path in PAGES:
            answer = page.goto(f"{path}{'&' if '?' in path else '?'}shop={shop.key}")
            assert answer is not None
            assert answer.status == 200, path
            assert _overhang(page) <= 0, f"{path} scrolls sideways at {size['width']}"
            assert _barriers(page) == [], path
        assert complaints == []

    def test_show_the_whole_navigation_at_any_width(self, page: Page, shop: Any) -> None:
        for width in (1280, 800, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto("/dashboard/connection")
            assert page.evaluate(_CUT_LINKS) == [], width

    def test_are_sound_in_the_dark(self, page: Page, shop: Any) -> None:
        shop.everything()
        page.emulate_media(color_scheme="dark")
        for path in ("/dashboard/", "/dashboard/events", "/dashboard/events/2", "/dashboard/products/11"):
            page.goto(path)
            assert _barriers(page) == [], path

    def test_bear_very_long_words(self, page: Page, shop: Any) -> None:
        long = "Donaudampfschifffahrt" * 20
        shop.product(title=long, brand=long, tags=(long,), description=long)
        shop.order(number=long, email=f"{long}@example.org", note=long)
        shop.customer(first_name=long, email=f"{long}@example.org")
        shop.delivery(f'{{"title": "{long}"}}'.encode(), topic=long, outcome={"error": long, "state": "failed"})
        shop.index()
        page.set_viewport_size(NARROW)
        for path in ("", "events", "events/1", "products", "products/11", "orders", "orders/21", "customers/31"):
            page.goto(f"/dashboard/{path}")
            assert _overhang(page) <= 0, path


class TestLife:
    def test_new_deliveries_appear_by_themselves(self, page: Page, shop: Any, complaints: list[str]) -> None:
        page.goto("/dashboard/events")
        assert page.get_by_text("No deliveries yet.").is_visible()
        shop.delivery(topic="orders/paid")
        page.get_by_role("link", name="orders/paid").wait_for()
        assert complaints == []

    def test_what_the_reader_does_is_not_disturbed(self, page: Page, shop: Any) -> None:
        shop.counters()
        page.goto("/dashboard/")
        page.get_by_text("As a table").click()
        shop.product()
        page.get_by_role("link", name="1 product", exact=True).wait_for()
        assert page.locator("#hours-chart-table").get_attribute("open") is not None

    def test_typed_text_stays(self, page: Page, shop: Any) -> None:
        page.goto("/dashboard/products")
        page.get_by_label("Search", exact=True).fill("kest")
        shop.product()
        page.get_by_role("link", name="Kestrel Tent 11").wait_for()
        assert page.get_by_label("Search", exact=True).input_value() == "kest"

    def test_replay_asks_before_it_acts(self, page: Page, shop: Any) -> None:
        shop.delivery(outcome={})
        page.goto("/dashboard/events")
        page.get_by_role("link", name="Replay all…").click()
        page.get_by_role("button", name="Replay 1").click()
        page.get_by_text("1 delivery is applied again now.").wait_for()

    def test_choosing_a_shop_needs_no_button(self, page: Page, shop: Any, other: Any) -> None:
        page.goto("/dashboard/")
        page.get_by_label("Shop", exact=True).select_option("second.example")
        page.get_by_role("heading", name="second.example").wait_for()

    def test_signing_out_ends_it(self, page: Page, address: str) -> None:
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Sign in").wait_for()
        page.goto("/dashboard/")
        assert page.url.startswith(f"{address}/sign-in")


def test_pages_work_without_script(browser: Browser, address: str, link: str, shop: Any, other: Any) -> None:
    shop.everything()
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto(link)
    page.get_by_label("Shop", exact=True).select_option("first.example")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Products", exact=True).first.click()
    page.get_by_label("Search", exact=True).fill("kestrel")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Kestrel Tent 11").click()
    page.get_by_role("heading", name="Kestrel Tent 11").wait_for()
    context.close()


def _overhang(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def _barriers(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
