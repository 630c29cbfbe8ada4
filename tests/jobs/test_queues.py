"""Wake-ups: one per shop and kind, whatever became of the jobs before."""

from collections.abc import Callable
from contextlib import suppress
from time import monotonic, sleep

import pytest
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from jobs import slices
from jobs.queues import APPLY, EVENTS, INDEX, QUEUES
from jobs.worker import showing_up
from tests.conftest import Backroom

SHOPS = range(1, 21)


def depth(backroom: Backroom) -> int:
    return backroom.parts.queues.depths()[EVENTS]


class TestWake:
    def test_adds_one_job_per_shop_however_often_the_sweep_finds_it(self, backroom: Backroom) -> None:
        for _ in range(5):
            assert backroom.parts.queues.wake(APPLY, SHOPS, again=True)
        assert depth(backroom) == 20
        backroom.parts.queues.wake(INDEX, SHOPS, again=True)
        assert backroom.parts.queues.depths() == {"events": 20, "effects": 20, "bulk": 0, "outside": 0}

    def test_adds_none_when_the_doors_flag_lapsed_in_a_long_queue(self, backroom: Backroom) -> None:
        for _ in range(3):
            backroom.parts.queues.wake(APPLY, SHOPS)
            flags = list(backroom.parts.queues.redis.scan_iter("backroom:wake:*"))
            assert len(flags) == 20
            backroom.parts.queues.redis.delete(*flags)
        assert depth(backroom) == 20

    def test_is_not_blocked_by_what_a_killed_worker_left(
        self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop = backroom.shops.shopify()
        backroom.parts.queues.wake(APPLY, [shop.id])

        def killed(*_: object) -> None:
            raise SystemExit("killed")

        redis = backroom.process.queues.redis
        worker = SimpleWorker(list(QUEUES), connection=redis, serializer=JSONSerializer)
        monkeypatch.setattr(worker, "perform_job", killed)
        with suppress(SystemExit):
            worker.work(burst=True, logging_level="CRITICAL")
        assert depth(backroom) == 0
        assert list(redis.scan_iter("rq:job:*")), "the job's leftover is there"
        backroom.parts.queues.wake(APPLY, [shop.id], again=True)
        assert depth(backroom) == 1

    def test_works_in_an_emptied_redis(self, backroom: Backroom) -> None:
        backroom.parts.queues.wake(APPLY, SHOPS)
        backroom.process.queues.redis.flushall()
        backroom.parts.queues.wake(APPLY, SHOPS)
        assert depth(backroom) == 20

    def test_that_comes_while_the_job_runs_is_not_lost(
        self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop, runs = backroom.shops.shopify(), list[int]()

        def woken_meanwhile(*_: object) -> bool:
            runs.append(1)
            if len(runs) == 1:
                backroom.parts.queues.wake(APPLY, [shop.id])
            return False

        monkeypatch.setattr(slices, "_while_leased", woken_meanwhile)
        backroom.parts.queues.wake(APPLY, [shop.id])
        backroom.work()
        assert len(runs) == 2

    def test_takes_few_round_trips(self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> None:
        queues, trips = backroom.parts.queues, list[str]()
        execute = type(queues.redis.pipeline()).execute
        monkeypatch.setattr(
            type(queues.redis.pipeline()), "execute", lambda *args, **more: trips.append("") or execute(*args, **more)
        )
        command = type(queues.redis).execute_command
        monkeypatch.setattr(
            type(queues.redis), "execute_command", lambda *args, **more: trips.append("") or command(*args, **more)
        )
        queues.wake(APPLY, SHOPS, again=True)
        queues.wake(APPLY, SHOPS, again=True)
        assert len(trips) <= 6

    def test_gives_jobs_ids_that_rq_takes(self, backroom: Backroom) -> None:
        backroom.parts.queues.wake(APPLY, [7])
        queue = Queue(EVENTS, connection=backroom.process.queues.redis, serializer=JSONSerializer)
        (job,) = queue.jobs
        assert (job.kwargs, job.timeout, job.result_ttl) == ({"shop_id": 7}, 60, 0)


def comes_true(told: Callable[[], bool], seconds: float = 3) -> bool:
    until = monotonic() + seconds
    while monotonic() < until and not told():
        sleep(0.02)
    return told()


class TestWorkers:
    def test_counts_those_that_live_also_after_redis_was_emptied(
        self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("jobs.worker._SHOW_UP_EVERY", 0.1)
        queues = backroom.parts.queues
        assert queues.workers() == 0
        with showing_up(queues, "one"), showing_up(queues, "two"):
            assert comes_true(lambda: queues.workers() == 2)
            queues.redis.flushall()
            assert comes_true(lambda: queues.workers() == 2)
        assert queues.workers() == 0

    def test_forgets_one_that_was_killed(self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("jobs.queues._WORKER_SECONDS", 0.2)
        backroom.parts.queues.show_up("killed")
        assert backroom.parts.queues.workers() == 1
        assert comes_true(lambda: backroom.parts.queues.workers() == 0)
