"""The daily work with JavaScript switched off: from the home page to each result, by what stands on the pages alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from commerce.rules.order_steps.settings import OrderSettings
from commerce.tables import inbox
from commerce.tables.order_steps import settings as chosen
from tests.browser import test_dashboard as dashboard
from tests.signed_in import as_user
from tests.stored import deliveries
from tests.webapp import parcels
from tests.webapp.labelled import ordered
from tests.webapp.stepped import state_of, step
from tests.webapp.stock import NOW

pytestmark = [*dashboard.pytestmark, pytest.mark.any_database]

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address = dashboard.browser, dashboard.address


def unscripted(browser: Browser, address: str, client: Any = None) -> Page:
    """A page of a browser that runs no script, signed in as this client is."""
    context = browser.new_context(base_url=address, viewport=dashboard.WIDE, java_script_enabled=False)
    if client is not None:
        context.add_cookies([{"name": "backroom", "value": client.get_cookie("backroom").value, "url": address}])
    page = context.new_page()
    page.set_default_timeout(60_000)  # however busy the machine is
    return page


@pytest.fixture
def plain(browser: Browser, address: str, app: Any, shop: Any) -> Iterator[Page]:
    """The page of an owner whose browser runs no script."""
    page = unscripted(browser, address, as_user(app.test_client(), shop_id=shop.id))
    yield page
    page.context.close()


def follow(page: Page, *links: str) -> None:
    """Go from the home page over these links."""
    page.goto("/dashboard/")
    for name in links:
        page.get_by_role("link", name=name, exact=True).first.click()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def said(page: Page, words: str) -> None:
    """The page answers with these words."""
    expect(page.get_by_role("status").first).to_contain_text(words)


class TestADelivery:
    def test_that_failed_is_looked_at_and_replayed(self, plain: Page, shop: Any) -> None:
        shop.delivery(outcome={"state": inbox.FAILED, "error": "title is missing"})
        follow(plain, "Look at 1 failed", "products/update")
        expect(plain.locator("main")).to_contain_text("title is missing")
        expect(plain.locator("main")).to_contain_text('"id": 11')
        press(plain, "Replay")
        said(plain, "The delivery is applied again now.")
        (delivery,) = deliveries(shop.here.database, shop.id)
        assert delivery.state == inbox.WAITING


class TestSteps:
    def test_are_retried_and_released(self, plain: Page, shop: Any) -> None:
        ordered(shop)
        held, failed = step(shop, "hold", "held"), step(shop, "custom:risk-check", "failed", outcome="It answered 500.")
        follow(plain, "Orders", "1021")
        press(plain, "Run again: risk-check")
        said(plain, "It is run again.")
        press(plain, "Release: Hold for review")
        said(plain, "It is released.")
        assert (state_of(shop, held), state_of(shop, failed)) == ("done", "waiting")

    def test_are_decided_about_together(self, plain: Page, shop: Any) -> None:
        for key in map(str, range(3)):
            ordered(shop, key)
            step(shop, "hold", "held", order=key)
        follow(plain, "Decide", "Release …")
        plain.get_by_role("heading", name="Release: 3 steps?").wait_for()
        press(plain, "Release 3")
        said(plain, "It is being done.")
        expect(plain.get_by_role("region", name="Decisions about many steps")).to_contain_text("of 3")


class TestTheListOfOrders:
    def test_is_narrowed_sorted_turned_over_and_kept_as_a_view(self, plain: Page, shop: Any) -> None:
        for number in range(60):
            paid = "paid" if number < 55 else "pending"
            shop.order(str(100 + number), total=1000 + number, financial_status=paid)
        follow(plain, "Orders")
        plain.get_by_label("Payment").select_option("paid")
        plain.get_by_label("Sorted by").select_option("most")
        press(plain, "Show")
        numbers = plain.locator("#list td.main")
        assert numbers.first.inner_text() == "#154"
        first = set(numbers.all_inner_texts())
        plain.get_by_role("link", name="Next").click()
        second = set(numbers.all_inner_texts())
        assert (len(first | second), first & second) == (55, set())
        plain.get_by_text("Save this view").click()
        plain.get_by_label("Name of the view").fill("Dear ones")
        plain.locator(".views").get_by_role("button", name="Save").click()
        said(plain, "“Dear ones” is saved")
        follow(plain, "Orders", "Dear ones")
        assert set(numbers.all_inner_texts()) == first
        expect(plain.get_by_label("Payment")).to_have_value("paid")
        press(plain, "Delete the view “Dear ones”")
        said(plain, "The view is deleted.")


class TestSettingsOfOrders:
    def test_with_a_mistake_say_so_beside_it_and_keep_what_was_typed(self, plain: Page, shop: Any) -> None:
        follow(plain, "Orders", "Settings")
        plain.get_by_label("Total over, EUR").fill("250")
        plain.get_by_label("More pieces than").fill("many")
        plain.get_by_role("button", name="Save").first.click()
        field = plain.get_by_label("More pieces than")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(plain.locator(f"#{field.get_attribute('aria-describedby')}")).to_contain_text("whole number")
        expect(field).to_have_value("many")
        expect(plain.get_by_label("Total over, EUR")).to_have_value("250")
        field.fill("12")
        plain.get_by_role("button", name="Save").first.click()
        said(plain, "Saved.")
        follow(plain, "Orders", "Settings")
        expect(plain.get_by_label("More pieces than")).to_have_value("12")


class TestStock:
    @pytest.mark.slow
    def test_is_counted_anew(self, plain: Page, shop: Any) -> None:
        shop.product()
        with shop.here.database.write() as db:
            chosen.save(db, shop_id=shop.id, chosen=OrderSettings(keeps_stock=True), now=NOW)
        follow(plain, "Products", "Stock", "Kestrel Tent 11, Navy")
        plain.get_by_label("How", exact=True).select_option("to")
        plain.get_by_label("Pieces").fill("nine")
        press(plain, "Change the stock")
        expect(plain.get_by_label("Pieces")).to_have_value("nine")
        plain.get_by_label("Pieces").fill("9")
        plain.get_by_label("Reason").fill("Counted on Monday")
        press(plain, "Change the stock")
        said(plain, "9 on hand now.")
        expect(plain.locator("main")).to_contain_text("Counted on Monday")


class TestParcels:
    @pytest.mark.slow
    def test_in_trouble_are_settled(self, plain: Page, shop: Any) -> None:
        parcels.troubled(shop)
        follow(plain, "Parcels", "Exception 1", "1ZEXCEPTION000001")
        press(plain, "Done")
        said(plain, "It comes back here when something new happens.")
        follow(plain, "Parcels")
        expect(plain.get_by_role("link", name="1ZSTUCK0000000001")).to_be_visible()
        expect(plain.get_by_role("link", name="1ZEXCEPTION000001")).to_have_count(0)

    @pytest.mark.slow
    def test_come_from_a_file(self, plain: Page) -> None:
        follow(plain, "Parcels", "All parcels", "Add from a file…")
        told = b"number,carrier\n1Z999AA10123456784,UPS\nx,\n"
        file = {"name": "parcels.csv", "mimeType": "text/csv", "buffer": told}
        plain.get_by_label("CSV file").set_input_files(file)
        press(plain, "Look at it first")
        expect(plain.locator("main")).to_contain_text("has to have 4 to 60 letters and digits")
        press(plain, "Add 1 parcel")
        said(plain, "1 added, 0 known already, 1 left out because of errors.")
        follow(plain, "Parcels", "All parcels", "1Z999AA10123456784")
        plain.get_by_role("heading", name="Parcel 1Z999AA10123456784").wait_for()


class TestANeed:
    def test_is_put_aside_and_shown_again(self, plain: Page, shop: Any) -> None:
        parcels.troubled(shop)
        follow(plain)
        need = plain.locator("#need-parcels")
        need.get_by_role("button", name="Put aside").click()
        said(plain, "It comes back when it gets worse.")
        expect(need).to_have_count(0)
        plain.locator("#aside summary").click()
        plain.locator("#aside").get_by_role("button", name="Show").click()
        expect(need).to_be_visible()


class TestTheLanguage:
    def test_is_chosen_and_chosen_back(self, plain: Page) -> None:
        follow(plain, "grace@example.com")
        plain.get_by_label("Of these pages").select_option(label="Deutsch")
        press(plain, "Save the language")
        expect(plain.locator("html")).to_have_attribute("lang", "de")
        plain.get_by_role("combobox").select_option(label="English")
        plain.locator("form", has=plain.get_by_role("combobox")).get_by_role("button").click()
        expect(plain.locator("html")).to_have_attribute("lang", "en")
        plain.get_by_role("heading", name="Your account").wait_for()
