"""How jobs ran is collected in the process and written down in batches, in sums and where something is to be seen."""

from datetime import UTC, datetime, timedelta

import pytest
from rq import Queue
from rq.serializers import JSONSerializer

from commerce.database import Database
from commerce.tables import job_runs
from jobs import figures, history, job, sweep
from jobs.history import History, keeping
from jobs.job import utc_now
from jobs.queues import APPLY, BULK, EVENTS, QUEUES
from jobs.worker import PausableWorker
from tests.conftest import Backroom
from tests.stored import rows

SWEEP, COUNT = "jobs.sweep.sweep", "jobs.figures.count_figures"


class Burst(PausableWorker):
    """A worker that nobody sends commands to: to leave their channel takes RQ a second every now and then."""

    def subscribe(self) -> None:
        """Listen to nobody."""


def enqueue(backroom: Backroom, name: str, queue: str = EVENTS, **ids: int) -> None:
    redis = backroom.process.queues.redis
    Queue(queue, connection=redis, serializer=JSONSerializer).enqueue_call(name, kwargs=ids, result_ttl=0)


def work(backroom: Backroom) -> None:
    """Do what waits, also where it breaks."""
    worker = Burst(list(QUEUES), connection=backroom.process.queues.redis, serializer=JSONSerializer)
    worker.work(burst=True, logging_level="CRITICAL")


@pytest.fixture
def kept(backroom: Backroom) -> tuple[History, Database]:
    return backroom.process.history, backroom.process.database


class Broken(Exception):
    """What the tests' jobs break with."""


class TestHistory:
    def test_sums_up_what_workers_do(self, backroom: Backroom, kept: tuple[History, Database]) -> None:
        noted, database = kept
        for _ in range(3):
            enqueue(backroom, SWEEP)
        enqueue(backroom, COUNT, BULK)
        work(backroom)
        assert rows(database, job_runs.job_hours) == []
        noted.flush(database)
        noted.flush(database)
        hours = {row.job: row for row in rows(database, job_runs.job_hours)}
        assert {name: (row.runs, row.failures) for name, row in hours.items()} == {SWEEP: (3, 0), COUNT: (1, 0)}
        assert hours[SWEEP].seconds >= hours[SWEEP].longest > 0
        assert (noted.done, noted.failed, noted.doing) == (4, 0, None)

    def test_adds_to_what_other_workers_wrote(self, backroom: Backroom, kept: tuple[History, Database]) -> None:
        noted, database = kept
        for _ in range(2):
            enqueue(backroom, SWEEP)
            work(backroom)
            noted.flush(database)
        (row,) = rows(database, job_runs.job_hours)
        assert (row.runs, row.last_error) == (2, "")

    def test_names_what_failed_and_for_whom(
        self, backroom: Backroom, kept: tuple[History, Database], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        noted, database = kept
        monkeypatch.setattr("jobs.slices._while_leased", lambda *_: (_ for _ in ()).throw(Broken("of grace@x.example")))
        backroom.parts.queues.wake(APPLY, [7])
        work(backroom)
        noted.flush(database)
        (hour,), (run,) = rows(database, job_runs.job_hours), rows(database, job_runs.job_runs)
        assert (hour.runs, hour.failures, hour.last_error) == (1, 1, "Broken")
        assert (run.job, run.shop_id, run.error) == ("jobs.events.apply_deliveries", 7, "Broken")
        assert "grace" not in repr([hour, run])

    def test_lists_the_slowest_and_not_each(
        self, kept: tuple[History, Database], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        noted, database = kept
        ticks = iter([step for number in range(1, 40) for step in (0.0, float(number % 20 + 1))])
        monkeypatch.setattr(history, "monotonic", lambda: next(ticks))
        for _ in range(39):
            with noted.running(job="a", shop_id=None, queue=EVENTS, enqueued_at=utc_now() - timedelta(seconds=5)):
                pass
        noted.flush(database)
        with database.read() as db:
            (hour,) = job_runs.by_job(db, since=utc_now() - timedelta(hours=1))
            slow = job_runs.slowest(db, since=utc_now() - timedelta(hours=1), limit=3)
        assert (hour.runs, hour.longest) == (39, 20.0)
        assert hour.waited >= 39 * 5
        assert [run.seconds for run in slow] == [20.0, 20.0, 19.0]
        assert 10 <= len(rows(database, job_runs.job_runs)) < 39

    def test_lists_some_of_what_fails_all_the_time(self, kept: tuple[History, Database]) -> None:
        noted, database = kept
        for _ in range(50):
            with pytest.raises(Broken), noted.running(job="a", shop_id=None, queue=EVENTS, enqueued_at=None):
                raise Broken
        noted.flush(database)
        assert len(rows(database, job_runs.job_runs)) == history.FAILED
        assert rows(database, job_runs.job_hours)[0].failures == 50

    def test_is_kept_while_the_database_is_away(self, backroom: Backroom, kept: tuple[History, Database]) -> None:
        noted, database = kept
        away = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
        for _ in range(2):
            enqueue(backroom, SWEEP)
            work(backroom)
            noted.flush(away)
        noted.flush(database)
        (row,) = rows(database, job_runs.job_hours)
        assert row.runs == 2
        away.dispose()

    def test_notes_no_job_that_another_one_calls(self, backroom: Backroom, kept: tuple[History, Database]) -> None:
        noted, database = kept
        sweep.sweep()
        figures.count_figures()
        noted.flush(database)
        assert rows(database, job_runs.job_hours) == []
        assert job.JOBS[SWEEP].queue == EVENTS

    def test_is_written_at_the_end(self, kept: tuple[History, Database]) -> None:
        noted, database = kept
        with (
            keeping(noted, database, every=60),
            noted.running(job="a", shop_id=1, queue=EVENTS, enqueued_at=None),
        ):
            doing = noted.doing
        assert doing is not None
        assert (doing.job, doing.shop_id) == ("a", 1)
        assert [row.job for row in rows(database, job_runs.job_hours)] == ["a"]


class TestForgetting:
    def test_leaves_thirty_days(self, backroom: Backroom) -> None:
        database, now = backroom.process.database, datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        ages = {name: now - timedelta(days=days) for name, days in (("old", 31), ("new", 29))}
        with database.write() as db:
            for name, at in ages.items():
                run = job_runs.Run(job=name, shop_id=None, at=at, seconds=1.0, error="")
                job_runs.add(db, {(name, at): job_runs.Sums(runs=1, last_at=at)}, [run])
        sweep.forget()
        assert [row.job for row in rows(database, job_runs.job_hours)] == ["new"]
        assert [row.job for row in rows(database, job_runs.job_runs)] == ["new"]
