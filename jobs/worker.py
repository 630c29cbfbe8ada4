"""The worker process: RQ's SimpleWorker on all queues in turn.

`python -m jobs.worker events effects bulk` leaves out what waits for others' servers, so that live deliveries find a
worker that is free. It does not fork for each job: a wake-up takes milliseconds, and open indexes and connections are
kept.
"""

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Event, Thread

import structlog
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from rq.worker import DequeueStrategy

from commerce.database import REFUSED, UNREACHABLE
from commerce.logs import configure_logging
from commerce.settings import Settings, UnableToConfigure
from integrations.platforms import phones
from jobs import process
from jobs.alarms import watch_indexes
from jobs.queues import QUEUES, Queues, connect

_SHOW_UP_EVERY = 2.0  # seconds
_log = structlog.get_logger(__name__)


@contextmanager
def showing_up(queues: Queues, name: str) -> Iterator[None]:
    """Tell every few seconds that the worker lives. RQ's own list of workers stays empty once Redis was emptied."""
    over = Event()
    thread = Thread(target=_show_up, args=(queues, name, over), daemon=True, name="showing-up")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(1)
        with suppress(RedisError, OSError):
            queues.leave(name)


def _show_up(queues: Queues, name: str, over: Event) -> None:
    while True:
        with suppress(RedisError, OSError):
            queues.show_up(name)
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
    worker = SimpleWorker(
        chosen_queues(sys.argv[1:]), connection=connect(settings.redis_url), serializer=JSONSerializer
    )
    _look_at_the_indexes()
    with showing_up(here.queues, here.name):
        worker.work(dequeue_strategy=DequeueStrategy.ROUND_ROBIN, logging_level="WARNING")


if __name__ == "__main__":
    main()
