"""What is paused waits and is not lost: queues and shops, in workers and by the clock, whatever Redis forgets."""

import json
import os
import subprocess
import sys
from time import sleep
from typing import Any

import pytest
from rq import Queue
from rq.serializers import JSONSerializer

from commerce.settings import as_environ
from commerce.tables import inbox, job_runs, pauses
from jobs.cron import JsonCron
from jobs.job import JOBS, lease, utc_now
from jobs.pausing import Pauses, watching
from jobs.queues import BULK, EVENTS, QUEUES, SCHEDULE_KEY, connect
from jobs.schedule import SCHEDULE
from jobs.serverless import handler
from jobs.sweep import sweep
from tests.conftest import Backroom
from tests.jobs.test_history import work as done
from tests.jobs.test_queues import comes_true
from tests.jobs.test_sweep import let_time_pass
from tests.payloads import product
from tests.shops import Shop
from tests.stored import rows


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.shopify()


def pause(backroom: Backroom, **what: Any) -> None:
    with backroom.process.database.write() as db:
        assert pauses.pause(db, by="operator", now=utc_now(), **what)
    backroom.process.pauses.look(backroom.process.database)


def resume(backroom: Backroom, **what: Any) -> None:
    with backroom.process.database.write() as db:
        assert pauses.resume(db, **what)
    backroom.process.pauses.look(backroom.process.database)


def work(backroom: Backroom) -> None:
    done(backroom)
    assert not any(backroom.process.queues.failed().values())


def states(backroom: Backroom) -> list[str]:
    return [row.state for row in rows(backroom.process.database, inbox.inbox)]


class TestPauses:
    def test_are_rows_that_stand_once(self, backroom: Backroom, shop: Shop) -> None:
        pause(backroom, queue=BULK)
        pause(backroom, shop_id=shop.id)
        with backroom.process.database.write() as db:
            assert not pauses.pause(db, queue=BULK, by="another", now=utc_now())
            assert not pauses.pause(db, shop_id=shop.id, by="another", now=utc_now())
        with backroom.process.database.read() as db:
            assert {(row.queue, row.shop_id, row.by) for row in pauses.everything(db)} == {
                (BULK, None, "operator"),
                (None, shop.id, "operator"),
            }
        with backroom.process.database.write() as db:
            assert pauses.resume(db, queue=BULK)
            assert not pauses.resume(db, queue=BULK)

    def test_are_noticed_by_a_process_that_runs(self, backroom: Backroom) -> None:
        known, database = Pauses(), backroom.process.database
        with watching(known, database, every=0.02):
            pause(backroom, queue=BULK)
            assert comes_true(lambda: known.queues == {BULK})
            resume(backroom, queue=BULK)
            assert comes_true(lambda: not known.queues)


class TestAQueue:
    def test_that_is_paused_keeps_its_jobs(self, backroom: Backroom, shop: Shop) -> None:
        shop.send("products/create", product())
        pause(backroom, queue=EVENTS)
        work(backroom)
        assert states(backroom) == [inbox.WAITING]
        assert backroom.parts.queues.depths()[EVENTS] == 1
        resume(backroom, queue=EVENTS)
        work(backroom)
        assert states(backroom) == [inbox.APPLIED]

    def test_leaves_the_others_alone(self, backroom: Backroom, shop: Shop) -> None:
        shop.send("products/create", product())
        pause(backroom, queue=BULK)
        backroom.parts.queues.wake("check", [shop.id])
        work(backroom)
        assert states(backroom) == [inbox.APPLIED]
        assert backroom.parts.queues.depths()[BULK] == 1

    def test_may_be_every_one(self, backroom: Backroom, shop: Shop) -> None:
        shop.send("products/create", product())
        for name in QUEUES:
            pause(backroom, queue=name)
        work(backroom)
        assert states(backroom) == [inbox.WAITING]

    def test_stays_paused_in_an_emptied_redis(self, backroom: Backroom, shop: Shop) -> None:
        pause(backroom, queue=EVENTS)
        backroom.process.queues.redis.flushall()
        shop.send("products/create", product())
        sweep()
        fresh = Pauses()
        fresh.look(backroom.process.database)
        assert fresh.queues == {EVENTS}
        work(backroom)
        assert states(backroom) == [inbox.WAITING]


