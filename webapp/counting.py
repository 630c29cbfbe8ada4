"""Counters of this process, written to the database every few seconds: counting costs a shopper nothing."""

from collections import Counter
from datetime import UTC, datetime
from threading import Lock

import structlog

from commerce.database import REFUSED, UNREACHABLE, Database
from commerce.tables import tallies
from commerce.tables.tallies import Key
from webapp.regularly import Regularly

PAUSE = 5.0  # seconds between two times of writing
_PATIENCE = 1.0  # seconds of waiting for a turn to write; then it is tried again after the next pause
_log = structlog.get_logger(__name__)


class Counting:
    """Counts for one process. Safe to share among threads, and to carry over a fork."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._counted: Counter[Key] = Counter()
        self._regularly = Regularly(self.write, pause=PAUSE, name="counting")

    def add(self, shop_id: int, name: str, label: str, number: int = 1) -> None:
        """Add to a counter of the shop (commerce.tables.tallies)."""
        with self._lock:
            self._counted[shop_id, name, label] += number
            self._regularly.begin()

    def end(self) -> None:
        """Stop writing regularly, after a last time."""
        self._regularly.end()

    def write(self) -> None:
        """Write what was counted so far; what cannot be written now stays counted."""
        with self._lock:
            counted, self._counted = self._counted, Counter()
        if not counted:
            return
        try:
            with self._database.write(patience=_PATIENCE) as db:
                tallies.add(db, counted, now=datetime.now(UTC))
        except (*UNREACHABLE, REFUSED) as error:
            _log.info("counters.kept_back", error=type(error).__name__)
            with self._lock:
                self._counted.update(counted)
