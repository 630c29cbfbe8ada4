"""The pace of a shop's API: one bucket for all workers, and none while Redis is away."""

import threading
import time

import pytest
from redis import Redis

from integrations.errors import RateLimited
from jobs.pace import SharedPace
from jobs.queues import connect


@pytest.fixture
def redis(redis_url: str) -> Redis:
    return Redis.from_url(redis_url)


class TestPace:
    def test_lets_pass_what_nothing_is_known_of(self, redis: Redis) -> None:
        SharedPace(redis, 1).wait(10_000)

    def test_waits_for_what_is_missing(self, redis: Redis) -> None:
        pace = SharedPace(redis, 1)
        pace.told(available=10, restored_per_second=200, capacity=1000)
        began = time.monotonic()
        pace.wait(50)
        assert time.monotonic() - began >= 0.19

    def test_is_shared_by_all_workers_of_a_shop(self, redis: Redis) -> None:
        SharedPace(redis, 1).told(available=100, restored_per_second=100, capacity=1000)
        began = time.monotonic()
        workers = [threading.Thread(target=SharedPace(redis, 1).wait, args=(50,)) for _ in range(6)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert time.monotonic() - began >= 1.9  # 300 points, of which 100 were there

    def test_is_each_shops_own(self, redis: Redis) -> None:
        SharedPace(redis, 1).told(available=0, restored_per_second=1, capacity=1000)
        began = time.monotonic()
        SharedPace(redis, 2).wait(900)
        assert time.monotonic() - began < 30

    def test_sends_the_job_away_rather_than_hold_it_up_for_long(self, redis: Redis) -> None:
        pace = SharedPace(redis, 1)
        pace.told(available=0, restored_per_second=10, capacity=1000)
        with pytest.raises(RateLimited) as caught:
            pace.wait(900)
        assert caught.value.retry_after == pytest.approx(90, abs=10)

    def test_never_waits_for_more_than_there_can_be(self, redis: Redis) -> None:
        pace = SharedPace(redis, 1)
        pace.told(available=1000, restored_per_second=100, capacity=1000)
        pace.wait(5000)

    def test_lets_pass_while_redis_is_away(self) -> None:
        pace = SharedPace(connect("redis://127.0.0.1:1", timeout=0.5), 1)
        pace.told(available=0, restored_per_second=1, capacity=1)
        pace.wait(1000)