class TestAShop:
    def test_that_is_paused_still_receives_and_is_not_worked_on(self, backroom: Backroom, shop: Shop) -> None:
        other = backroom.shops.shopify("two.myshopify.com")
        pause(backroom, shop_id=shop.id)
        shop.send("products/create", product())
        other.send("products/create", product())
        work(backroom)
        assert sorted(states(backroom)) == [inbox.APPLIED, inbox.WAITING]
        assert backroom.parts.queues.depths()[EVENTS] == 0

    def test_is_found_by_the_sweep_once_it_goes_on(self, backroom: Backroom, shop: Shop) -> None:
        pause(backroom, shop_id=shop.id)
        shop.send("products/create", product())
        work(backroom)
        let_time_pass(backroom)
        sweep()
        assert backroom.parts.queues.depths()[EVENTS] == 0
        resume(backroom, shop_id=shop.id)
        sweep()
        work(backroom)
        assert states(backroom) == [inbox.APPLIED]

    def test_is_left_by_jobs_of_all_shops(self, backroom: Backroom, shop: Shop) -> None:
        pause(backroom, shop_id=shop.id)
        with lease(shop_id=shop.id, kind="figures") as held:
            assert held is None
        with lease(shop_id=shop.id, kind="token", while_paused=True) as held:
            assert held is not None
        resume(backroom, shop_id=shop.id)
        with lease(shop_id=shop.id, kind="figures") as held:
            assert held is not None

    def test_is_looked_up_by_functions_without_a_worker(self, backroom: Backroom, shop: Shop) -> None:
        with backroom.process.database.write() as db:
            pauses.pause(db, shop_id=shop.id, by="operator", now=utc_now())
        handler({}, None)
        assert backroom.process.pauses.shops == {shop.id}


class TestTheClock:
    def test_fills_no_paused_queue_but_sweeps_on(self, backroom: Backroom) -> None:
        known = Pauses()
        known.queues = frozenset({EVENTS, BULK})
        cron = JsonCron(connect(backroom.settings.redis_url), name="test", pauses=known)
        for entry in SCHEDULE:
            spec = JOBS[f"{entry.run.__module__}.{entry.run.__name__}"]
            cron.register(entry.run, spec.queue, interval=entry.seconds, job_timeout=spec.timeout, ttl=entry.ttl)
        due = {job.func_name for job in cron.enqueue_jobs()}
        assert "jobs.sweep.sweep" in due
        assert all(JOBS[name].queue not in (EVENTS, BULK) or name == "jobs.sweep.sweep" for name in due)
        depths = backroom.parts.queues.depths()
        assert (depths[EVENTS], depths[BULK]) == (0, 0)
        assert cron.enqueue_jobs() == []
        known.queues = frozenset()
        for job in cron.get_jobs():
            job.next_enqueue_time = utc_now()
        assert len(cron.enqueue_jobs()) == len(SCHEDULE)
        assert backroom.parts.queues.depths()[BULK] > 0

    def test_stands_still_where_all_is_paused(self, backroom: Backroom) -> None:
        known = Pauses()
        known.queues = frozenset(QUEUES)
        cron = JsonCron(connect(backroom.settings.redis_url), name="test", pauses=known)
        cron.register(sweep, EVENTS, interval=2, job_timeout=30, ttl=4)
        assert cron.enqueue_jobs() == []
        (told,) = json.loads(backroom.process.queues.redis.get(SCHEDULE_KEY) or b"[]")
        assert told["last"] is None
        queue = Queue(EVENTS, connection=backroom.process.queues.redis, serializer=JSONSerializer)
        assert queue.count == 0


@pytest.mark.slow
class TestAWorkersProcess:
    def test_honours_it_within_seconds_and_writes_its_history_at_the_end(self, backroom: Backroom, shop: Shop) -> None:
        pause(backroom, queue=EVENTS)
        shop.send("products/create", product())
        command = [sys.executable, "-m", "jobs.worker"]
        environ = os.environ | as_environ(backroom.settings)
        with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
            assert comes_true(lambda: backroom.parts.queues.workers() == 1, 30)
            assert not comes_true(lambda: states(backroom) != [inbox.WAITING], 1)
            resume(backroom, queue=EVENTS)
            assert comes_true(lambda: states(backroom) == [inbox.APPLIED], 10)
            pause(backroom, queue=EVENTS)
            sleep(5)
            shop.send("products/update", product(title="Another lamp"))
            assert not comes_true(lambda: inbox.WAITING not in states(backroom), 3)
            worker.terminate()
        names = {row.job for row in rows(backroom.process.database, job_runs.job_hours)}
        assert "jobs.events.apply_deliveries" in names
