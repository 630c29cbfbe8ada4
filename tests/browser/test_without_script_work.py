"""What workers have a part in, with JavaScript switched off: signing in, the team, endpoints, the operator."""

import json
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_httpserver import HTTPServer

from commerce.settings import Settings
from jobs.queues import APPLY, EVENTS
from tests.browser import test_dashboard as dashboard
from tests.browser.test_without_script import follow, press, said, unscripted
from tests.conftest import Backroom
from tests.jobs.test_history import SWEEP, work
from tests.outgoing import for_receivers
from tests.shops import Shop
from tests.signed_in import as_operator
from tests.webapp.team.people import OWNER, letters, member
from tests.webapp.team.test_signing_in import SECRET, forget_steps, with_app
from tests.webapp.views.test_operator import clock
from webapp import job_words

pytestmark = dashboard.pytestmark

browser, address = dashboard.browser, dashboard.address


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return for_receivers(settings)


@pytest.fixture
def app(backroom: Backroom) -> Any:
    """The web application on a Redis that is there."""
    return backroom.client.application


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.custom(name="Lamps")


@pytest.fixture
def stranger(browser: Browser, address: str) -> Iterator[Page]:
    """The page of somebody whom nobody knows yet."""
    page = unscripted(browser, address)
    yield page
    page.context.close()


@pytest.fixture
def plain(browser: Browser, address: str, backroom: Backroom, shop: Shop) -> Iterator[Page]:
    """The page of an owner."""
    page = unscripted(browser, address, member(backroom, shop))
    yield page
    page.context.close()


@pytest.fixture
def operator(browser: Browser, address: str, backroom: Backroom, shop: Shop) -> Iterator[Page]:
    page = unscripted(browser, address, as_operator(backroom.client.application.test_client()))
    yield page
    page.context.close()


def save_settings(page: Page) -> None:
    follow(page, "Orders", "Settings")
    page.locator("main").get_by_role("button", name="Save", exact=True).click()


class TestSigningIn:
    def test_is_done_with_a_link_by_mail(self, backroom: Backroom, shop: Shop, stranger: Page) -> None:
        member(backroom, shop)
        stranger.goto("/dashboard/")
        stranger.get_by_label("Mail address").first.fill(OWNER)
        press(stranger, "Send me a link")
        said(stranger, "a link is on its way")
        (link,) = letters(backroom)
        stranger.goto(link)
        stranger.get_by_role("heading", name="Lamps", level=1).wait_for()
        press(stranger, "Sign out")
        stranger.get_by_role("heading", name="Sign in", level=1).wait_for()

    @pytest.mark.slow
    def test_is_done_with_a_password_and_a_code(self, backroom: Backroom, shop: Shop, stranger: Page) -> None:
        _, secret, _ = with_app(backroom, shop)
        forget_steps(backroom)
        stranger.goto("/dashboard/")
        stranger.get_by_text("With a password").click()
        form = stranger.locator("form", has=stranger.get_by_label("Password"))
        form.get_by_label("Mail address").fill(OWNER)
        form.get_by_label("Password").fill("wrong")
        form.get_by_role("button", name="Sign in").click()
        expect(stranger.get_by_role("alert")).to_contain_text("do not go together")
        expect(form.get_by_label("Mail address")).to_have_value(OWNER)
        form.get_by_label("Password").fill(SECRET)
        form.get_by_role("button", name="Sign in").click()
        stranger.get_by_label("Code").fill(pyotp.TOTP(secret).now())
        press(stranger, "Sign in")
        stranger.get_by_role("heading", name="Lamps", level=1).wait_for()


