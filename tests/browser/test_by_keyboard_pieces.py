"""What moves on the dashboard's pages, by keyboard alone: forms that grow, bars that come, lists that are refreshed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from commerce.tables.outgoing import tries
from tests.browser import test_by_keyboard as keyboard
from tests.browser import test_dashboard as dashboard
from tests.browser import test_outgoing
from tests.browser.test_by_keyboard import leads_to_what_is_wrong, opened, press, reach, stops, unseen, write
from tests.webapp import persons
from tests.webapp.labelled import ordered
from tests.webapp.stepped import step

pytestmark = [*dashboard.pytestmark, pytest.mark.any_database]

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address, complaints = dashboard.browser, dashboard.address, dashboard.complaints
mine = keyboard.mine


class TestTheSaveBar:
    def test_hides_no_field_and_is_reached(self, mine: Page, complaints: list[str]) -> None:
        mine.set_viewport_size(dashboard.NARROW)
        opened(mine, "/orders/settings")
        box, bar = mine.get_by_label("Payment check"), mine.get_by_role("region", name="Unsaved changes")
        press(mine, box, "Space")
        expect(bar).to_be_visible()
        assert unseen(stops(mine)) == []
        press(mine, bar.get_by_role("button", name="Discard"))
        expect(bar).to_be_hidden()
        expect(box).to_be_checked()
        expect(mine.locator("main form button.first").first).to_be_focused()
        press(mine, box, "Space")
        press(mine, bar.get_by_role("button", name="Save"))
        expect(mine.get_by_role("status").first).to_contain_text("Saved.")
        expect(box).not_to_be_checked()
        assert complaints == []


class TestASegment:
    @pytest.mark.slow
    def test_grows_and_shrinks_under_the_focus(self, mine: Page, shop: Any, complaints: list[str]) -> None:
        persons.fill(shop, 5)
        opened(mine, "/segments/new")
        write(mine, mine.get_by_label("Name of the segment"), "Germans")
        press(mine, mine.get_by_role("button", name="Add condition"))
        second = mine.get_by_label("Condition 2: what")
        expect(second).to_be_focused()
        mine.keyboard.type("Country")
        mine.locator("#operator_1 option[value=any_of]").wait_for(state="attached")
        expect(second).to_be_focused()
        reach(mine, mine.get_by_label("Condition 2: value"))
        mine.keyboard.type("DE")
        press(mine, mine.get_by_role("button", name="Take condition 1 away"), "Space")
        first = mine.get_by_label("Condition 1: what")
        expect(first).to_be_focused()
        expect(first).to_have_value("country")
        mine.locator("#counted").get_by_text("customers fit now").wait_for()
        press(mine, mine.get_by_role("button", name="Save segment"))
        mine.get_by_text("“Germans” is saved.").wait_for()
        assert complaints == []


class TestATemplate:
    @pytest.mark.slow
    def test_is_written_and_left_again(self, mine: Page, complaints: list[str]) -> None:
        opened(mine, "/notifications/templates/order_confirmation/en")
        write(mine, mine.get_by_label("Subject"), "Thank you for {{ order.number }}")
        section = "<mj-section><mj-column><mj-text>Brand new: {{ order.number }}</mj-text></mj-column></mj-section>"
        write(mine, mine.get_by_label("Body"), section)
        for name in ("desktop", "phone", "text"):
            expect(mine.frame_locator(f"iframe[name={name}]").locator("body")).to_contain_text("Brand new: 1001")
        expect(mine.get_by_label("Body")).to_be_focused()
        press(mine, mine.locator("main").get_by_role("button", name="Save"))
        expect(mine.get_by_role("status").first).to_contain_text("Saved.")
        assert stops(mine)
        assert complaints == []


class TestARule:
    def test_goes_on_where_something_was_added(self, mine: Page, shop: Any) -> None:
        shop.product()
        shop.index()
        opened(mine, "/search/rules/new")
        write(mine, mine.get_by_label("Name of the rule"), "Tents first")
        write(mine, mine.get_by_label("Words, one search a line"), "tent")
        press(mine, mine.get_by_role("button", name="Boost a brand or tag"))
        expect(mine.get_by_label("what has")).to_be_focused()
        write(mine, mine.get_by_label("Look for a product"), "kestrel\n")
        expect(mine.get_by_label("Look for a product")).to_be_focused()
        press(mine, mine.get_by_role("button", name="Pin Kestrel Tent 11"))
        expect(mine.get_by_label("at position")).to_be_focused()
        mine.keyboard.press("Control+A")
        mine.keyboard.type("one")
        press(mine, mine.get_by_role("button", name="Save rule"))
        leads_to_what_is_wrong(mine)
        write(mine, mine.get_by_label("at position"), "1")
        press(mine, mine.get_by_role("button", name="Take line 1 away"))
        expect(mine.get_by_label("Look for a product")).to_be_focused()
        press(mine, mine.get_by_role("button", name="Save rule"))
        mine.get_by_text("“Tents first” counts within a second.").wait_for()


class TestASecret:
    def test_is_copied(self, mine: Page) -> None:
        mine.context.grant_permissions(["clipboard-read", "clipboard-write"])
        opened(mine, "/webhooks-out/new")
        write(mine, mine.get_by_label("Address"), "https://93.184.216.34/hooks")
        press(mine, mine.get_by_label("Every event"), "Space")
        press(mine, mine.get_by_role("button", name="Add the endpoint"))
        press(mine, mine.get_by_role("button", name="Copy"))
        mine.get_by_text("Copied.").wait_for()
        assert mine.evaluate("navigator.clipboard.readText()") == mine.locator("#secret").inner_text()


class TestWhatUnfolds:
    def test_is_opened_used_and_closed(self, mine: Page, shop: Any) -> None:
        shop.order()
        opened(mine, "/orders?payment=paid")
        summary = mine.locator(".views summary")
        press(mine, summary)
        mine.keyboard.press("Tab")
        expect(mine.get_by_label("Name of the view")).to_be_focused()
        reach(mine, summary, key="Shift+Tab")
        mine.keyboard.press("Space")
        expect(mine.get_by_label("Name of the view")).to_be_hidden()
        mine.keyboard.press("Enter")
        mine.keyboard.press("Tab")
        mine.keyboard.type("Paid ones")
        mine.keyboard.press("Enter")
        mine.get_by_text("“Paid ones” is saved").wait_for()


class TestWhatIsRefreshed:
    def test_keeps_the_focus_in_its_row(self, mine: Page, shop: Any) -> None:
        """All three rows have a link to the same product."""
        for _ in range(3):
            shop.delivery(outcome={})
        opened(mine, "/events")
        rows = mine.locator("#list tbody tr")
        reach(mine, rows.nth(1).get_by_role("link", name="product 11"))
        shop.delivery(outcome={})
        expect(rows).to_have_count(4)
        expect(rows.nth(2).get_by_role("link", name="product 11")).to_be_focused()

    def test_keeps_the_focus_on_what_has_no_address(self, mine: Page, shop: Any) -> None:
        test_outgoing.fill(shop)
        opened(mine, "/webhooks-out/log/1")
        summary = mine.get_by_text("Headers")
        press(mine, summary)
        row = {"shop_id": shop.id, "dispatch_id": 1, "url": "https://erp.example.com", "sent": {}, "status": 502}
        with shop.here.database.write() as db:
            tries.add(db, [row | {"answered": {}, "error": "", "milliseconds": 9, "at": datetime.now(UTC)}])
        mine.get_by_role("heading", name="Try 2: 502").wait_for()
        expect(mine.locator("#tries details[open] summary")).to_be_focused()

    @pytest.mark.slow
    def test_keeps_the_focus_on_a_button(self, mine: Page, shop: Any) -> None:
        ordered(shop)
        step(shop, "hold", "held")
        opened(mine, "/orders/21")
        release = mine.get_by_role("button", name="Release: Hold for review")
        reach(mine, release)
        step(shop, "custom:risk-check", "failed", outcome="It answered 500.")
        mine.get_by_role("button", name="Run again: risk-check").wait_for()
        expect(release).to_be_focused()


class TestAMistake:
    @pytest.mark.parametrize(
        ("path", "field", "words", "button"),
        [
            ("/orders/settings", "More pieces than", "many", "Save"),
            ("/customers/31/edit", "Email", "ada at home", "Save"),
            ("/notifications/suppressed", "Address", "nobody", "Suppress"),
            *(
                pytest.param(*one, marks=pytest.mark.slow)
                for one in (
                    ("/customers/31/erase", "Write ERASE to go on", "erase", "Erase for good"),
                    ("/segments/new", "Condition 1: value", "many", "Save segment"),
                    ("/notifications/settings", "Colour of buttons", "green", "Save"),
                    ("/notifications/templates/order_confirmation/en", "Subject", "{{ order", "Save"),
                    ("/webhooks-out/new", "Address", "https://127.0.0.1/", "Add the endpoint"),
                    ("/search/settings", "Price bands", "cheap", "Save"),
                    ("/search/words", "Words or phrases", "sofa", "Add"),
                    ("/parcels/settings", "Colour", "green", "Save"),
                    ("/loyalty/rules", "At most for one order", "many", "Save the rules"),
                    ("/stock/110", "When so many are left", "few", "Store"),
                    ("/team", "Mail address", "grace@example.com", "Invite"),
                    ("/carriers/ups", "Client ID", "somebody", "Save"),
                    ("/customers/fields", "Name for other systems", "Not a name", "Add field"),
                    ("/cache/templates/product", "Template", "{% nothing %}", "Save"),
                    ("/account", "New password, 10 characters or more", "a" * 12, "Save the password"),
                )
            ),
        ],
    )
    def test_is_led_to(self, mine: Page, shop: Any, path: str, field: str, words: str, button: str) -> None:
        shop.product()
        persons.fill(shop, 0)
        opened(mine, path)
        write(mine, mine.get_by_label(field).and_(mine.locator("input, textarea")).first, words)
        press(mine, mine.locator("main").get_by_role("button", name=button, exact=True).first)
        leads_to_what_is_wrong(mine)
