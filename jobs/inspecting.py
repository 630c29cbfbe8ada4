"""What the operator sees of queues, jobs, workers and the clock, and does to them. All of it as Redis has it now.

Of a job's arguments only the shop is told. Everything raises RedisError where Redis is away.
"""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rq import Queue
from rq.exceptions import DeserializationError, InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from jobs.queues import FAILURE_SECONDS, QUEUES, SCHEDULE_KEY, Queues

MOST = 1000  # jobs of each queue that are looked through
_FIRST = 20  # in which the oldest job that is still wanted is looked for: some were dropped, as nobody came in time
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """A queue: jobs that wait, since when the first one does, and how many broke."""

    name: str
    waiting: int
    since: datetime | None
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerNow:
    """A worker as it told of itself a moment ago: since when it runs, what it did, and what it does."""

    name: str
    heard_at: datetime
    queues: tuple[str, ...] = ()
    began_at: datetime | None = None
    done: int = 0
    failed: int = 0
    job: str = ""
    shop_id: int | None = None
    queue: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobNow:
    """A job that waits or broke. `error` is the exception's name."""

    id: str
    job: str
    shop_id: int | None
    queue: str
    enqueued_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    error: str
    has_failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happens by the clock: which job, in which queue, every how many seconds; when it was and is wanted."""

    job: str
    queue: str
    seconds: int
    timeout: int
    last_at: datetime | None
    next_at: datetime | None


def depths(queues: Queues) -> list[Depth]:
    """Every queue, in the order in which they are declared."""
    found = []
    for name, queue in _queues(queues).items():
        first = _fetched(queues, queue.get_job_ids(0, _FIRST))
        since = next((job.enqueued_at for job in first if job.enqueued_at), None)
        failed = queue.failed_job_registry.get_job_count()
        found.append(Depth(name=name, waiting=queue.count, since=since, failed=failed))
    return found


def workers(queues: Queues) -> list[WorkerNow]:
    """Workers that showed up within the last seconds."""
    return [_worker(name, told) for name, told in sorted(queues.told().items())]


def _worker(name: str, told: dict[str, Any]) -> WorkerNow:
    doing = told.get("doing") or {}
    return WorkerNow(
        name=name,
        heard_at=_moment(told["heard"]) or datetime.now(UTC),
        queues=tuple(told.get("queues", ())),
        began_at=_moment(told.get("began")),
        done=told.get("done", 0),
        failed=told.get("failed", 0),
        job=doing.get("job", ""),
        shop_id=doing.get("shop_id"),
        queue=doing.get("queue", ""),
        since=_moment(doing.get("since")),
    )


def waiting(queues: Queues, *, queue: str = "", job: str = "") -> list[JobNow]:
    """Jobs that wait, those that come first first: of each queue, the first MOST are looked through."""
    chosen = [one for name, one in _queues(queues).items() if queue in ("", name)]
    found = [each for one in chosen for each in _fetched(queues, one.get_job_ids(0, MOST))]
    return [each for each in found if job in ("", each.job)]


def failed(queues: Queues, *, queue: str = "", job: str = "", until: datetime | None = None) -> list[JobNow]:
    """Jobs that broke, newest first: of each queue, the newest MOST are looked through. `until`: of those that broke up
    to then, and so of the same ones, though more break meanwhile."""
    found: list[JobNow] = []
    for one in (one for name, one in _queues(queues).items() if queue in ("", name)):
        window = MOST if until is None else 2 * MOST
        there = _fetched(queues, one.failed_job_registry.get_job_ids(0, window - 1, desc=True))
        before = [each for each in there if until is None or each.ended_at is None or each.ended_at <= until]
        found += [each for each in before[:MOST] if job in ("", each.job)]
    return sorted(found, key=lambda each: (each.ended_at or datetime.max.replace(tzinfo=UTC), each.id), reverse=True)


def one(queues: Queues, job_id: str) -> tuple[JobNow, str] | None:
    """A job of ours with the traceback of its last run; None where there is none of that id any more."""
    if not _ID.fullmatch(job_id):
        return None
    try:
        job = Job.fetch(job_id, connection=queues.redis, serializer=JSONSerializer)
    except NoSuchJobError:
        return None
    told = _job_now(job)
    result = job.latest_result() if told.has_failed else None
    return (told, (result.exc_string if result else "") or "") if told.queue in QUEUES else None


def retry(queues: Queues, found: Iterable[JobNow]) -> int:
    """Put jobs that broke at the end of their queues; gives how many still were there to be."""
    done, named = 0, _queues(queues)
    for each in found:
        with suppress(InvalidJobOperation, NoSuchJobError):
            named[each.queue].failed_job_registry.requeue(each.id)
            done += 1
    return done


def discard(queues: Queues, found: Iterable[JobNow]) -> int:
    """Throw jobs that broke away; gives how many still were there."""
    done, named = 0, _queues(queues)
    for each in found:
        with suppress(NoSuchJobError):
            registry = named[each.queue].failed_job_registry
            if registry.remove(each.id):
                Job.fetch(each.id, connection=queues.redis, serializer=JSONSerializer).delete()
                done += 1
    return done


def schedule(queues: Queues) -> list[Entry]:
    """What happens by the clock, as the cron process told within the last seconds; empty where none runs."""
    told: Any = queues.redis.get(SCHEDULE_KEY)
    return [
        Entry(
            job=entry["job"],
            queue=entry["queue"],
            seconds=entry["seconds"],
            timeout=entry["timeout"],
            last_at=_moment(entry["last"]),
            next_at=_moment(entry["next"]),
        )
        for entry in json.loads(told or b"[]")
    ]


def run_now(queues: Queues, job: str) -> Entry | None:
    """Enqueue an entry of the schedule once more; None where there is no such entry."""
    entry = next((entry for entry in schedule(queues) if entry.job == job), None)
    if entry is not None:
        queue = _queues(queues)[entry.queue]
        queue.enqueue_call(entry.job, timeout=entry.timeout, result_ttl=0, failure_ttl=FAILURE_SECONDS)
    return entry


def _queues(queues: Queues) -> dict[str, Queue]:
    return {name: Queue(name, connection=queues.redis, serializer=JSONSerializer) for name in QUEUES}


def _fetched(queues: Queues, ids: Collection[str]) -> Sequence[JobNow]:
    """Those of these jobs that are there, in one way to Redis and back."""
    jobs = Job.fetch_many(ids, connection=queues.redis, serializer=JSONSerializer) if ids else []
    return [_job_now(job) for job in jobs if job is not None]


def _job_now(job: Job) -> JobNow:
    try:
        name, kwargs = job.func_name or "", job.kwargs or {}
    except DeserializationError:
        name, kwargs = "", {}
    shop_id, state = kwargs.get("shop_id"), job.get_status(refresh=False)
    return JobNow(
        id=job.id,
        job=name,
        shop_id=shop_id if isinstance(shop_id, int) else None,
        queue=job.origin,
        enqueued_at=_aware(job.enqueued_at),
        started_at=_aware(job.started_at),
        ended_at=_aware(job.ended_at),
        error=str((job.get_meta(refresh=False) or {}).get("error", "")),
        has_failed=state is not None and state.value == "failed",
    )


def _aware(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
