"""Stock and figures in a real browser: without errors and barriers, narrow and wide, and changed by hand."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from commerce.mirror import counting
from commerce.rules.order_steps.settings import OrderSettings
from commerce.tables import orders, shops
from commerce.tables.order_steps import settings as chosen
from tests.browser import test_dashboard as dashboard
from tests.webapp.stock import NOW

pytestmark = dashboard.pytestmark

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address, complaints, page = dashboard.browser, dashboard.address, dashboard.complaints, dashboard.page

PHONE = {"width": 360, "height": 780}
PAGES = (
    "/dashboard/stock",
    "/dashboard/stock?only=low",
    "/dashboard/stock/110",
    "/dashboard/figures",
    "/dashboard/figures?since=2026-05-02&until=2026-05-01",
    "/dashboard/products/11",
)


@pytest.fixture
def sold(here: Any, shop: Any) -> Any:
    """A shop with stock that is kept here, and orders of some days."""
    shop.product()
    for number in range(12):
        shop.order(str(20 + number), placed_at=NOW - timedelta(days=number * 3), total=4000 + 500 * number)
    with here.database.write() as db:
        chosen.save(db, shop_id=shop.id, chosen=OrderSettings(keeps_stock=True), now=NOW)
        found = shops.by_id(db, here.vault, shop.id)
        assert found is not None
        ids = [str(20 + number) for number in range(12)]
        counting.count(db, found, orders.by_ids(db, shop_id=shop.id, ids=ids), now=NOW)
    return shop


class TestPages:
    @pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
    def test_are_sound(self, page: Page, sold: Any, complaints: list[str], scheme: Any) -> None:
        page.emulate_media(color_scheme=scheme)
        for size in (PHONE, dashboard.WIDE):
            page.set_viewport_size(size)
            for path in PAGES:
                answer = page.goto(path)
                assert answer is not None
                assert answer.status == 200, path
                assert dashboard._overhang(page) <= 0, f"{path} scrolls sideways at {size['width']}"
                assert dashboard._barriers(page) == [], path
        assert complaints == []


class TestStock:
    def test_is_changed_by_hand(self, page: Page, sold: Any, complaints: list[str]) -> None:
        page.goto("/dashboard/stock")
        page.get_by_role("link", name="Kestrel Tent 11, Navy").click()
        page.get_by_label("How").select_option("to")
        page.get_by_label("Pieces").fill("9")
        page.get_by_label("Reason").fill("Counted on Monday")
        page.get_by_role("button", name="Change the stock").click()
        assert page.get_by_role("status").inner_text() == "9 on hand now."
        assert page.get_by_text("Counted on Monday").is_visible()
        assert complaints == []
