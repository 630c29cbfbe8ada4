"""What the operator paused, as this process knows it: a row says it, and is looked at every few seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import structlog

from commerce.database import UNREACHABLE, Database
from commerce.tables import pauses

LOOK_EVERY = 2.0  # seconds

_log = structlog.get_logger(__name__)


class Pauses:
    """Queues from which no job is taken, and shops whose jobs are left. Looked up once for many jobs."""

    def __init__(self) -> None:
        self.queues: frozenset[str] = frozenset()
        self.shops: frozenset[int] = frozenset()

    def look(self, database: Database) -> None:
        """See what is paused now. While the database is away, what was known stays."""
        try:
            with database.glance() as db:
                queues, shops = pauses.paused(db)
        except UNREACHABLE as error:
            _log.warning("database.unreachable", error=type(error).__name__, effect="pauses are as they were")
            return
        if (queues, shops) != (self.queues, self.shops):
            _log.info("pauses.changed", queues=sorted(queues), shops=sorted(shops))
        self.queues, self.shops = queues, shops


@contextmanager
def watching(pauses: Pauses, database: Database, *, every: float = LOOK_EVERY) -> Iterator[None]:
    """Know what is paused, now and for the whole block."""
    pauses.look(database)
    over = Event()
    thread = Thread(target=_watch, args=(pauses, database, every, over), daemon=True, name="pauses")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(1)


def _watch(pauses: Pauses, database: Database, every: float, over: Event) -> None:
    while not over.wait(every):
        pauses.look(database)
