"""The door to the jobs: names of queues, wake-ups, inspection. All that the web knows of jobs.

A wake-up says "this shop has work of this kind" and may be lost: the row is the truth, and a sweep finds it. One
wake-up per shop and kind waits at a time, however many deliveries come in and however often the sweep finds them.
"""

import json
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

# OUTSIDE: jobs that wait for others' servers; a worker that leaves them alone is never held up by them.
EVENTS, EFFECTS, BULK, OUTSIDE = "events", "effects", "bulk", "outside"
QUEUES = (EVENTS, EFFECTS, BULK, OUTSIDE)

# What there is to wake: kind to (queue, job, seconds it may take).
APPLY, INDEX, REINDEX = "apply", "index", "reindex"
CONFIGURE, CHECK = "configure", "check"
PAGES, PURGE = "pages", "purge"
SYNC, REREAD, CALL, ERASE = "sync", "re-read", "call", "erase"
TRACK, LABEL = "track", "label"
DISPATCH, RESEND = "dispatch", "resend"
POINTS = "points"
LETTERS = "letters"  # of no shop: woken for shop 0
STEPS, CALL_OUT, NOTIFY = "steps", "call-out", "notify"
DECIDE = "decide"
STOCK = "stock"
SEGMENT, RANK = "segment", "rank"
WAKES = {
    APPLY: (EVENTS, "jobs.events.apply_deliveries", 60),
    INDEX: (EFFECTS, "jobs.products.index_products", 120),
    REINDEX: (BULK, "jobs.products.reindex_products", 120),
    CONFIGURE: (EFFECTS, "jobs.search_settings.configure_index", 120),
    PAGES: (EFFECTS, "jobs.pages.drop_pages", 60),
    PURGE: (OUTSIDE, "jobs.cdns.purge_cdn", 120),
    CHECK: (BULK, "jobs.drift.check_index", 600),
    SYNC: (OUTSIDE, "jobs.syncs.sync_shop", 300),
    REREAD: (OUTSIDE, "jobs.rereads.reread_objects", 300),
    CALL: (OUTSIDE, "jobs.calls.carry_out_calls", 300),
    ERASE: (BULK, "jobs.privacy.erase", 300),
    TRACK: (OUTSIDE, "jobs.shipments.check_parcels", 120),
    LABEL: (OUTSIDE, "jobs.labels.make_labels", 300),
    DISPATCH: (OUTSIDE, "jobs.dispatches.send_dispatches", 120),
    RESEND: (BULK, "jobs.replays.replay_dispatches", 300),
    STEPS: (EFFECTS, "jobs.order_steps.engine.run_steps", 120),
    CALL_OUT: (OUTSIDE, "jobs.call_outs.call_out", 300),
    DECIDE: (BULK, "jobs.order_steps.runs.decide_many", 300),
    NOTIFY: (OUTSIDE, "jobs.notifications.send_notifications", 300),
    LETTERS: (OUTSIDE, "jobs.letters.send_letters", 120),
    STOCK: (EFFECTS, "jobs.stock.settle_stock", 120),
    POINTS: (BULK, "jobs.loyalty.keep_points", 300),
    SEGMENT: (BULK, "jobs.segments.build_segments", 300),
    RANK: (BULK, "jobs.segments.rank_customers", 600),
}

