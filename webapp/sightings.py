"""Who saw, exported or changed which customer: noted in this process, and written every second. Nobody waits for it.

A list that stays open shows the same names every few seconds: who is listed for the same one again is noted once in a
while.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import structlog

from commerce.database import REFUSED, UNREACHABLE, Database
from commerce.tables.people import accesses
from webapp.regularly import Regularly

PAUSE = 1.0  # seconds between two times of writing
AT_ONCE = 200  # rows that are written without waiting for that
MOST = 20_000  # rows that are kept while the database is away; beyond, the oldest are counted in the log and let go
LISTED = "listed"
LISTED_EVERY = 600.0  # seconds in which being listed for the same one is noted once
_MOST_LISTED = 50_000  # of whom that is known
_PORTION = 500  # rows in one transaction
_PATIENCE = 1.0  # seconds of waiting for a turn to write; then it is tried again after the next pause
_log = structlog.get_logger(__name__)


class Sightings:
    """Notes accesses for one process. Safe to share among threads, and to carry over a fork."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock
        self._listed: OrderedDict[tuple[int, str, str], float] = OrderedDict()
        self._lock, self._writing = Lock(), Lock()
        self._noted: deque[dict[str, Any]] = deque()
        self._regularly = Regularly(self.write, pause=PAUSE, name="sightings")

    def saw(self, shop_id: int, profile_ids: Iterable[str], actor: str, what: str) -> None:
        """Note that `actor` ("key 12 (Till)", "merchant") did `what` (read, listed, exported, changed, merged) with
        these customers: one call for a list of them.
        """
        at = datetime.now(UTC)
        ids = dict.fromkeys(profile_ids)
        told = self._anew(shop_id, ids, actor) if what == LISTED else ids
        rows = [{"shop_id": shop_id, "profile_id": one, "actor": actor, "what": what, "at": at} for one in told]
        if not rows:
            return
        with self._lock:
            self._noted.extend(rows)
            self._bound()
            self._regularly.begin()
            if len(self._noted) >= AT_ONCE:
                self._regularly.hurry()

    def _anew(self, shop_id: int, ids: Iterable[str], actor: str) -> list[str]:
        """Those who were not listed for this one a short while ago."""
        now, anew = self._clock(), []
        with self._lock:
            for one in ids:
                place = (shop_id, actor, one)
                if now - self._listed.get(place, float("-inf")) >= LISTED_EVERY:
                    self._listed[place] = now
                    self._listed.move_to_end(place)
                    anew.append(one)
            while len(self._listed) > _MOST_LISTED:
                self._listed.popitem(last=False)
        return anew

    def end(self) -> None:
        """Stop writing regularly, after a last time."""
        self._regularly.end()

    def write(self) -> None:
        """Write what was noted so far; what cannot be written now stays noted."""
        with self._writing:
            while portion := self._taken():
                try:
                    with self._database.write(patience=_PATIENCE) as db:
                        accesses.add(db, portion)
                except (*UNREACHABLE, REFUSED) as error:
                    _log.info("sightings.kept_back", error=type(error).__name__, rows=len(portion))
                    with self._lock:
                        self._noted.extendleft(reversed(portion))
                        self._bound()
                    return

    def _taken(self) -> list[dict[str, Any]]:
        with self._lock:
            return [self._noted.popleft() for _ in range(min(_PORTION, len(self._noted)))]

    def _bound(self) -> None:
        lost = len(self._noted) - MOST
        for _ in range(lost):
            self._noted.popleft()
        if lost > 0:
            _log.error("sightings.lost", rows=lost)
