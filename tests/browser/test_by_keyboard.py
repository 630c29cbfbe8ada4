"""The dashboard without a mouse: every stop of the focus can be seen, none is a trap, and what changes keeps it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import test_dashboard as dashboard
from tests.browser import test_notifications, test_orders, test_outgoing
from tests.signed_in import as_user
from tests.webapp import parcels, persons, tools_of_search

pytestmark = [*dashboard.pytestmark, pytest.mark.any_database]

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address, complaints = dashboard.browser, dashboard.address, dashboard.complaints
told = test_notifications.told

MOST = 250  # stops of a page, at most
PAGES = (
    *("/", "/events", "/events/2", "/orders", "/orders/21", "/orders/steps", "/orders/settings", "/products", "/stock"),
    *("/customers", "/customers/31", "/customers/31/edit", "/segments", "/segments/new", "/notifications"),
    *("/notifications/log/1", "/notifications/templates/order_confirmation/de", "/notifications/settings"),
    *("/webhooks-out", "/webhooks-out/new", "/webhooks-out/log/1", "/search", "/search/words", "/search/rules/new"),
    *("/search/settings", "/parcels", "/parcels/all", "/parcels/import", "/loyalty/rules", "/cache", "/connection"),
    *("/team", "/keys", "/account", "/audit", "/privacy", "/storefront", "/figures"),
)
# What has the focus: its number among all that had it, and whether somebody who looks can see it, and that it has it.
# The parts of a field for dates have marks of their own, which the field does not know of.
_STOP = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    window.stops ??= new Map();
    if (!window.stops.has(one)) window.stops.set(one, window.stops.size);
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    const hit = right > left && bottom > top ? document.elementFromPoint((left + right) / 2, (top + bottom) / 2) : null;
    const labels = [...(one.labels ?? [])];
    return {
        at: window.stops.get(one),
        what: one.outerHTML.slice(0, 120),
        isSeen: hit !== null && [one, ...labels].some(each => each.contains(hit) || hit.contains(each)),
        hasMark: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
            || one.matches("iframe, [type=date], [type=datetime-local]"),
    };
}"""
_REACHABLE = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(
    one => !one.disabled && one.tabIndex >= 0 && one.type !== "hidden" && one.type !== "radio" && one.checkVisibility()
).length"""


@pytest.fixture
def mine(browser: Browser, address: str, app: Any, shop: Any, complaints: list[str]) -> Iterator[Page]:
    """The page of an owner in a browser."""
    cookie = as_user(app.test_client(), shop_id=shop.id).get_cookie("backroom")
    context = browser.new_context(base_url=address, viewport=dashboard.WIDE)
    context.add_cookies([{"name": "backroom", "value": cookie.value, "url": address}])
    page = context.new_page()
    page.set_default_timeout(60_000)  # however busy the machine is
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()


def opened(page: Page, path: str) -> None:
    """Open the page and skip what stands before its content."""
    page.goto(f"/dashboard{path}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def reach(page: Page, wanted: Locator, *, key: str = "Tab") -> None:
    """Go on until this has the focus."""
    for _ in range(MOST):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{wanted} is never reached")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    reach(page, wanted)
    page.keyboard.press(key)


def write(page: Page, wanted: Locator, words: str) -> None:
    """Put these words in the place of what stands in a field."""
    reach(page, wanted)
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def stops(page: Page) -> list[dict[str, Any]]:
    """Where the focus goes from here until it leaves the page or comes to its beginning again."""
    found: list[dict[str, Any]] = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        one = page.evaluate(_STOP)
        if one is None or (found and one["at"] < found[-1]["at"]):
            return found
        found.append(one)
    raise AssertionError(f"the focus never comes to an end: {found[-3:]}")


def unseen(found: list[dict[str, Any]]) -> list[str]:
    return [one["what"] for one in found if not (one["isSeen"] and one["hasMark"])]


def leads_to_what_is_wrong(page: Page) -> None:
    """The focus is on what is wrong, or on words about it, and each field that is wrong says how."""
    page.locator("[aria-invalid=true]").first.wait_for()
    fields = page.locator("[aria-invalid=true]")
    for field in fields.all():
        words = page.locator(f"[id='{(field.get_attribute('aria-describedby') or 'none').split()[-1]}']")
        assert words.inner_text().strip()
    focused = page.evaluate("document.activeElement.matches('[role=alert], [aria-invalid=true]')")
    assert focused, page.evaluate("document.activeElement.outerHTML.slice(0, 120)")


def fill(shop: Any) -> None:
    """Something on each page."""
    persons.fill(shop, 5)
    test_orders.fill(shop)
    parcels.troubled(shop)
    test_outgoing.fill(shop)
    shop.everything()
    tools_of_search.fill(shop)


class TestTheSkipLink:
    def test_goes_to_the_content(self, mine: Page) -> None:
        mine.goto("/dashboard/orders")
        mine.keyboard.press("Tab")
        skip = mine.get_by_role("link", name="Skip to the content")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        mine.keyboard.press("Enter")
        mine.keyboard.press("Tab")
        assert mine.evaluate("document.querySelector('main').contains(document.activeElement)")


class TestEveryPage:
    @pytest.mark.parametrize(
        ("paths", "size"),
        [
            pytest.param(("/", "/orders/settings", "/search/rules/new"), dashboard.NARROW, id="some"),
            pytest.param(PAGES, dashboard.WIDE, id="wide", marks=pytest.mark.slow),
            pytest.param(PAGES, dashboard.NARROW, id="narrow", marks=pytest.mark.slow),
        ],
    )
    def test_shows_the_focus_at_each_stop_and_lets_it_go(self, mine: Page, told: Any, paths: Any, size: Any) -> None:
        fill(told)
        mine.set_viewport_size(size)
        for path in paths:
            answer = mine.goto(f"/dashboard{path}")
            assert answer is not None
            assert answer.status == 200, path
            found = stops(mine)
            assert unseen(found) == [], path
            assert len({one["at"] for one in found}) >= mine.evaluate(_REACHABLE), path

    @pytest.mark.slow
    def test_goes_back_the_same_way(self, mine: Page, shop: Any) -> None:
        mine.goto("/dashboard/orders/settings")
        there = [one["what"] for one in stops(mine)]
        back: list[str] = []
        while len(back) < len(there):
            mine.keyboard.press("Shift+Tab")
            one = mine.evaluate(_STOP)
            if one is not None:
                back.append(one["what"])
        assert back == there[::-1]
