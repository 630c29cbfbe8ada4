"""The operator's pages: who sees them, what they tell of queues, workers and shops, pausing, the clock, the history."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest

from commerce.tables import job_runs, pauses
from commerce.tables.job_runs import Run, Sums
from commerce.tables.team import audit
from jobs.cron import JsonCron
from jobs.job import JOBS, utc_now
from jobs.queues import BULK, EVENTS, QUEUES, WAKES, connect
from jobs.schedule import SCHEDULE
from jobs.worker import _says, showing_up
from tests.conftest import Backroom
from tests.jobs.test_history import SWEEP, work
from tests.payloads import product
from tests.shops import Shop
from tests.signed_in import as_operator, as_shops, as_user
from tests.stored import rows
from tests.webapp.team.people import submit
from webapp import job_words

OPERATOR = "/dashboard/operator"
PAGES = (OPERATOR, f"{OPERATOR}/jobs", f"{OPERATOR}/schedule", f"{OPERATOR}/history", f"{OPERATOR}/failed/retry")


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.shopify(name="Lamps")


@pytest.fixture
def operator(backroom: Backroom, shop: Shop) -> Any:
    return as_operator(backroom.client.application.test_client())


def act(client: Any, path: str, **form: str) -> Any:
    return submit(client, f"{OPERATOR}/{path}", page=OPERATOR, **form)


def clock(backroom: Backroom) -> JsonCron:
    cron = JsonCron(connect(backroom.settings.redis_url), name="test")
    for entry in SCHEDULE:
        spec = JOBS[f"{entry.run.__module__}.{entry.run.__name__}"]
        cron.register(entry.run, spec.queue, interval=entry.seconds, job_timeout=spec.timeout, ttl=entry.ttl)
    return cron


class TestWho:
    @pytest.mark.parametrize("path", PAGES)
    def test_sees_them(self, backroom: Backroom, shop: Shop, operator: Any, path: str) -> None:
        there = backroom.client.application.test_client
        assert operator.get(path).status_code == 200
        assert as_user(there(), shop_id=shop.id).get(path).status_code == 403
        assert as_shops(there(), shop.key).get(path).status_code == 403
        assert there().get(path).status_code == 302

    def test_finds_them_in_the_navigation(self, backroom: Backroom, shop: Shop, operator: Any) -> None:
        owner = as_user(backroom.client.application.test_client(), shop_id=shop.id)
        assert f'href="{OPERATOR}"' in operator.get("/dashboard/team").text
        assert OPERATOR not in owner.get("/dashboard/team").text

    @pytest.mark.parametrize(
        "path",
        ["pause", "resume", "failed/retry", "failed/discard", "jobs/x/retry", "jobs/x/discard", "schedule/x/run"],
    )
    def test_changes_something(self, backroom: Backroom, shop: Shop, path: str) -> None:
        owner = as_user(backroom.client.application.test_client(), shop_id=shop.id)
        told = submit(owner, f"{OPERATOR}/{path}", page="/dashboard/account", queue=EVENTS, of=shop.key)
        assert told.status_code == 403
        assert rows(backroom.process.database, pauses.pauses) == []


class TestOverview:
    def test_tells_what_waits(self, backroom: Backroom, shop: Shop, operator: Any) -> None:
        for key in (1, 2):
            shop.send("products/create", product(key))
        told = operator.get(OPERATOR).text
        assert "Lamps" in told
        assert 'data-label="Deliveries">2</td>' in told
        assert 'data-label="Wait">1</td>' in told
        assert "No worker runs." in told
        backroom.work()
        assert "Nothing waits." in operator.get(OPERATOR).text

    def test_tells_what_workers_do(self, backroom: Backroom, shop: Shop, operator: Any) -> None:
        process = backroom.process
        running = process.history.running(job=SWEEP, shop_id=shop.id, queue=EVENTS, enqueued_at=None)
        with running, showing_up(process.queues, process.name, lambda: _says(process, [EVENTS, BULK])):
            process.queues.show_up(process.name, _says(process, [EVENTS, BULK]))
            told = operator.get(OPERATOR).text
            assert f'"main">{job_words.JOBS[SWEEP]}</td>' in operator.get(f"{OPERATOR}/jobs?state=doing").text
            assert "No job is under way." in operator.get(f"{OPERATOR}/jobs?state=doing&queue=bulk").text
        assert job_words.title(SWEEP) in told
        assert "events, bulk" in told
        assert 'data-label="Under way">1</td>' in told

    def test_costs_the_same_for_many_shops(self, backroom: Backroom, operator: Any, statements: Any) -> None:
        counts = []
        for number in range(2, 9):
            other = backroom.shops.shopify(f"shop-{number}.myshopify.com")
            other.send("products/create", product())
            if number in (2, 8):
                operator.get(OPERATOR)
                with statements() as seen:
                    assert operator.get(OPERATOR).status_code == 200
                counts.append(len(seen))
        assert counts[0] == counts[1] <= 16

    def test_says_that_redis_is_away(self, backroom: Backroom, operator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(backroom.parts.queues, "redis", connect("redis://127.0.0.1:1/0", timeout=0.1))
        for path in PAGES[:3]:
            assert "Redis is away" in operator.get(path).text, path
        assert operator.get(PAGES[3]).status_code == 200
        for path in (PAGES[4], f"{OPERATOR}/jobs/x"):
            assert operator.get(path).status_code == 503
        assert act(operator, "schedule/x/run").status_code == 503

    def test_knows_every_queue_and_job(self) -> None:
        for _, name, _ in WAKES.values():
            import_module(name.rpartition(".")[0])
        assert set(job_words.QUEUES) == set(QUEUES)
        assert set(job_words.JOBS) == {name for name in JOBS if name.startswith("jobs.")}


class TestPausing:
    def test_a_queue_says_so_and_by_whom(self, backroom: Backroom, operator: Any) -> None:
        assert act(operator, "pause", queue=BULK).status_code == 302
        told = operator.get(OPERATOR).text
        assert "The queue bulk is paused." in told
        (row,) = rows(backroom.process.database, pauses.pauses)
        assert (row.queue, row.shop_id) == (BULK, None)
        assert f"by {row.by}" in told
        assert "Let go on: the queue bulk" in told
        act(operator, "resume", queue=BULK)
        assert rows(backroom.process.database, pauses.pauses) == []

    def test_a_shop_keeps_what_comes_in(self, backroom: Backroom, shop: Shop, operator: Any) -> None:
        act(operator, "pause", of=shop.key)
        backroom.process.pauses.look(backroom.process.database)
        assert shop.send("products/create", product()).status_code == 200
        work(backroom)
        told = operator.get(OPERATOR).text
        assert 'data-label="Deliveries">1</td>' in told
        assert "Let go on: Lamps" in told

    def test_is_told_to_the_shop(self, backroom: Backroom, shop: Shop, operator: Any) -> None:
        other = backroom.shops.custom()
        there = backroom.client.application.test_client
        owners = [as_user(there(), mail=f"{one.id}@example.com", shop_id=one.id) for one in (shop, other)]
        events = "/dashboard/events"
        assert [("is paused" in owner.get(events).text) for owner in owners] == [False, False]
        act(operator, "pause", of=shop.key)
        assert [("Work for this shop is paused" in owner.get(events).text) for owner in owners] == [True, False]
        act(operator, "pause", queue=EVENTS)
        assert [("for all shops is paused" in owner.get(events).text) for owner in owners] == [False, True]

    @pytest.mark.parametrize("form", [{}, {"queue": "none"}, {"of": "shop_x"}, {"of": "1"}, {"queue": "\x00"}])
    def test_what_is_not_there_is_refused(self, backroom: Backroom, operator: Any, form: dict[str, str]) -> None:
        for path in ("pause", "resume"):
            assert act(operator, path, **form).status_code == 404
        assert rows(backroom.process.database, pauses.pauses) == []

    def test_stands_in_the_operators_log_and_in_no_shops(self, backroom: Backroom, shop: Shop, operator: Any) -> None:
        act(operator, "pause", of=shop.key)
        act(operator, "pause", queue=EVENTS)
        noted = rows(backroom.process.database, audit.audit)
        assert [(row.shop_id, row.status) for row in noted] == [(None, 302)] * 2
        assert [row.detail for row in noted] == [{"shop": "one.myshopify.com"}, {"queue": EVENTS}]
        assert operator.get(OPERATOR).text.count("Pause a queue or a shop") == 2


class TestSchedule:
    def test_tells_how_each_went_and_when_it_is_next(self, backroom: Backroom, operator: Any) -> None:
        assert "The clock stands still." in operator.get(f"{OPERATOR}/schedule").text
        cron = clock(backroom)
        cron.enqueue_jobs()
        told = operator.get(f"{OPERATOR}/schedule").text
        assert told.count("Run now: ") == len(SCHEDULE)
        assert told.count("not in 30 days") == len(SCHEDULE)
        work(backroom)
        backroom.process.history.flush(backroom.process.database)
        told = operator.get(f"{OPERATOR}/schedule").text
        assert told.count(">Done</span>") == len(SCHEDULE)

    def test_runs_an_entry_now(self, backroom: Backroom, operator: Any) -> None:
        cron = clock(backroom)
        cron.enqueue_jobs()
        work(backroom)
        assert act(operator, f"schedule/{SWEEP}/run").status_code == 302
        assert backroom.parts.queues.depths()[EVENTS] == 1
        done = backroom.process.history.done
        work(backroom)
        assert backroom.process.history.done == done + 1

    @pytest.mark.parametrize("job", ["os.system", "jobs.events.apply_deliveries", "jobs.sweep.forgotten"])
    def test_runs_nothing_else(self, backroom: Backroom, operator: Any, job: str) -> None:
        clock(backroom).enqueue_jobs()
        before = backroom.parts.queues.depths()
        assert act(operator, f"schedule/{job}/run").status_code == 404
        assert backroom.parts.queues.depths() == before


class TestHistory:
    @pytest.fixture(autouse=True)
    def _ran(self, backroom: Backroom, shop: Shop) -> None:
        now = utc_now().replace(minute=0, second=0, microsecond=0)
        apply = "jobs.events.apply_deliveries"
        hours = {(SWEEP, now): 30, (SWEEP, now - timedelta(days=3)): 40, (apply, now): 5}
        sums = {
            place: Sums(runs=runs, failures=1, seconds=runs, longest=9.0, waited=3.0, last_at=place[1])
            for place, runs in hours.items()
        }
        runs = [
            Run(job=SWEEP, shop_id=None, at=now - timedelta(minutes=1), seconds=7.0, error=""),
            Run(job=apply, shop_id=shop.id, at=now - timedelta(minutes=2), seconds=9.0, error="Broken"),
            Run(job=apply, shop_id=999, at=now - timedelta(days=2), seconds=99.0, error=""),
        ]
        with backroom.process.database.write() as db:
            job_runs.add(db, sums, runs)

    def test_survives_an_emptied_redis(self, backroom: Backroom, operator: Any) -> None:
        backroom.process.queues.redis.flushall()
        told = operator.get(f"{OPERATOR}/history").text
        assert "35, of which 2 failed" in told
        assert "Broken" in told
        assert "Lamps" in told
        assert "a shop that is gone" not in told

    def test_goes_back_as_far_as_wanted(self, operator: Any) -> None:
        for days in (7, 30):
            told = operator.get(f"{OPERATOR}/history?days={days}").text
            assert "75, of which 3 failed" in told
            assert "a shop that is gone" in told

    def test_is_of_one_job_if_wanted(self, operator: Any) -> None:
        told = operator.get(f"{OPERATOR}/history?job={SWEEP}").text
        assert "30, of which 1 failed" in told
        assert "Broken" not in told

    @pytest.mark.parametrize("query", ["days=2", "job=os.system", "days=x"])
    def test_refuses_what_cannot_be(self, operator: Any, query: str) -> None:
        assert operator.get(f"{OPERATOR}/history?{query}").status_code == 400

    def test_costs_the_same_for_many_runs(self, backroom: Backroom, operator: Any, statements: Any) -> None:
        with statements() as few:
            operator.get(f"{OPERATOR}/history")
        now = utc_now()
        with backroom.process.database.write() as db:
            job_runs.add(db, {}, [Run(job=SWEEP, shop_id=None, at=now, seconds=1.0, error="X") for _ in range(200)])
        with statements() as many:
            operator.get(f"{OPERATOR}/history")
        assert len(few) == len(many)