class TestTheTeam:
    @pytest.mark.slow
    def test_gets_a_member_whose_role_changes(self, backroom: Backroom, plain: Page, stranger: Page) -> None:
        follow(plain, "Team")
        plain.get_by_label("Mail address").fill("zoe@example.com")
        plain.get_by_label("Reader").check()
        press(plain, "Invite")
        plain.get_by_role("heading", name="zoe@example.com is invited").wait_for()
        (link,) = letters(backroom)
        stranger.goto(link)
        press(stranger, "Join and sign in")
        stranger.get_by_role("heading", name="Lamps", level=1).wait_for()
        save_settings(stranger)
        expect(stranger.locator("main")).to_contain_text("Your access to this shop is for reading.")
        follow(plain, "Team")
        line = plain.get_by_role("row").filter(has_text="zoe@example.com")
        line.get_by_label("Role of zoe@example.com").select_option("staff")
        line.get_by_role("button", name="Save").click()
        said(plain, "Saved.")
        save_settings(stranger)
        said(stranger, "Saved.")


class TestAnEndpoint:
    def test_is_added_tried_and_sent_to_again(self, backroom: Backroom, plain: Page, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/hooks").respond_with_data("Thank you", status=202)
        follow(plain, "Webhooks", "New endpoint")
        plain.get_by_label("Address").fill("ftp://example.com/hooks")
        press(plain, "Add the endpoint")
        expect(plain.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
        expect(plain.get_by_label("Address")).to_have_value("ftp://example.com/hooks")
        plain.get_by_label("Address").fill(httpserver.url_for("/hooks"))
        plain.get_by_label("Every event").check()
        press(plain, "Add the endpoint")
        expect(plain.locator("#secret")).to_contain_text("whsec_")
        expect(plain.get_by_role("button", name="Copy")).to_have_count(0)  # it would do nothing
        press(plain, "Send a test event")
        said(plain, "The test event is on its way.")
        backroom.work()
        follow(plain, "Webhooks", "Log")
        plain.locator("#list td.main a").first.click()
        expect(plain.locator("main")).to_contain_text("202")
        expect(plain.locator("main")).to_contain_text("Thank you")
        press(plain, "Send again")
        said(plain, "It is sent again.")
        backroom.work()
        assert len(httpserver.log) == 2
        first, second = (json.loads(request.data) for request, _ in httpserver.log)
        assert first == second


class TestTheOperator:
    @pytest.fixture
    def broken(self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        """A job that broke."""

        def breaks(*_: object) -> bool:
            raise RuntimeError("The tests break it.")

        with monkeypatch.context() as patch:
            patch.setattr("jobs.slices._while_leased", breaks)
            backroom.parts.queues.wake(APPLY, [shop.id])
            work(backroom)

    @pytest.mark.slow
    @pytest.mark.usefixtures("broken")
    def test_retries_a_job(self, backroom: Backroom, operator: Page) -> None:
        follow(operator, "Operator", "Jobs")
        operator.locator("#list td.main a").first.click()
        expect(operator.locator("main")).to_contain_text("The tests break it.")
        press(operator, "Retry")
        said(operator, "The job is put back into the queue.")

    @pytest.mark.usefixtures("broken")
    def test_discards_all_of_them(self, backroom: Backroom, operator: Page) -> None:
        follow(operator, "Operator", "Jobs")
        operator.get_by_role("link", name="Discard all").click()
        press(operator, "Discard 1")
        said(operator, "1 job is thrown away.")
        assert not any(backroom.parts.queues.failed().values())

    @pytest.mark.slow
    def test_pauses_a_queue_and_lets_it_go_on(self, operator: Page) -> None:
        follow(operator, "Operator")
        press(operator, "Pause: the queue bulk")
        said(operator, "Workers honour it within seconds.")
        press(operator, "Let go on: the queue bulk")
        said(operator, "goes on, within seconds")

    @pytest.mark.slow
    def test_runs_an_entry_of_the_schedule_now(self, backroom: Backroom, operator: Page) -> None:
        clock(backroom).enqueue_jobs()
        before = backroom.parts.queues.depths()[EVENTS]
        follow(operator, "Operator", "Schedule")
        press(operator, f"Run now: {job_words.JOBS[SWEEP]}")
        said(operator, "is in the queue events")
        assert backroom.parts.queues.depths()[EVENTS] == before + 1
