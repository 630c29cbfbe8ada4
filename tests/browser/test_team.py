"""The team's pages in a real browser: without errors and barriers, by keyboard, on a phone."""

from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page

from commerce.rules.roles import STAFF
from commerce.tables.team import memberships, users
from tests.browser import test_dashboard as dashboard
from tests.signed_in import as_user
from tests.webapp import stock

pytestmark = dashboard.pytestmark

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address, complaints = dashboard.browser, dashboard.address, dashboard.complaints

PHONE = {"width": 360, "height": 780}
PAGES = ("/dashboard/team", "/dashboard/team/sign-ins", "/dashboard/audit", "/dashboard/account", "/dashboard/keys")


@pytest.fixture
def mine(browser: Browser, address: str, app: Any, shop: Any, here: Any, complaints: list[str]) -> Any:
    """The page of an owner in a browser, with a colleague and somebody who is invited."""
    with here.database.write() as db:
        other_one = users.ensure(db, mail="ada@example.com", name="Ada", now=stock.NOW)
        memberships.join(db, user_id=other_one, shop_id=shop.id, role=STAFF, now=stock.NOW)
        memberships.invite(
            db, shop_id=shop.id, mail=f"{'long' * 15}@example.com", role=STAFF, invited_by="Ada", now=stock.NOW
        )
    client = as_user(app.test_client(), shop_id=shop.id)
    cookie = client.get_cookie("backroom")
    context = browser.new_context(base_url=address, viewport=dashboard.WIDE)
    context.add_cookies([{"name": "backroom", "value": cookie.value, "url": address}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()


class TestPages:
    @pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
    def test_are_sound(self, mine: Page, complaints: list[str], scheme: Any) -> None:
        mine.emulate_media(color_scheme=scheme)
        for size in (PHONE, dashboard.WIDE):
            mine.set_viewport_size(size)
            for path in PAGES:
                answer = mine.goto(path)
                assert answer is not None
                assert answer.status == 200, path
                assert dashboard._overhang(mine) <= 0, f"{path} scrolls sideways at {size['width']}"
                assert dashboard._barriers(mine) == [], path
        assert complaints == []

    def test_of_signing_in_are_sound(self, browser: Browser, address: str) -> None:
        page = browser.new_context(base_url=address, viewport=PHONE).new_page()
        page.goto("/sign-in")
        assert dashboard._overhang(page) <= 0
        assert dashboard._barriers(page) == []
        page.get_by_label("Mail address").first.fill("nobody@example.com")
        page.keyboard.press("Enter")
        page.get_by_text("a link is on its way").wait_for()
        assert dashboard._barriers(page) == []
        page.context.close()


class TestByKeyboard:
    def test_somebody_is_invited(self, mine: Page) -> None:
        mine.goto("/dashboard/team")
        mine.get_by_label("Mail address").focus()
        mine.keyboard.type("zoe@example.com")
        mine.keyboard.press("Enter")
        mine.get_by_role("heading", name="zoe@example.com is invited").wait_for()
        assert dashboard._barriers(mine) == []

    def test_a_second_factor_is_set_up(self, mine: Page) -> None:
        mine.goto("/dashboard/account")
        mine.get_by_role("button", name="Set up an app").press("Enter")
        secret = mine.locator("#app code").inner_text()
        assert dashboard._barriers(mine) == []
        mine.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
        mine.keyboard.press("Enter")
        mine.get_by_role("heading", name="Your recovery codes").wait_for()
        assert dashboard._barriers(mine) == []
