"""The operator's pages in a real browser: without errors and barriers, by keyboard, on a phone, alive."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from commerce.tables import job_runs
from commerce.tables.job_runs import Run, Sums
from jobs.job import utc_now
from jobs.queues import APPLY, EVENTS, INDEX
from jobs.worker import _says, showing_up
from tests.browser import test_dashboard as dashboard
from tests.conftest import Backroom
from tests.jobs.test_history import SWEEP, work
from tests.payloads import product
from tests.shops import Shop
from tests.signed_in import as_operator
from tests.webapp.views.test_operator import clock
from webapp import job_words

pytestmark = dashboard.pytestmark

browser, complaints = dashboard.browser, dashboard.complaints

PHONE = {"width": 360, "height": 780}
OPERATOR = "/dashboard/operator"
PAGES = (
    OPERATOR,
    *(f"{OPERATOR}/jobs{query}" for query in ("", "?state=waiting", "?state=doing")),
    *(f"{OPERATOR}/{name}" for name in ("schedule", "history", "failed/retry")),
)


@pytest.fixture
def app(backroom: Backroom) -> Any:
    """The web application on a Redis that is there."""
    return backroom.client.application


address = dashboard.address


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.shopify(name=f"A {'long' * 12} name")


class Broken(Exception):
    """What the tests' jobs break with."""


@pytest.fixture
def busy(backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Something on each page: jobs that broke, that wait and that run, a history, a schedule, pauses."""

    def breaks(*_: object) -> bool:
        raise Broken("x" * 300)

    with monkeypatch.context() as broken:
        broken.setattr("jobs.slices._while_leased", breaks)
        backroom.parts.queues.wake(APPLY, [shop.id])
        backroom.parts.queues.wake(INDEX, [999])
        work(backroom)
    clock(backroom).enqueue_jobs()
    shop.send("products/create", product())
    now, process = utc_now(), backroom.process
    sums = {(SWEEP, now.replace(minute=0, second=0, microsecond=0)): Sums(runs=9, failures=1, seconds=2.0, last_at=now)}
    runs = [Run(job=SWEEP, shop_id=shop.id, at=now, seconds=3.0, error=error) for error in ("", "Broken")]
    with process.database.write() as db:
        job_runs.add(db, sums, runs)
    running = process.history.running(job=SWEEP, shop_id=shop.id, queue=EVENTS, enqueued_at=None)
    with running, showing_up(process.queues, process.name, lambda: _says(process, [EVENTS])):
        yield


@pytest.fixture
def mine(browser: Browser, address: str, app: Any, complaints: list[str]) -> Iterator[Page]:
    """The operator's page in a browser."""
    cookie = as_operator(app.test_client()).get_cookie("backroom")
    context = browser.new_context(base_url=address, viewport=dashboard.WIDE)
    context.add_cookies([{"name": "backroom", "value": cookie.value, "url": address}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()


def pause(page: Page, what: str) -> None:
    page.get_by_role("button", name=f"Pause: {what}").press("Enter")
    page.get_by_text("Workers honour it within seconds.").wait_for()


@pytest.mark.usefixtures("busy")
class TestPages:
    @pytest.mark.parametrize(
        ("scheme", "size"),
        [
            pytest.param("light", PHONE, id="light-phone"),
            pytest.param("light", dashboard.WIDE, id="light-wide", marks=pytest.mark.slow),
            pytest.param("dark", PHONE, id="dark-phone", marks=pytest.mark.slow),
        ],
    )
    def test_are_sound(self, mine: Page, complaints: list[str], scheme: Any, size: Any) -> None:
        mine.emulate_media(color_scheme=scheme)
        mine.goto(OPERATOR)
        pause(mine, "the queue bulk")
        mine.goto(f"{OPERATOR}/jobs")
        failed = mine.locator("#list td.main a").first.get_attribute("href")
        mine.set_viewport_size(size)
        for path in (*PAGES, str(failed)):
            answer = mine.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            assert dashboard._overhang(mine) <= 0, f"{path} scrolls sideways at {size['width']}"
            assert dashboard._barriers(mine) == [], path
        assert complaints == []


@pytest.mark.usefixtures("busy")
class TestByKeyboard:
    def test_a_shop_is_paused_and_goes_on(self, mine: Page) -> None:
        mine.goto(OPERATOR)
        mine.get_by_role("button", name="Pause it").press("Enter")
        mine.locator("#shops").get_by_text("Paused").wait_for()
        mine.get_by_role("button", name="Let go on: A long").press("Enter")
        mine.get_by_text("goes on, within seconds").wait_for()

    def test_jobs_that_failed_are_thrown_away(self, backroom: Backroom, mine: Page) -> None:
        mine.goto(f"{OPERATOR}/jobs")
        mine.get_by_role("link", name="Discard all").press("Enter")
        mine.get_by_role("button", name="Discard 2").press("Enter")
        mine.get_by_text("2 jobs are thrown away.").wait_for()
        assert not any(backroom.parts.queues.failed().values())

    def test_an_entry_of_the_schedule_runs_now(self, backroom: Backroom, mine: Page) -> None:
        before = backroom.parts.queues.depths()[EVENTS]
        mine.goto(f"{OPERATOR}/schedule")
        mine.get_by_role("button", name=f"Run now: {job_words.JOBS[SWEEP]}").press("Enter")
        mine.get_by_text("is in the queue events").wait_for()
        assert backroom.parts.queues.depths()[EVENTS] == before + 1


class TestLive:
    def test_the_overview_tells_what_comes(self, mine: Page, shop: Shop) -> None:
        mine.goto(OPERATOR)
        mine.get_by_text("Nothing waits.").wait_for()
        mine.get_by_role("button", name="Pause: the queue outside").focus()
        shop.send("products/create", product())
        mine.locator("#shops tbody tr").wait_for()
        assert mine.evaluate("document.activeElement.id") == "switch-queue-outside"
