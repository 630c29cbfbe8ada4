"""Customers, messages, the search and keys with JavaScript switched off, by what stands on the pages alone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from commerce.tables.notifications import notifications
from tests.browser import test_dashboard as dashboard
from tests.browser import test_notifications as messages
from tests.browser import test_without_script as journeys
from tests.browser.test_without_script import follow, press, said
from tests.stored import rows
from tests.webapp import persons

pytestmark = [*dashboard.pytestmark, pytest.mark.any_database]

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address, plain = dashboard.browser, dashboard.address, journeys.plain
told = messages.told


class TestACustomer:
    def test_is_edited_given_points_noted_and_erased(self, plain: Page, shop: Any) -> None:
        persons.fill(shop, 3)
        follow(plain, "Customers")
        plain.get_by_label("Search", exact=True).fill("ada31")
        press(plain, "Show")
        plain.get_by_role("link", name="Ada Byron").click()
        plain.get_by_role("link", name="Edit").click()
        plain.get_by_label("Last name").fill("Lovelace")
        plain.get_by_label("Email").fill("ada at home")
        press(plain, "Save")
        expect(plain.get_by_label("Email")).to_have_attribute("aria-invalid", "true")
        expect(plain.get_by_label("Email")).to_have_value("ada at home")
        expect(plain.get_by_label("Last name")).to_have_value("Lovelace")
        plain.get_by_label("Email").fill("ada@example.org")
        press(plain, "Save")
        plain.get_by_role("heading", name="Ada Lovelace", level=1).wait_for()
        plain.get_by_label("Add a note").fill("Asked for blue ones.")
        press(plain, "Add note")
        said(plain, "The note is on the timeline.")
        expect(plain.locator("main")).to_contain_text("Asked for blue ones.")
        plain.get_by_role("link", name="giving or taking points").click()
        plain.get_by_label("Points", exact=True).fill("25")
        plain.get_by_label("Why? It stands in the ledger.").fill("For the wait")
        press(plain, "Adjust")
        said(plain, "Done.")
        expect(plain.get_by_role("region", name="Ledger")).to_contain_text("For the wait")
        plain.get_by_role("link", name="← Ada Lovelace").click()
        plain.get_by_role("link", name="Erase …").click()
        press(plain, "Erase for good")
        expect(plain.get_by_label("Write ERASE to go on")).to_have_attribute("aria-invalid", "true")
        plain.get_by_label("Write ERASE to go on").fill("ERASE")
        press(plain, "Erase for good")
        said(plain, "The customer is being erased.")


class TestASegment:
    @pytest.mark.slow
    def test_is_written_and_counted(self, plain: Page, shop: Any) -> None:
        persons.fill(shop, 3)
        follow(plain, "Customers", "Segments", "New segment")
        plain.get_by_label("Name of the segment").fill("Germans who bought")
        plain.get_by_label("Condition 1: value").fill("1")
        press(plain, "Add condition")
        plain.get_by_label("Condition 2: what").select_option(label="Country")
        plain.get_by_role("button", name="Go on").last.click()
        plain.get_by_label("Condition 2: value").select_option("DE")
        press(plain, "Count")
        expect(plain.locator("#counted")).to_contain_text("customers fit now")
        press(plain, "Save segment")
        said(plain, "“Germans who bought” is saved.")


class TestATemplate:
    @pytest.mark.slow
    def test_is_changed_looked_at_stored_and_taken_back(self, plain: Page) -> None:
        follow(plain, "Notifications", "Templates", "Order confirmed")
        plain.get_by_label("Subject").fill("Danke für {{ order.number }}")
        section = "<mj-section><mj-column><mj-text>Ganz neu: {{ order.number }}</mj-text></mj-column></mj-section>"
        plain.get_by_label("Body").fill(section)
        press(plain, "Preview")
        expect(plain.frame_locator("iframe[name=desktop]").locator("body")).to_contain_text("Ganz neu: 1001")
        press(plain, "Save")
        said(plain, "Messages are written with it from now on.")
        plain.get_by_label("Body").fill("<mj-section>{{ nothing.there }}</mj-section>")
        press(plain, "Save")
        expect(plain.get_by_label("Body")).to_have_attribute("aria-invalid", "true")
        expect(plain.get_by_label("Body")).to_have_value("<mj-section>{{ nothing.there }}</mj-section>")
        press(plain, "Back to the usual one")
        said(plain, "The usual template counts again.")


class TestAMessage:
    @pytest.mark.slow
    def test_is_sent_again(self, plain: Page, told: Any) -> None:
        follow(plain, "Notifications", "Log")
        plain.get_by_label("State").select_option("uncertain")
        press(plain, "Filter")
        plain.get_by_role("link", name="Back in stock").click()
        expect(plain.frame_locator("iframe").locator("body")).to_contain_text("Gießkanne")
        before = len(rows(told.here.database, notifications.notifications))
        press(plain, "Send again")
        said(plain, "It is sent again.")
        assert len(rows(told.here.database, notifications.notifications)) == before + 1


class TestAnAddress:
    @pytest.mark.slow
    def test_is_suppressed_and_lifted(self, plain: Page) -> None:
        follow(plain, "Notifications", "Suppressed addresses")
        field = plain.get_by_label("Address", exact=True)
        field.fill("gone at home")
        plain.get_by_label("Why").fill("They asked on the phone")
        press(plain, "Suppress")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_value("gone at home")
        field.fill("gone@example.org")
        press(plain, "Suppress")
        said(plain, "It is not written to any more.")
        expect(plain.locator("main")).to_contain_text("They asked on the phone")
        press(plain, "Lift gone@example.org")
        said(plain, "It may be written to again")
        expect(plain.get_by_role("button", name="Lift gone@example.org")).to_have_count(0)


class TestTheSearch:
    def test_is_given_a_synonym(self, plain: Page, shop: Any) -> None:
        follow(plain, "Search", "Words")
        field = plain.get_by_label("Words or phrases, with commas between them")
        field.fill("sofa")
        plain.get_by_role("button", name="Add", exact=True).click()
        expect(field).to_have_value("sofa")
        expect(field).to_have_attribute("aria-invalid", "true")
        field.fill("sofa, couch, settee")
        plain.get_by_role("button", name="Add", exact=True).click()
        said(plain, "Saved.")
        expect(plain.get_by_role("region", name="Synonyms", exact=True)).to_contain_text("settee")

    @pytest.mark.slow
    def test_is_given_a_rule(self, plain: Page, shop: Any) -> None:
        shop.product()
        shop.index()
        follow(plain, "Search", "Rules", "New rule")
        plain.get_by_label("Name of the rule").fill("Tents first")
        plain.get_by_label("Words, one search a line").fill("tent")
        plain.get_by_label("Look for a product").fill("kestrel")
        press(plain, "Look")
        press(plain, "Pin Kestrel Tent 11")
        plain.get_by_label("at position").fill("one")
        press(plain, "Save rule")
        expect(plain.get_by_label("at position")).to_have_attribute("aria-invalid", "true")
        expect(plain.get_by_label("at position")).to_have_value("one")
        plain.get_by_label("at position").fill("1")
        press(plain, "Save rule")
        said(plain, "“Tents first” counts within a second.")
        plain.get_by_role("link", name="Try a search").click()
        plain.get_by_role("searchbox").first.fill("tent")
        plain.locator("main").get_by_role("button").first.click()
        expect(plain.locator("main")).to_contain_text("pins it at position 1.")


class TestAKey:
    @pytest.mark.slow
    def test_is_made_and_revoked(self, plain: Page, app: Any) -> None:
        follow(plain, "Connection", "Keys for your own systems")
        plain.get_by_label("For which system").fill("Till")
        press(plain, "Make the key")
        expect(plain.get_by_role("alert")).to_contain_text("Choose what it may do.")
        expect(plain.get_by_label("For which system")).to_have_value("Till")
        plain.get_by_label("See orders").check()
        press(plain, "Make the key")
        token = plain.locator("#token").inner_text()
        asked = {"Authorization": f"Bearer {token}"}
        assert app.test_client().get("/api/v1/orders", headers=asked).status_code == 200
        follow(plain, "Connection", "Keys for your own systems")
        press(plain, "Revoke Till")
        said(plain, "The key is refused from now on.")
        assert app.test_client().get("/api/v1/orders", headers=asked).status_code == 401
