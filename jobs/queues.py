"""The door to the jobs: names of queues, wake-ups, inspection. All that the web knows of jobs.

A wake-up says "this shop has work of this kind" and may be lost: the row is the truth, and a sweep finds it. One
wake-up per shop and kind is under way at a time, however many deliveries come in.
"""

import time
from collections.abc import Iterable
from typing import Any

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, Worker
from rq.serializers import JSONSerializer

EVENTS, EFFECTS, BULK = "events", "effects", "bulk"
QUEUES = (EVENTS, EFFECTS, BULK)

# What there is to wake: kind to (queue, job, seconds it may take).
APPLY, INDEX, REINDEX = "apply", "index", "reindex"
WAKES = {
    APPLY: (EVENTS, "jobs.events.apply_deliveries", 60),
    INDEX: (EFFECTS, "jobs.products.index_products", 120),
    REINDEX: (BULK, "jobs.products.reindex_products", 120),
}

_FLAG_SECONDS = 10  # a wake-up that no worker took by then may be repeated
_PAUSE = 1.0  # seconds without a try after Redis did not answer: a webhook must not wait for it
_log = structlog.get_logger(__name__)


def connect(url: str, *, timeout: float | None = None) -> Redis:
    """A Redis client. `timeout` in seconds for connecting and answering; None waits, as workers do."""
    if timeout is None:
        return Redis.from_url(url, health_check_interval=30)
    options: dict[str, Any] = {"socket_timeout": timeout, "retry": Retry(NoBackoff(), 0)}
    if not url.startswith("unix"):
        options["socket_connect_timeout"] = timeout
    return Redis.from_url(url, **options)


class Queues:
    """Wakes jobs and tells what waits. Safe to share among threads."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self._queues = {name: Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES}
        self._silent_until = 0.0

    def wake(self, kind: str, shop_ids: Iterable[int], *, again: bool = False) -> bool:
        """Wake the job of that kind for these shops; False when Redis could not be reached. Never raises.

        `again`: also where a wake-up should be under way already, as for a sweep that found work lying about.
        """
        if time.monotonic() < self._silent_until:
            return False
        try:
            for shop_id in shop_ids:
                if self.redis.set(_flag(kind, shop_id), 1, nx=not again, ex=_FLAG_SECONDS):
                    self._enqueue(kind, shop_id)
        except (RedisError, OSError) as error:
            self._silent_until = time.monotonic() + _PAUSE
            _log.warning("queue.unreachable", kind=kind, error=type(error).__name__, effect="the sweep will wake it")
            return False
        return True

    def taken(self, kind: str, shop_id: int) -> None:
        """A job begins to look for work: what comes from now on needs a wake-up of its own."""
        self.redis.delete(_flag(kind, shop_id))

    def _enqueue(self, kind: str, shop_id: int) -> None:
        queue, function, timeout = WAKES[kind]
        self._queues[queue].enqueue_call(
            function, kwargs={"shop_id": shop_id}, timeout=timeout, result_ttl=0, failure_ttl=86_400
        )

    def depths(self) -> dict[str, int]:
        """Jobs that wait, by queue. Raises RedisError."""
        return {name: queue.count for name, queue in self._queues.items()}

    def failed(self) -> dict[str, int]:
        """Jobs that broke, by queue. Raises RedisError."""
        return {name: queue.failed_job_registry.get_job_count() for name, queue in self._queues.items()}

    def workers(self) -> int:
        """Workers that are alive. Raises RedisError."""
        return Worker.count(connection=self.redis)


def _flag(kind: str, shop_id: int) -> str:
    return f"backroom:wake:{kind}:{shop_id}"
