"""The worker process: RQ's SimpleWorker on all queues in turn.

`python -m jobs.worker events effects bulk` leaves out what waits for others' servers, so that live deliveries find a
worker that is free. It does not fork for each job: a wake-up takes milliseconds, and open indexes and connections are
kept.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event, Thread
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import DequeueStrategy

from commerce.database import REFUSED, UNREACHABLE
from commerce.logs import configure_logging
from commerce.settings import Settings, UnableToConfigure
from integrations.platforms import phones
from jobs import history, pausing, process
from jobs.alarms import watch_indexes
from jobs.process import Process, current
from jobs.queues import QUEUES, Queues, connect

_SHOW_UP_EVERY = 2.0  # seconds
_LISTEN = 2  # seconds; a queue that is paused or goes on is noticed after that
_NO_QUEUE = "none"  # what is listened to where all queues are paused
_log = structlog.get_logger(__name__)


class OpenQueue(Queue):
    """RQ's queue, of which nothing is taken while it is paused."""

    @classmethod
    def dequeue_any(
        cls, queues: Iterable[Queue], timeout: int | None, connection: Redis, *given: Any, **options: Any
    ) -> tuple[Job, Queue] | None:
        """The next job of those queues that are not paused."""
        paused = current().pauses.queues
        there = [queue for queue in queues if queue.name not in paused]
        nothing = [cls(_NO_QUEUE, connection=connection, serializer=JSONSerializer)]
        return super().dequeue_any(there or nothing, timeout, connection, *given, **options)


class PausableWorker(SimpleWorker):
    """RQ's worker in this process, which looks every few seconds what is paused."""

    queue_class = OpenQueue

    @property
    def dequeue_timeout(self) -> int:
        """How long it listens to the same queues."""
        return _LISTEN


def _says(here: Process, names: Sequence[str]) -> dict[str, Any]:
    """What a worker tells of itself, for the operator."""
    doing, kept = here.history.doing, here.history
    told = {"queues": list(names), "began": kept.began_at.timestamp(), "done": kept.done, "failed": kept.failed}
    if doing is None:
        return told
    now = {"job": doing.job, "shop_id": doing.shop_id, "queue": doing.queue, "since": doing.since.timestamp()}
    return told | {"doing": now}


@contextmanager
def showing_up(queues: Queues, name: str, says: Callable[[], Mapping[str, Any]] = dict) -> Iterator[None]:
    """Tell every few seconds that the worker lives, and what it says of itself. RQ's own list of workers stays empty
    once Redis was emptied."""
    over = Event()
    thread = Thread(target=_show_up, args=(queues, name, says, over), daemon=True, name="showing-up")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(1)
        with suppress(RedisError, OSError):
            queues.leave(name)


def _show_up(queues: Queues, name: str, says: Callable[[], Mapping[str, Any]], over: Event) -> None:
    while True:
        with suppress(RedisError, OSError):
            queues.show_up(name, says())
        if over.wait(_SHOW_UP_EVERY):
            return


def chosen_queues(names: Sequence[str]) -> list[str]:
    """The queues to work on: those that were named, or all. Ends the process where there is no such queue."""
    unknown = sorted(set(names) - set(QUEUES))
    if unknown:
        sys.exit(f"There is no queue {unknown[0]!r}. There are: {', '.join(QUEUES)}.")
    return [name for name in QUEUES if name in names or not names]


def _look_at_the_indexes() -> None:
    """An index whose files are gone, or of another version, is built anew at once."""
    try:
        watch_indexes()
    except (*UNREACHABLE, REFUSED) as error:
        _log.warning("database.unreachable", error=type(error).__name__, effect="indexes are looked at later")


def main() -> None:
    """Work until told to stop; a running job is finished first."""
    try:
        settings = Settings.from_environ(os.environ)
    except UnableToConfigure as error:
        sys.exit(str(error))
    configure_logging(settings, process="worker")
    here = process.assemble(settings)
    process.start(here)
    phones.prepare()
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    names = chosen_queues(sys.argv[1:])
    worker = PausableWorker(names, connection=connect(settings.redis_url), serializer=JSONSerializer)
    _look_at_the_indexes()
    with (
        pausing.watching(here.pauses, here.database),
        history.keeping(here.history, here.database),
        showing_up(here.queues, here.name, partial(_says, here, names)),
    ):
        worker.work(dequeue_strategy=DequeueStrategy.ROUND_ROBIN, logging_level="WARNING")


if __name__ == "__main__":
    main()
