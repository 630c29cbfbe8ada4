"""The turns of those who write to one SQLite file.

SQLite's own waiting polls, which lets some wait for hundreds of milliseconds while others overtake them; a file lock
wakes the next one at once. Alone it is not fair: who writes all the time takes it again before the one that was woken
is there. So there are two: whoever is next holds the first one until the second one is theirs, and who has just
written waits behind them.
"""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO

_NEXT = ".next"


class NoTurn(Exception):
    """Others wrote for too long."""


@dataclass(frozen=True, slots=True)
class _Doors:
    """The files whose locks say who is next and who writes."""

    next: IO[str]
    writer: IO[str]

    @property
    def closed(self) -> bool:
        return self.next.closed or self.writer.closed

    def close(self) -> None:
        self.next.close()
        self.writer.close()


class WriterQueue:
    """Lets the writers of one file queue, in all processes of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._doors: _Doors | None = None

    @contextmanager
    def turn(self, until: float) -> Iterator[None]:
        """Nobody else writes during the block. Raises NoTurn when the turn has not come by then (monotonic time)."""
        if not self._threads.acquire(timeout=max(0.0, until - monotonic())):
            raise NoTurn
        try:
            doors = self._opened()
            if not _is_through(doors, until):
                self._doors = None  # whoever still waits for these locks closes them
                raise NoTurn
            try:
                yield
            finally:
                fcntl.flock(doors.writer, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def is_awaited(self) -> bool:
        """Whether somebody waits for a turn at this moment."""
        with self._path.with_name(self._path.name + _NEXT).open("a") as file:
            return not _is_free(file)

    def close(self) -> None:
        """Close the files; the next writer opens them again."""
        with self._threads:
            if self._doors is not None:
                self._doors.close()

    def _opened(self) -> _Doors:
        if self._doors is None or self._doors.closed:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._doors = _Doors(self._path.with_name(self._path.name + _NEXT).open("a"), self._path.open("a"))
        return self._doors


def _is_through(doors: _Doors, until: float) -> bool:
    """Take the writer's lock; False where others keep it for too long, and then the files close themselves.

    The system's own waiting knows no time limit, so a thread waits where a lock is taken.
    """
    if _is_free(doors.next) and _is_free(doors.writer):
        fcntl.flock(doors.next, fcntl.LOCK_UN)
        return True
    waiting = _Waiting(doors)
    threading.Thread(target=waiting.wait, daemon=True, name="writer-queue").start()
    return waiting.is_through_within(max(0.0, until - monotonic()))


def _is_free(file: IO[str]) -> bool:
    """Lock the file where nobody else holds its lock."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class _Waiting:
    """A thread that waits at both doors, and the one that waits for the thread until it loses its patience."""

    def __init__(self, doors: _Doors) -> None:
        self._doors = doors
        self._mutex, self._through, self._given_up = threading.Lock(), threading.Event(), False

    def wait(self) -> None:
        fcntl.flock(self._doors.next, fcntl.LOCK_EX)  # nothing happens where it is ours already
        fcntl.flock(self._doors.writer, fcntl.LOCK_EX)
        fcntl.flock(self._doors.next, fcntl.LOCK_UN)
        with self._mutex:
            if self._given_up:
                self._doors.close()
            else:
                self._through.set()

    def is_through_within(self, seconds: float) -> bool:
        self._through.wait(seconds)
        with self._mutex:
            self._given_up = not self._through.is_set()
        return not self._given_up
