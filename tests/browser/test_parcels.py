"""The pages of parcels in a real browser: without barriers, wide and narrow, and by keyboard alone."""

from typing import Any

from playwright.sync_api import Page

from tests.browser import test_dashboard as dashboard
from tests.webapp import parcels

pytestmark = dashboard.pytestmark

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address, complaints, page = dashboard.browser, dashboard.address, dashboard.complaints, dashboard.page

PAGES = (
    *("/parcels", "/parcels?reason=stuck", "/parcels/all", "/parcels/import", "/parcels/settings"),
    *("/carriers", "/carriers/ups", "/carriers/easypost", "/carriers/house", "/orders/21"),
)


def fill(shop: Any) -> list[int]:
    shop.order()
    parcels.account(shop)
    parcels.figures(shop)
    return [parcels.journey(shop, order="21"), *parcels.troubled(shop).values(), *parcels.well(shop)]


class TestPages:
    @dashboard.IN_ANY_LIGHT_AND_WIDTH
    def test_are_sound(self, page: Page, shop: Any, complaints: list[str], scheme: Any, size: Any) -> None:
        keys = fill(shop)
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        for path in (*PAGES, f"/parcels/{keys[0]}", f"/parcels/{keys[4]}"):
            answer = page.goto(f"/dashboard{path}")
            assert answer is not None
            assert answer.status == 200, path
            assert dashboard._overhang(page) <= 0, f"{path} scrolls sideways at {size['width']}"
            assert dashboard._barriers(page) == [], path
        assert complaints == []

    def test_with_errors_are_sound(self, page: Page, shop: Any) -> None:
        page.goto("/dashboard/parcels/settings")
        page.get_by_label("Colour").fill("green")
        page.locator("main").get_by_role("button", name="Save").click()
        field = page.get_by_label("Colour")
        assert field.get_attribute("aria-invalid") == "true"
        assert "Write it as" in page.locator(f"#{field.get_attribute('aria-describedby')}").inner_text()
        assert dashboard._barriers(page) == []


class TestTheQueue:
    def test_is_worked_through_by_keyboard_alone(self, page: Page, shop: Any) -> None:
        wrong = parcels.troubled(shop)
        page.goto("/dashboard/parcels?reason=exception")
        page.get_by_role("button", name="Done with 1ZEXCEPTION000001").focus()
        page.keyboard.press("Enter")
        page.get_by_text("No parcel here any more.").wait_for()
        page.goto("/dashboard/parcels")
        page.locator(f"#parcel-{wrong['stuck']}").focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Parcel 1ZSTUCK0000000001").wait_for()


class TestAFile:
    def test_is_looked_at_and_added(self, page: Page, shop: Any) -> None:
        page.goto("/dashboard/parcels/import")
        file = {
            "name": "parcels.csv",
            "mimeType": "text/csv",
            "buffer": b"number,carrier\n1Z999AA10123456784,UPS\nx,\n",
        }
        page.get_by_label("CSV file").set_input_files(file)
        page.get_by_role("button", name="Look at it first").click()
        page.get_by_text("has to have 4 to 60 letters and digits").wait_for()
        assert dashboard._barriers(page) == []
        page.get_by_role("button", name="Add 1 parcel").click()
        page.get_by_text("1 added, 0 known already, 1 left out because of errors.").wait_for()