FAILURE_SECONDS = 86_400  # for which a job that broke is kept, to be looked at
SCHEDULE_KEY, SCHEDULE_SECONDS = "backroom:schedule", 30  # what happens by the clock, as the cron process tells it
_FLAG_SECONDS = 10  # a wake-up that no worker took by then may be repeated
_LAST_SECONDS = 86_400  # for which the newest wake-up's job is known
_WORKERS = "backroom:workers"  # names by the time at which they last showed up
_WORKER_SECONDS = 10  # after which a worker that did not show up is gone
_TOLD_SECONDS = 60
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

        `again`: also where a wake-up was sent a moment ago, as for a sweep that found work lying about, but not
        where it still waits in the queue.
        """
        if time.monotonic() < self._silent_until:
            return False
        try:
            self._enqueue(kind, self._without_wake_up(kind, list(shop_ids), again=again))
        except (RedisError, OSError) as error:
            self._silent_until = time.monotonic() + _PAUSE
            _log.warning("queue.unreachable", kind=kind, error=type(error).__name__, effect="the sweep will wake it")
            return False
        return True

    def taken(self, kind: str, shop_id: int) -> None:
        """A job begins to look for work: what comes from now on needs a wake-up of its own."""
        self.redis.delete(_flag(kind, shop_id), _last(kind, shop_id))

    def _without_wake_up(self, kind: str, shop_ids: Sequence[int], *, again: bool) -> list[int]:
        """Those of the shops for which no job waits in the queue. The queue itself is asked: marks outlive jobs."""
        with self.redis.pipeline(transaction=False) as asked:
            for shop_id in shop_ids:
                asked.set(_flag(kind, shop_id), 1, nx=not again, ex=_FLAG_SECONDS)
                asked.get(_last(kind, shop_id))
            answers = asked.execute()
        flagged = [
            (shop_id, last) for shop_id, won, last in zip(shop_ids, answers[::2], answers[1::2], strict=True) if won
        ]
        marked = [last for _, last in flagged if last]
        there: set[bytes] = set()
        if marked:
            with self.redis.pipeline(transaction=False) as asked:
                for last in marked:
                    asked.lpos(self._queues[WAKES[kind][0]].key, last)
                there = {last for last, place in zip(marked, asked.execute(), strict=True) if place is not None}
        return [shop_id for shop_id, last in flagged if last not in there]

    def _enqueue(self, kind: str, shop_ids: Sequence[int]) -> None:
        """One job for each shop. Ids are new each time: RQ forgets a job that ends by its id, and so would the next."""
        if not shop_ids:
            return
        name, function, timeout = WAKES[kind]
        with self.redis.pipeline() as pipeline:
            jobs = []
            for shop_id in shop_ids:
                job_id = f"{kind}-{shop_id}-{secrets.token_hex(6)}"
                pipeline.set(_last(kind, shop_id), job_id, ex=_LAST_SECONDS)
                options: dict[str, Any] = {"timeout": timeout, "result_ttl": 0, "failure_ttl": FAILURE_SECONDS}
                jobs.append(Queue.prepare_data(function, kwargs={"shop_id": shop_id}, job_id=job_id, **options))
            self._queues[name].enqueue_many(jobs, pipeline=pipeline)
            pipeline.execute()

    def depths(self) -> dict[str, int]:
        """Jobs that wait, by queue. Raises RedisError."""
        return {name: queue.count for name, queue in self._queues.items()}

    def failed(self) -> dict[str, int]:
        """Jobs that broke, by queue. Raises RedisError."""
        return {name: queue.failed_job_registry.get_job_count() for name, queue in self._queues.items()}

    def workers(self) -> int:
        """Workers that showed up a moment ago. Raises RedisError."""
        found: Any = self.redis.zcount(_WORKERS, self._now() - _WORKER_SECONDS, "+inf")
        return int(found)

    def told(self) -> dict[str, dict[str, Any]]:
        """What each worker that showed up a moment ago says of itself, by name. Raises RedisError."""
        since = self._now() - _WORKER_SECONDS
        names: Any = self.redis.zrangebyscore(_WORKERS, since, "+inf", withscores=True)
        said: Any = self.redis.mget([_told(name.decode()) for name, _ in names]) if names else []
        found = zip(names, said, strict=True)
        return {name.decode(): json.loads(one or b"{}") | {"heard": heard} for (name, heard), one in found}

    def show_up(self, worker: str, told: Mapping[str, Any] | None = None) -> None:
        """A worker is alive; it says so every few seconds, since Redis may forget everything, and what it does. Raises
        RedisError."""
        now = self._now()
        with self.redis.pipeline() as pipeline:
            pipeline.set(_told(worker), json.dumps(dict(told or {})), ex=_TOLD_SECONDS)
            pipeline.zadd(_WORKERS, {worker: now})
            pipeline.zremrangebyscore(_WORKERS, "-inf", now - _WORKER_SECONDS)
            pipeline.execute()

    def leave(self, worker: str) -> None:
        """A worker ends. Raises RedisError."""
        self.redis.zrem(_WORKERS, worker)
        self.redis.delete(_told(worker))

    def _now(self) -> float:
        """By the clock of Redis, which all hosts share."""
        told: Any = self.redis.time()
        return float(told[0]) + float(told[1]) / 1e6


def _told(worker: str) -> str:
    """Where it is kept what a worker says of itself."""
    return f"backroom:worker:{worker}"


def _last(kind: str, shop_id: int) -> str:
    """Where the id of the shop's last wake-up job is noted."""
    return f"backroom:last:{kind}:{shop_id}"


def _flag(kind: str, shop_id: int) -> str:
    return f"backroom:wake:{kind}:{shop_id}"
