"""The cron process: RQ's own scheduler with our schedule."""

import json
import logging
import os
import sys
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any

import structlog
from redis.exceptions import RedisError
from rq import Queue
from rq.cron import CronJob, CronScheduler
from rq.serializers import JSONSerializer

from commerce.database import Database
from commerce.logs import configure_logging
from commerce.settings import Settings, UnableToConfigure
from jobs.job import JOBS, utc_now
from jobs.pausing import Pauses, watching
from jobs.queues import FAILURE_SECONDS, QUEUES, SCHEDULE_KEY, SCHEDULE_SECONDS, connect
from jobs.schedule import SCHEDULE

_AGAIN = 15  # seconds until an entry whose queue is paused is tried again
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_ALWAYS = {f"{entry.run.__module__}.{entry.run.__name__}" for entry in SCHEDULE if entry.always}
_log = structlog.get_logger(__name__)


class JsonCron(CronScheduler):
    """RQ's scheduler enqueues with pickle; our workers read JSON. What is paused is not filled up."""

    def __init__(self, *args: Any, pauses: Pauses | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pauses = pauses or Pauses()

    def enqueue_jobs(self) -> list[CronJob]:
        """Enqueue what is due, and say when each entry is due next."""
        due = [job for job in self.get_jobs() if job.should_run()]
        done = [job for job in due if self._enqueue(job)]
        self._tell()
        return done

    def _enqueue(self, job: CronJob) -> bool:
        """False where its queue is paused: it is tried again soon."""
        name = self._open_queue(job)
        if name is None:
            job.next_enqueue_time = utc_now() + timedelta(seconds=min(job.interval or _AGAIN, _AGAIN))
            job.latest_enqueue_time = job.latest_enqueue_time or _NEVER
            return False
        queue = Queue(name, connection=self.connection, serializer=JSONSerializer)
        options = {"timeout": job.job_options["job_timeout"], "ttl": job.job_options["ttl"], "result_ttl": 0}
        queue.enqueue_call(job.func_name, failure_ttl=FAILURE_SECONDS, **options)
        job.set_enqueue_time(utc_now())
        return True

    def _open_queue(self, job: CronJob) -> str | None:
        paused = self._pauses.queues
        if job.queue_name not in paused:
            return job.queue_name
        always = job.func_name in _ALWAYS
        return next((name for name in QUEUES if name not in paused), None) if always else None

    def _tell(self) -> None:
        """For the operator; once Redis was emptied, it is there again with the next entry that is due."""
        told = [_entry(job) for job in self.get_jobs()]
        with self.connection.pipeline() as pipeline:
            pipeline.set(SCHEDULE_KEY, json.dumps(told), ex=SCHEDULE_SECONDS)
            pipeline.execute()


def _entry(job: CronJob) -> dict[str, Any]:
    last = job.latest_enqueue_time
    return {
        "job": job.func_name,
        "queue": job.queue_name,
        "seconds": job.interval,
        "timeout": job.job_options["job_timeout"],
        "next": job.next_enqueue_time.timestamp() if job.next_enqueue_time else None,
        "last": last.timestamp() if last and last > _NEVER else None,
    }


def main() -> None:
    """Run until told to stop; while Redis is away, wait for it."""
    try:
        settings = Settings.from_environ(os.environ)
    except UnableToConfigure as error:
        sys.exit(str(error))
    configure_logging(settings, process="cron")
    logging.getLogger("rq.cron").setLevel(logging.WARNING)
    pauses = Pauses()
    with watching(pauses, Database(settings.database_url)):
        _run(settings, pauses)


def _run(settings: Settings, pauses: Pauses) -> None:
    while True:
        cron = JsonCron(connect(settings.redis_url), name=f"backroom-{os.getpid()}", pauses=pauses)
        for entry in SCHEDULE:
            spec = JOBS[f"{entry.run.__module__}.{entry.run.__name__}"]
            cron.register(entry.run, spec.queue, interval=entry.seconds, job_timeout=spec.timeout, ttl=entry.ttl)
        try:
            cron.start()  # type: ignore[no-untyped-call]
            return
        except (RedisError, OSError) as error:
            _log.warning("redis.unreachable", error=type(error).__name__)
            sleep(1)


if __name__ == "__main__":
    main()
