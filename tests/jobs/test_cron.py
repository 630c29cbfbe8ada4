"""The clock enqueues what our workers can read, and every line of the schedule can run."""

import json
from datetime import timedelta

from rq import Queue
from rq.serializers import JSONSerializer

from jobs.cron import JsonCron
from jobs.job import JOBS, utc_now
from jobs.queues import EVENTS, QUEUES, connect
from jobs.schedule import SCHEDULE
from jobs.sweep import sweep
from tests.conftest import Backroom


class TestSchedule:
    def test_names_declared_jobs_that_need_no_arguments(self) -> None:
        for entry in SCHEDULE:
            spec = JOBS[f"{entry.run.__module__}.{entry.run.__name__}"]
            assert spec.queue in QUEUES
            assert entry.ttl >= 1

    def test_sweeps_every_few_seconds(self) -> None:
        assert next(entry for entry in SCHEDULE if entry.run is sweep).seconds <= 2


class TestJsonCron:
    def test_enqueues_jobs_that_a_worker_runs(self, backroom: Backroom) -> None:
        cron = JsonCron(connect(backroom.settings.redis_url), name="test")
        for entry in SCHEDULE:
            spec = JOBS[f"{entry.run.__module__}.{entry.run.__name__}"]
            cron.register(entry.run, spec.queue, interval=entry.seconds, job_timeout=spec.timeout, ttl=entry.ttl)
        due = cron.enqueue_jobs()
        assert len(due) == len(SCHEDULE)
        queue = Queue(EVENTS, connection=backroom.process.queues.redis, serializer=JSONSerializer)
        job = next(job for job in queue.jobs if job.func_name == "jobs.sweep.sweep")
        assert (job.timeout, job.ttl) == (30, 4)
        assert json.loads(JSONSerializer.dumps([job.args, job.kwargs])) == [[], {}]
        assert cron.enqueue_jobs() == [], "nothing is due a moment later"
        backroom.work()  # fails where a job broke
        assert queue.count == 0

    def test_enqueues_again_when_its_time_comes(self, backroom: Backroom) -> None:
        cron = JsonCron(connect(backroom.settings.redis_url), name="test")
        job = cron.register(sweep, EVENTS, interval=2, job_timeout=30, ttl=4)
        cron.enqueue_jobs()
        job.set_enqueue_time(utc_now() - timedelta(seconds=3))
        assert len(cron.enqueue_jobs()) == 1
