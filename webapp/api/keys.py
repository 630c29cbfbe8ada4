"""Keys that call this process, looked up again twice a second while they do, so that revoking works within a second.

So a call costs neither a query nor the opening of the shop's secrets.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

import structlog

from commerce.database import REFUSED, UNREACHABLE, Database
from commerce.tables import api_keys
from commerce.tables.api_keys import USED_EVERY, Key
from commerce.tables.shops import Shop
from commerce.vault import Vault, digest
from webapp.regularly import Regularly

SEEN_SECONDS = 0.5
PAUSE = 5.0  # seconds between two times of writing which keys were used
_PATIENCE = 1.0
_KNOWN = 5_000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """The shop whose system calls, and its key."""

    shop: Shop
    key: Key


class Keys:
    """The keys that this process knows. Safe to share among threads, and to carry over a fork."""

    def __init__(self, database: Database, vault: Vault, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._vault, self._clock = database, vault, clock
        self._looking, self._noting = Lock(), Lock()
        self._known: OrderedDict[str, tuple[float, Caller]] = OrderedDict()
        self._written: dict[int, float] = {}
        self._used: set[int] = set()
        self._regularly = Regularly(self.write, pause=PAUSE, name="keys")

    def of(self, token: str) -> Caller | None:
        """Who holds the key, as it was half a second ago at most; None for nobody, and where it has expired."""
        key = digest(token)
        caller = self._fresh(key)
        if caller is None:
            with self._looking:
                caller = self._fresh(key) or self._looked_up(key, token)
        if caller is None or not caller.key.holds(datetime.now(UTC)):
            return None
        self._note(caller.key.id)
        return caller

    def _fresh(self, key: str) -> Caller | None:
        seen, caller = self._known.get(key, (0.0, None))
        return caller if caller is not None and self._clock() - seen < SEEN_SECONDS else None

    def _looked_up(self, key: str, token: str) -> Caller | None:
        now = self._clock()
        with self._database.read() as db:
            found = api_keys.find(db, self._vault, token)
        self._known.pop(key, None)
        if found is None:  # not remembered: what strangers try must not push out what is used
            return None
        self._known[key] = now, Caller(*found)
        while len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        return self._known[key][1]

    def _note(self, key_id: int) -> None:
        """It was used; the first key of a shop keeps no count."""
        if key_id == api_keys.FIRST.id:
            return
        now = self._clock()
        if now - self._written.get(key_id, float("-inf")) < USED_EVERY.total_seconds():
            return
        with self._noting:
            self._written[key_id] = now
            self._used.add(key_id)
            self._regularly.begin()

    def write(self) -> None:
        """Write which keys were used; what cannot be written now waits."""
        with self._noting:
            used, self._used = self._used, set()
        if not used:
            return
        try:
            with self._database.write(patience=_PATIENCE) as db:
                api_keys.note_used(db, used, now=datetime.now(UTC))
        except (*UNREACHABLE, REFUSED) as error:
            _log.info("keys.use_kept_back", error=type(error).__name__)
            with self._noting:
                self._used |= used

    def end(self) -> None:
        """Stop writing regularly, after a last time."""
        self._regularly.end()
