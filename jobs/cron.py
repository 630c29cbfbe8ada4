"""The cron process: RQ's own scheduler with our schedule."""

import logging
import os
import sys
from time import sleep

import structlog
from redis.exceptions import RedisError
from rq import Queue
from rq.cron import CronJob, CronScheduler
from rq.serializers import JSONSerializer

from commerce.logs import configure_logging
from commerce.settings import Settings, UnableToConfigure
from jobs.job import JOBS, utc_now
from jobs.queues import connect
from jobs.schedule import SCHEDULE

_log = structlog.get_logger(__name__)


class JsonCron(CronScheduler):
    """RQ's scheduler enqueues with pickle; our workers read JSON."""

    def enqueue_jobs(self) -> list[CronJob]:
        """Enqueue what is due."""
        due = [job for job in self.get_jobs() if job.should_run()]
        for job in due:
            queue = Queue(job.queue_name, connection=self.connection, serializer=JSONSerializer)
            options = {"timeout": job.job_options["job_timeout"], "ttl": job.job_options["ttl"], "result_ttl": 0}
            queue.enqueue_call(job.func_name, **options)
            job.set_enqueue_time(utc_now())
        return due


def main() -> None:
    """Run until told to stop; while Redis is away, wait for it."""
    try:
        settings = Settings.from_environ(os.environ)
    except UnableToConfigure as error:
        sys.exit(str(error))
    configure_logging(settings, process="cron")
    logging.getLogger("rq.cron").setLevel(logging.WARNING)
    while True:
        cron = JsonCron(connect(settings.redis_url), name=f"backroom-{os.getpid()}")
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
