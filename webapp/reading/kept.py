"""Reading pages through the cache: from Redis where they are kept, else made from the tables by one of all who ask.

A page whose time ran out is served once more while one makes it anew, and goes on being served while that fails; a page
that something was changed on is never served. While Redis is away, everything is made from the tables.
"""

import gzip
import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import BoundedSemaphore, Lock, Thread
from typing import Any

import structlog
from dogpile.lock import Lock as Dogpile
from dogpile.lock import NeedRegenerationException
from dogpile.util.nameregistry import NameRegistry
from redis.exceptions import LockError, RedisError
from redis.lock import Lock as RedisLock

from commerce.database import Database
from integrations.cache.pages import Allowance, Entry, Pages, Space
from integrations.errors import Transient
from webapp.counting import Counting
from webapp.reading.copies import Copies
from webapp.reading.store_pages import Asked, Made
from webapp.reading.storefronts import Storefront

STALE_SECONDS = 86_400.0  # after its time a page may still be served while it is made anew
NOTHING = b""  # the body of a page that there is not
_GZIP_FROM = 1024
_MAKING_SECONDS = 20.0  # then another one may try
_WAIT_SECONDS = 5.0
_MOST_ANEW = 8  # pages that a process makes anew at once, beside those that somebody waits for
HIT, STALE, MISS, BYPASS = "hit", "stale", "miss", "bypass"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A page and how it was come by: HIT, STALE, MISS (made now), BYPASS (made now, and not kept)."""

    entry: Entry
    how: str


class TooMuch(Exception):
    """Somebody asks for more than is good for the others; `wait_ms` until they may again."""

    def __init__(self, wait_ms: int) -> None:
        super().__init__("too many requests")
        self.wait_ms = wait_ms


class Reading:
    """Reads pages. Safe to share among threads."""

    def __init__(self, pages: Pages, copies: Copies, database: Database, counting: Counting) -> None:
        self._pages, self._copies, self._database, self._counting = pages, copies, database, counting
        self._locks: Any = NameRegistry(lambda _name: Lock())
        self._anew = BoundedSemaphore(_MOST_ANEW)

    def look(self, front: Storefront, asked: Asked, allowance: Allowance | None = None) -> Kept | None:
        """The page if it is kept and still fresh, in one round trip or, with a copy, none; counted.

        Raises TooMuch, Transient.
        """
        entry = self._copies.get(front.proof, asked.names)
        if entry is None or front.waiting.touches(entry.about):
            entry = self._kept(front, asked, allowance)
        elif allowance is not None:
            self._allowed(front, allowance)
        if entry is None or entry.fresh_until <= time.time():
            return None
        self._count(front, HIT, asked)
        return Kept(entry=entry, how=HIT)

    def read(self, front: Storefront, asked: Asked, allowance: Allowance | None = None) -> Kept:
        """The page. Raises TooMuch, and what making it raises."""
        try:
            entry = self._kept(front, asked, allowance)
            kept = self._fresh_or_made(front, asked, entry)
        except Transient:
            kept = Kept(entry=self._entry(self._make(front, asked)), how=BYPASS)
        self._count(front, kept.how, asked)
        return kept

    def several(self, front: Storefront, asked: Sequence[Asked]) -> list[Kept]:
        """Several pages: those that are kept in one round trip, the others one by one."""
        try:
            there = self._pages.several(_space(front), [each.names[0] for each in asked])
        except Transient:
            there = [None for _ in asked]
        shown = []
        for each, entry in zip(asked, there, strict=True):
            if entry is None or entry.fresh_until <= time.time() or front.waiting.touches(entry.about):
                shown.append(self.read(front, each))
            else:
                self._count(front, HIT, each)
                shown.append(Kept(entry=entry, how=HIT))
        return shown

    def _kept(self, front: Storefront, asked: Asked, allowance: Allowance | None = None) -> Entry | None:
        found = self._pages.read(_space(front), asked.names, allowance)
        if found.wait_ms:
            raise TooMuch(found.wait_ms)
        if found.entry is None or front.waiting.touches(found.entry.about):
            return None
        self._copies.add(front.shop.id, front.proof, asked.names[found.number], found.entry)
        return found.entry

    def _allowed(self, front: Storefront, allowance: Allowance) -> None:
        wait_ms = self._pages.read(_space(front), (), allowance).wait_ms
        if wait_ms:
            raise TooMuch(wait_ms)

    def _fresh_or_made(self, front: Storefront, asked: Asked, entry: Entry | None) -> Kept:
        turn = _Turn(self._locks.get(f"{front.shop.id}:{asked.names[0]}"), self._redis_lock(front, asked))
        first = [entry]
        made: list[Entry] = []

        def known() -> tuple[Entry, float]:
            found = first.pop() if first else self._kept(front, asked)
            if found is None:
                raise NeedRegenerationException
            return found, found.fresh_until

        def create() -> tuple[Entry, float]:
            made.append(self._make_and_keep(front, asked))
            return made[-1], time.time()

        def create_later(mutex: _Turn) -> None:
            if not self._anew.acquire(blocking=False):  # whoever asks next tries again
                mutex.release()
                return
            Thread(target=self._make_later, args=(front, asked, mutex), daemon=True).start()

        with Dogpile(turn, create, known, 0, create_later) as shown:  # type: ignore[no-untyped-call]
            how = MISS if made else STALE if shown.fresh_until <= time.time() else HIT
            return Kept(entry=shown, how=how)

    def _make_later(self, front: Storefront, asked: Asked, mutex: "_Turn") -> None:
        """Make a page anew whose time ran out, while the former one is served: on and on, should this fail."""
        try:
            self._make_and_keep(front, asked)
        except Exception as error:  # noqa: BLE001 - whoever asks next tries again
            _log.warning("page.not_made_anew", page=asked.names[0], error=type(error).__name__)
        finally:
            self._anew.release()
            mutex.release()

    def _make_and_keep(self, front: Storefront, asked: Asked) -> Entry:
        space = _space(front)
        begun = self._pages.begin(space)
        made = self._make(front, asked)
        seconds = made.fresh + (STALE_SECONDS if made.body is not None else 0.0)
        if made.until is not None:
            seconds = min(seconds, (made.until - datetime.now(UTC)).total_seconds())
        entry = replace(self._entry(made), kept_until=time.time() + seconds)
        if seconds > 0:
            about = (made.category, made.made_of) if made.category else None
            with suppress(Transient):  # it is served all the same
                self._pages.keep(space, made.name, entry, begun=begun, marks=made.marks, seconds=seconds, made=about)
        return entry

    def _make(self, front: Storefront, asked: Asked) -> Made:
        began = time.perf_counter()
        with self._database.read() as db:
            made = asked.make(db, front, datetime.now(UTC))
        self._counting.add(front.shop.id, "pages_made", asked.kind)
        self._counting.add(front.shop.id, "pages_made_us", asked.kind, round((time.perf_counter() - began) * 1e6))
        return made

    def _entry(self, made: Made) -> Entry:
        body = made.body if made.body is not None else NOTHING
        etag = hashlib.blake2b(body, digest_size=12).hexdigest() if made.body is not None else ""
        is_gzip = len(body) >= _GZIP_FROM
        return Entry(
            body=gzip.compress(body, 5, mtime=0) if is_gzip else body,
            etag=etag,
            fresh_until=time.time() + made.fresh,
            about=made.about,
            is_gzip=is_gzip,
        )

    def _count(self, front: Storefront, how: str, asked: Asked) -> None:
        self._counting.add(front.shop.id, "pages", f"{asked.kind}.{how}")

    def _redis_lock(self, front: Storefront, asked: Asked) -> RedisLock:
        name = f"backroom:pages:{{{front.shop.id}}}:making:{front.version}:{asked.names[0]}"
        redis = self._pages.client.redis
        return RedisLock(
            redis, name, timeout=_MAKING_SECONDS, sleep=0.01, blocking_timeout=_WAIT_SECONDS, thread_local=False
        )


class _Turn:
    """Whose turn it is to make a page: first within this process, then among all. Redis away: within this process."""

    def __init__(self, local: Lock, shared: RedisLock) -> None:
        self._local, self._shared = local, shared
        self._has_shared = False

    def acquire(self, wait: bool = True) -> bool:
        if not self._local.acquire(blocking=wait):
            return False
        with _unless_away():
            self._has_shared = self._shared.acquire(blocking=wait)
            if not self._has_shared and not wait:
                self._local.release()
                return False
        return True

    def release(self) -> None:
        try:
            if self._has_shared:
                with _unless_away():
                    self._shared.release()
        finally:
            self._local.release()


@contextmanager
def _unless_away() -> Iterator[None]:
    try:
        yield
    except (LockError, RedisError, OSError) as error:
        _log.info("page.lock_lost", error=type(error).__name__)


def _space(front: Storefront) -> Space:
    return Space(shop_id=front.shop.id, version=front.version)
