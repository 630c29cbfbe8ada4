"""The pages of the search in a real browser: without barriers, wide and narrow, and by keyboard alone."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import test_dashboard as dashboard
from tests.webapp import tools_of_search

pytestmark = dashboard.pytestmark

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address, complaints, page = dashboard.browser, dashboard.address, dashboard.complaints, dashboard.page

PAGES = (
    *("", "/settings", "/words", "/rules", "/rules/1", "/rules/new", "/test?q=kestrel&product=11"),
    "/words?before=one-way&before=kestrel&before=shelter",
)


class TestPages:
    @dashboard.IN_ANY_LIGHT_AND_WIDTH
    def test_are_sound(self, page: Page, shop: Any, complaints: list[str], scheme: Any, size: Any) -> None:
        shop.product()
        shop.product("12", title="Halden Tarp")
        shop.index()
        tools_of_search.fill(shop)
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        for path in PAGES:
            answer = page.goto(f"/dashboard/search{path}")
            assert answer is not None
            assert answer.status == 200, path
            assert dashboard._overhang(page) <= 0, f"{path} scrolls sideways at {size['width']}"
            assert dashboard._barriers(page) == [], path
        assert complaints == []

    def test_with_errors_are_sound(self, page: Page, shop: Any) -> None:
        shop.product()
        page.goto("/dashboard/search/settings")
        page.get_by_label("Price bands, in EUR").fill("cheap")
        page.locator("main").get_by_role("button", name="Save").click()
        field = page.get_by_label("Price bands, in EUR")
        assert field.get_attribute("aria-invalid") == "true"
        assert "Write prices" in page.locator(f"#{field.get_attribute('aria-describedby')}").inner_text()
        assert dashboard._barriers(page) == []

    @pytest.mark.slow  # the quick run tries them on the pages of test_dashboard
    def test_bear_very_long_words(self, page: Page, shop: Any) -> None:
        long = "Donaudampfschifffahrt" * 4
        shop.product(title=long, brand=long)
        shop.index()
        tools_of_search.fill(shop, long)
        page.set_viewport_size(dashboard.NARROW)
        for path in PAGES[:-1]:
            page.goto(f"/dashboard/search{path}")
            assert dashboard._overhang(page) <= 0, path


class TestARule:
    def test_is_made_by_keyboard_alone(self, page: Page, shop: Any) -> None:
        shop.product()
        shop.index()
        page.goto("/dashboard/search/rules/new")
        page.get_by_label("Name of the rule").focus()
        page.keyboard.type("Tents first")
        page.get_by_label("Words, one search a line").focus()
        page.keyboard.type("tent")
        page.get_by_label("Look for a product").focus()
        page.keyboard.type("kestrel")
        page.keyboard.press("Enter")
        pin = page.get_by_role("button", name="Pin Kestrel Tent 11")
        pin.focus()
        page.keyboard.press("Enter")
        page.get_by_label("at position").wait_for()
        page.get_by_role("button", name="Save rule").focus()
        page.keyboard.press("Enter")
        page.get_by_text("“Tents first” counts within a second.").wait_for()
        page.goto("/dashboard/search/test?q=tent")
        page.get_by_text("pins it at position 1.").wait_for()
