"""The pages of loyalty in a real browser: without barriers, wide and narrow, light and dark, and by keyboard alone."""

from datetime import timedelta
from typing import Any

from playwright.sync_api import Page

from tests.browser import test_dashboard as dashboard
from tests.webapp import stock
from tests.webapp.views.test_loyalty import settle

pytestmark = dashboard.pytestmark

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address, complaints, page = dashboard.browser, dashboard.address, dashboard.complaints, dashboard.page

ON = ("/loyalty", "/loyalty/rules", "/customers/31/points")


def fill(shop: Any) -> None:
    shop.customer()
    for number in range(4):
        placed = stock.NOW - timedelta(days=40 * number)
        shop.order(f"2{number}", total=10_000, refunded=0, shipping=0, placed_at=placed)


def sound(page: Page, what: str) -> None:
    for width in (page.viewport_size or dashboard.WIDE)["width"], 360:
        page.set_viewport_size({"width": width, "height": 800})
        assert dashboard._overhang(page) <= 0, f"{what} scrolls sideways at {width}"
    assert dashboard._barriers(page) == [], what


def switch_on(page: Page, shop: Any) -> None:
    page.goto("/dashboard/loyalty")
    page.get_by_role("button", name="Switch on for orders since").click()
    page.get_by_text("The programme is on. Orders count").first.wait_for()
    settle(shop)


class TestPages:
    @dashboard.IN_ANY_LIGHT_AND_WIDTH
    def test_are_sound(self, page: Page, shop: Any, complaints: list[str], scheme: Any, size: Any) -> None:
        fill(shop)
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        page.goto("/dashboard/loyalty")
        for words in ("Add products", "Add something", "Add a level"):
            page.get_by_role("button", name=words).click()
            page.wait_for_load_state()
        sound(page, "the form")
        page.goto("/dashboard/loyalty")
        page.get_by_role("button", name="Try it", exact=True).click()
        page.get_by_text("Points given").wait_for()
        sound(page, "the trial")
        switch_on(page, shop)
        for path in ON:
            page.set_viewport_size(size)
            page.goto(f"/dashboard{path}")
            sound(page, path)
        assert complaints == []

    def test_with_errors_lead_to_them(self, page: Page, shop: Any) -> None:
        page.goto("/dashboard/loyalty")
        field = page.get_by_label("Points wait")
        field.fill("soon")
        page.get_by_role("button", name="Switch on from today").click()
        page.get_by_text("one thing has to be put right").wait_for()
        assert field.get_attribute("aria-invalid") == "true"
        first = (field.get_attribute("aria-describedby") or "").split()[0]
        assert "whole number" in page.locator(f'[id="{first}"]').inner_text()
        sound(page, "the form with errors")


class TestTheProgramme:
    def test_is_tried_switched_on_and_spent_by_keyboard_alone(self, page: Page, shop: Any) -> None:
        fill(shop)
        page.goto("/dashboard/loyalty")
        page.get_by_label("Points for each").focus()
        page.keyboard.press("Control+A")
        page.keyboard.type("2")
        page.keyboard.press("Enter")  # tries, and stores nothing
        page.get_by_text("for 4 of 4 orders").wait_for()
        page.get_by_role("button", name="Switch on for orders since").focus()
        page.keyboard.press("Enter")
        page.get_by_text("The programme is on. Orders count").first.wait_for()
        settle(shop)
        page.goto("/dashboard/customers/31/points")
        page.get_by_role("button", name="Spend").focus()
        page.keyboard.press("Enter")
        page.get_by_text("is being made at your shop").wait_for()
        page.get_by_label("Points", exact=True).focus()
        page.keyboard.type("30")
        page.get_by_label("Why?").focus()
        page.keyboard.type("A late parcel")
        page.keyboard.press("Enter")
        page.get_by_text("A late parcel").wait_for()
        assert page.get_by_text("+30").count() == 1
