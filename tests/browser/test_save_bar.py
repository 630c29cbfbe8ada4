"""What was changed and not saved yet is said at once, can be taken back, and is not lost by a slip."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import test_dashboard as dashboard

pytestmark = dashboard.pytestmark

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address, complaints, page = dashboard.browser, dashboard.address, dashboard.complaints, dashboard.page

PATHS = (
    "/dashboard/orders/settings",
    "/dashboard/notifications/settings",
    "/dashboard/parcels/settings",
)


class TestTheBar:
    @pytest.mark.parametrize("path", PATHS)
    def test_comes_with_a_change_and_goes_with_it(
        self, page: Page, shop: Any, complaints: list[str], path: str
    ) -> None:
        page.set_viewport_size(dashboard.NARROW)
        page.goto(path)
        bar = page.get_by_role("region", name="Unsaved changes")
        assert not bar.is_visible()
        box = page.locator("form[data-save-bar] input[type=checkbox]:visible").first
        box.click()
        bar.wait_for()
        assert dashboard._overhang(page) <= 0
        assert dashboard._barriers(page) == []
        bar.get_by_role("button", name="Discard").click()
        bar.wait_for(state="hidden")
        box.click()
        bar.get_by_role("button", name="Save").press("Enter")
        page.get_by_role("status").first.wait_for()  # saved
        page.get_by_role("region", name="Unsaved changes").wait_for(state="hidden")
        assert complaints == []

    def test_asks_before_changes_are_lost(self, page: Page, shop: Any) -> None:
        page.goto(PATHS[0])
        page.locator("form[data-save-bar] input[type=checkbox]:visible").first.click()
        asked: list[str] = []

        def stay(dialog: Any) -> None:
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", stay)
        page.goto("/dashboard/")
        assert asked == ["beforeunload"]
