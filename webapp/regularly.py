"""Writing what a process counted, every few seconds and when it ends: nobody who is counted waits for it."""

import atexit
import os
from collections.abc import Callable
from threading import Event, Thread


class Regularly:
    """Calls `write` every `pause` seconds, from a thread of each process that begins, and once more when it ends."""

    def __init__(self, write: Callable[[], object], *, pause: float, name: str) -> None:
        self._write, self._pause, self._name = write, pause, name
        self._ended, self._wanted = Event(), Event()
        self._runs_in = 0

    def begin(self) -> None:
        """Start in this process, unless that was done. To be called under the lock of what is counted."""
        if self._runs_in != os.getpid():
            self._runs_in = os.getpid()
            Thread(target=self._run, name=self._name, daemon=True).start()
            atexit.register(self._write)

    def _run(self) -> None:
        while not self._ended.is_set():
            self._wanted.wait(self._pause)
            self._wanted.clear()
            if not self._ended.is_set():
                self._write()

    def hurry(self) -> None:
        """Write before the pause is over."""
        self._wanted.set()

    def end(self) -> None:
        """Stop, after a last time."""
        self._ended.set()
        self._wanted.set()
        atexit.unregister(self._write)
        self._write()
