"""The home page, the first steps, the test event and the design system in a real browser."""

from typing import Any

import pytest
from playwright.sync_api import Page

from commerce.tables import effects
from tests.browser import test_dashboard as dashboard
from tests.webapp import parcels
from tests.webapp.stepped import step

pytestmark = dashboard.pytestmark

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address, complaints, page = dashboard.browser, dashboard.address, dashboard.complaints, dashboard.page

PHONE = {"width": 360, "height": 780}
PAGES = ("/dashboard/", "/dashboard/load", "/dashboard/privacy", "/dashboard/design")
_SHIFTS = """() => {
    window.moved = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.moved += entry.value;
    }).observe({ type: "layout-shift", buffered: false });
}"""


def fill(shop: Any) -> None:
    shop.everything()
    parcels.troubled(shop)
    step(shop, "hold", "held")
    step(shop, "label", "unsure")


def sound(page: Page, path: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert dashboard._overhang(page) <= 0, path
    assert dashboard._barriers(page) == [], path


class TestPages:
    @pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
    def test_are_sound(self, page: Page, shop: Any, complaints: list[str], scheme: Any) -> None:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(PHONE)
        sound(page, "/dashboard/")  # before anything came
        fill(shop)
        for size in (PHONE, dashboard.WIDE):
            page.set_viewport_size(size)
            for path in PAGES:
                sound(page, path)
        page.set_viewport_size(PHONE)
        page.goto("/dashboard/")
        page.get_by_role("button", name="Send a test event").click()
        page.get_by_role("heading", name="Every step").wait_for()
        assert dashboard._overhang(page) <= 0
        assert dashboard._barriers(page) == []
        assert complaints == []


class TestNeeds:
    def test_are_put_aside_and_shown_again_by_keyboard(self, page: Page, shop: Any, complaints: list[str]) -> None:
        fill(shop)
        page.goto("/dashboard/")
        page.locator("#aside-parcels").press("Enter")
        page.get_by_text("It comes back when it gets worse.").wait_for()
        assert page.locator("#need-parcels").count() == 0
        page.locator("#aside summary").press("Enter")
        page.locator("#again-parcels").press("Enter")
        page.locator("#need-parcels").wait_for()
        assert complaints == []

    def test_appear_by_themselves_without_taking_the_focus(self, page: Page, shop: Any) -> None:
        shop.everything()
        page.goto("/dashboard/")
        page.locator("#fold").focus()
        shop.effect(kind=effects.INDEX, state=effects.FAILED)
        page.get_by_text("2 things that followed from deliveries failed.").wait_for()
        assert page.evaluate("document.activeElement.id") == "fold"

    def test_what_is_refreshed_does_not_move_the_page(self, page: Page, shop: Any) -> None:
        shop.everything()
        page.goto("/dashboard/")
        page.evaluate(_SHIFTS)
        shop.product("12")
        page.get_by_role("link", name="2 products").wait_for()
        assert page.evaluate("window.moved") <= 0.02


class TestTheFirstSteps:
    def test_are_folded_up_and_opened_by_keyboard(self, page: Page) -> None:
        page.goto("/dashboard/")
        page.locator("#fold").press("Enter")
        page.get_by_role("button", name="Show the steps").wait_for()
        assert not page.get_by_text("Connect the shop").is_visible()
        page.locator("#fold").press("Enter")
        page.get_by_text("Connect the shop").first.wait_for()


class TestCharts:
    def test_have_their_numbers_in_a_table_by_keyboard(self, page: Page, shop: Any) -> None:
        shop.everything()
        page.goto("/dashboard/")
        page.locator("#hours-chart-table summary").press("Enter")
        assert page.locator("#hours-chart-table tbody tr").count() == 24
        assert page.get_by_role("img", name="Deliveries per hour").is_visible()
