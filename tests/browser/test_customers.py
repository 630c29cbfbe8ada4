"""The pages of customers and segments in a real browser: without barriers, wide and narrow, and by keyboard alone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import test_dashboard as dashboard
from tests.webapp import persons

pytestmark = dashboard.pytestmark

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address, complaints, page = dashboard.browser, dashboard.address, dashboard.complaints, dashboard.page

PHONE = {"width": 360, "height": 740}
PAGES = (
    *("customers", "customers?account=yes&sort=spent", "customers?q=nobody", "customers/31", "customers/31/edit"),
    *("customers/new", "customers/31/merge?q=ada", "customers/31/merge/32", "customers/31/erase"),
    *("customers/groups", "customers/fields", "customers/fields/birthday", "segments", "segments/new"),
)


@pytest.fixture
def filled(shop: Any) -> Any:
    persons.fill(shop)
    return shop


class TestPages:
    @dashboard.IN_ANY_LIGHT_AND_WIDTH
    def test_are_sound(self, page: Page, filled: Any, complaints: list[str], scheme: Any, size: Any) -> None:
        size = PHONE if size is dashboard.NARROW else size
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        for path in PAGES:
            answer = page.goto(f"/dashboard/{path}")
            assert answer is not None
            assert answer.status == 200, path
            assert dashboard._overhang(page) <= 0, f"{path} scrolls sideways at {size['width']}"
            assert dashboard._barriers(page) == [], path
        assert complaints == []

    @pytest.mark.slow  # the quick run tries them on the pages of test_dashboard
    def test_bear_very_long_words(self, page: Page, shop: Any) -> None:
        long = "Donaudampfschifffahrt" * 4
        shop.customer(first_name=long, last_name=long, email=f"{long}@example.org", tags=(long,), note=long)
        shop.customer("32", first_name=long, last_name=long, email=f"{long}@example.org")
        page.set_viewport_size(PHONE)
        for path in ("customers", "customers/31", "customers/31/edit", "customers/31/merge/32", "customers/31/erase"):
            page.goto(f"/dashboard/{path}")
            assert dashboard._overhang(page) <= 0, path


class TestASegment:
    def test_is_made_by_keyboard_alone(self, page: Page, filled: Any, complaints: list[str]) -> None:
        page.goto("/dashboard/segments/new")
        page.get_by_label("Name of the segment").focus()
        page.keyboard.type("Rich")
        page.get_by_label("Condition 1: what").focus()
        page.keyboard.type("Total spent")
        page.get_by_text("EUR", exact=True).wait_for()
        expect(page.get_by_label("Condition 1: what")).to_be_focused()
        page.get_by_label("Condition 1: value").focus()
        page.keyboard.type("20.50")
        page.get_by_text("customers fit now").wait_for()
        page.get_by_role("button", name="Add condition").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Condition 2: what")).to_be_focused()
        page.keyboard.type("Country")
        page.locator("#operator_1 option[value=any_of]").wait_for(state="attached")
        page.get_by_label("Condition 2: value").select_option("DE")
        assert dashboard._barriers(page) == []
        page.get_by_role("button", name="Save segment").focus()
        page.keyboard.press("Enter")
        page.get_by_text("“Rich” is saved.").wait_for()
        assert complaints == []

    def test_says_beside_the_condition_what_is_wrong(self, page: Page, filled: Any) -> None:
        page.goto("/dashboard/segments/new")
        page.get_by_label("Name of the segment").fill("Rich")
        page.get_by_label("Condition 1: value").fill("many")
        page.get_by_role("button", name="Save segment").click()
        field = page.get_by_label("Condition 1: value")
        assert field.get_attribute("aria-invalid") == "true"
        assert "must be a number" in page.locator(f"#{field.get_attribute('aria-describedby')}").inner_text()
        assert dashboard._barriers(page) == []


class TestAMerge:
    def test_is_made_and_undone_by_keyboard_alone(self, page: Page, filled: Any) -> None:
        page.goto("/dashboard/customers/31")
        page.get_by_role("link", name="Merge with Ada Byron").focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Are they one person?").wait_for()
        page.get_by_role("button", name="Merge").focus()
        page.keyboard.press("Enter")
        page.get_by_text("They are one customer now.").wait_for()
        page.get_by_role("button", name="Undo the merge with Account 32").focus()
        page.keyboard.press("Enter")
        page.get_by_text("The merge is undone").wait_for()
