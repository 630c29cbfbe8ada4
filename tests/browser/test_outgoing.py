"""The pages of outgoing webhooks in a real browser: without barriers, wide and narrow, light and dark, by keyboard."""

from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page

from commerce.tables import alerts
from commerce.tables.outgoing import dispatches, endpoints, tries
from tests.browser import test_dashboard as dashboard
from tests.webapp.api.test_outgoing import end, happens

pytestmark = dashboard.pytestmark

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address, complaints, page = dashboard.browser, dashboard.address, dashboard.complaints, dashboard.page

ON = ("", "/1", "/1/edit", "/1/replay?choice=failed", "/new", "/log", "/log?state=failed", "/log/1")


def fill(shop: Any) -> None:
    now = datetime.now(UTC)
    with shop.here.database.write() as db:
        for url in ("https://erp.example.com/a/very/long/path/" + "x" * 120, "https://till.example.com/hooks"):
            chosen = endpoints.Chosen(url=url, filters=("order.*", "product.changed"), description="")
            key = endpoints.add(db, shop.here.vault, shop_id=shop.id, chosen=chosen, secret="whsec_eA==", now=now)
        endpoints.learn(db, key, failures=7, failing_since=now, rests_until=now)
        told = {"kind": "webhooks", "about": str(key), "words": "The webhook endpoint till.example.com fails."}
        alerts.raise_one(db, shop_id=shop.id, now=now, **told)
    happens(shop.here, shop, *map(str, range(30)))
    end(shop.here, dispatches.FAILED)
    row = {
        "shop_id": shop.id,
        "dispatch_id": 1,
        "url": "https://erp.example.com",
        "sent": {"webhook-id": "msg_" + "1" * 90},
    }
    row |= {"status": 500, "answered": {"Server": "nginx"}, "answer": "broken " * 90, "is_cut": True}
    with shop.here.database.write() as db:
        tries.add(db, [row | {"error": "It answered 500.", "milliseconds": 12, "at": now}])


def sound(page: Page, what: str) -> None:
    for width in (page.viewport_size or dashboard.WIDE)["width"], 360:
        page.set_viewport_size({"width": width, "height": 800})
        assert dashboard._overhang(page) <= 0, f"{what} scrolls sideways at {width}"
    assert dashboard._barriers(page) == [], what


class TestPages:
    @dashboard.IN_ANY_LIGHT_AND_WIDTH
    def test_are_sound(self, page: Page, shop: Any, complaints: list[str], scheme: Any, size: Any) -> None:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        page.goto("/dashboard/webhooks-out")
        sound(page, "the list without any")
        fill(shop)
        for path in ON:
            page.set_viewport_size(size)
            page.goto(f"/dashboard/webhooks-out{path}")
            page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            sound(page, path)
        page.goto("/dashboard/")
        page.get_by_text("The webhook endpoint till.example.com fails.").wait_for()
        assert complaints == []


class TestAnEndpoint:
    def test_is_added_by_keyboard_alone(self, page: Page, shop: Any) -> None:
        page.goto("/dashboard/webhooks-out/new")
        page.get_by_label("Address").focus()
        page.keyboard.type("https://93.184.216.34/hooks")
        page.get_by_label("Every event").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Its secret").wait_for()
        assert page.locator("#secret").inner_text().startswith("whsec_")
        sound(page, "the endpoint with its secret")
        page.get_by_role("button", name="Send a test event").press("Enter")
        page.get_by_text("It goes out in a moment.").wait_for()
        page.go_back()
        page.get_by_role("button", name="Pause").press("Enter")
        page.get_by_text("The endpoint is paused.").wait_for()

    def test_with_errors_leads_to_them(self, page: Page, shop: Any) -> None:
        page.goto("/dashboard/webhooks-out/new")
        page.get_by_label("Address").fill("https://127.0.0.1/")
        page.get_by_role("button", name="Add the endpoint").click()
        page.get_by_text("2 things have to be put right").wait_for()
        assert page.get_by_label("Address").get_attribute("aria-invalid") == "true"
        sound(page, "the form with errors")
