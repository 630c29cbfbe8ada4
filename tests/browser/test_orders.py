"""The pages of orders' steps in a real browser: without barriers, wide and narrow, and by keyboard alone."""

from datetime import timedelta
from typing import Any

from playwright.sync_api import Page

from tests.browser import test_dashboard as dashboard
from tests.webapp.labelled import ordered
from tests.webapp.stepped import state_of, step
from tests.webapp.stock import NOW

pytestmark = dashboard.pytestmark

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address, complaints, page = dashboard.browser, dashboard.address, dashboard.complaints, dashboard.page

PAGES = (
    *("/orders", "/orders/21", "/orders/settings"),
    *("/orders/steps", "/orders/steps?trouble=unsure", "/orders/steps?trouble=failed", "/orders/steps?trouble=late"),
    *("/orders/steps/release?trouble=held", "/orders/steps/run?trouble=unsure", "/"),
)


def fill(shop: Any) -> dict[str, int]:
    """An order with a step in every state."""
    ordered(shop)
    late = {"due_at": NOW, "created_at": NOW - timedelta(hours=30)}
    return {
        "hold": step(shop, "hold", "held", outcome="Its total of 44.98 EUR is over 40.00 EUR. It goes to DE."),
        "payment": step(shop, "payment", "blocked", outcome="No payment yet.", **late),
        "label": step(shop, "label", "unsure", outcome="Nobody knows whether this label was bought."),
        "custom": step(shop, "custom:risk-check", "failed", outcome="It answered 422: " + "x" * 80),
        "figures": step(shop, "analytics", "done", outcome="Counted."),
        "message": step(shop, "notify:order_confirmation", "skipped", outcome="“Order confirmed” is switched off."),
    }


class TestPages:
    @dashboard.IN_ANY_LIGHT_AND_WIDTH
    def test_are_sound(self, page: Page, shop: Any, complaints: list[str], scheme: Any, size: Any) -> None:
        numbers = fill(shop)
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        for path in (*PAGES, f"/orders/21/steps/{numbers['label']}/run"):
            answer = page.goto(f"/dashboard{path}")
            assert answer is not None
            assert answer.status == 200, path
            assert dashboard._overhang(page) <= 0, f"{path} scrolls sideways at {size['width']}"
            assert dashboard._barriers(page) == [], path
        assert complaints == []

    def test_have_the_states_of_steps_below_each_other(self, page: Page, shop: Any) -> None:
        fill(shop)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto("/dashboard/orders/21")
            edges = page.locator("#steps .badge").evaluate_all(
                "all => all.map(one => one.getBoundingClientRect().right)"
            )
            assert (len(edges), max(edges) - min(edges) < 1) == (6, True), edges

    def test_with_errors_are_sound(self, page: Page, shop: Any) -> None:
        page.goto("/dashboard/orders/settings")
        page.get_by_label("After how many hours").fill("many")
        page.locator("main").get_by_role("button", name="Save").click()
        field = page.get_by_label("After how many hours")
        assert field.get_attribute("aria-invalid") == "true"
        assert "whole number" in page.locator(f"#{field.get_attribute('aria-describedby')}").inner_text()
        assert field.input_value() == "many"
        assert dashboard._barriers(page) == []
        page.get_by_label("Name", exact=True).fill("Über")
        page.get_by_role("button", name="Add this step").click()
        assert page.get_by_label("Name", exact=True).get_attribute("aria-invalid") == "true"
        assert dashboard._barriers(page) == []


class TestDeciding:
    def test_is_done_by_keyboard_alone(self, page: Page, shop: Any) -> None:
        numbers = fill(shop)
        page.goto("/dashboard/orders/21")
        page.get_by_role("button", name="Release: Hold for review").focus()
        page.keyboard.press("Enter")
        page.get_by_text("It is released.").wait_for()
        assert state_of(shop, numbers["hold"]) == "done"
        page.get_by_role("link", name="Run again: Shipping label").focus()
        page.keyboard.press("Enter")
        page.get_by_text("buys, and costs, a second one").wait_for()
        assert state_of(shop, numbers["label"]) == "unsure"
        page.get_by_role("button", name="I looked: run it again").focus()
        page.keyboard.press("Enter")
        page.get_by_text("It is run again.").wait_for()
        assert state_of(shop, numbers["label"]) == "waiting"

    def test_about_many_shows_the_number_first(self, page: Page, shop: Any) -> None:
        for key in range(3):
            ordered(shop, str(key))
            step(shop, "hold", "held", order=str(key), outcome="It goes to DE.")
        page.goto("/dashboard/")
        page.locator("[id='need-steps.held']").get_by_role("link", name="Decide").click()
        page.get_by_role("link", name="Release …").click()
        page.get_by_role("heading", name="Release: 3 steps?").wait_for()
        page.get_by_role("button", name="Release 3").click()
        page.get_by_label("Release: 0 of 3").wait_for()
        assert dashboard._barriers(page) == []
