"""An end to a whole call, however slowly its other end tells one byte after the other.

Time-outs of sockets begin anew with each byte; here the connection is ended when the time is over, whatever it does.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Timer, local
from typing import Any

_here = local()


class Deadline:
    """The time of one call. `has_passed`: it was ended, so what the call raised came from that."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._twins: list[socket.socket] = []
        self._is_over = False
        self.has_passed = False

    def watch(self, twin: socket.socket) -> None:
        """The call uses this connection."""
        with self._lock:
            self._twins.append(twin)
            if self.has_passed:
                _end(twin)

    def end(self) -> None:
        """The time is over: nothing comes and goes through the call's connections any more."""
        with self._lock:
            if not self._is_over:
                self.has_passed = True
                for twin in self._twins:
                    _end(twin)

    def close(self) -> None:
        """The call came to its end: its connections are others' from now on."""
        with self._lock:
            self._is_over = True


def _end(twin: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        twin.shutdown(socket.SHUT_RDWR)


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """What this thread calls within the block ends after that many seconds."""
    deadline = Deadline()
    timer = Timer(seconds, deadline.end)
    timer.daemon = True
    timer.start()
    _here.deadline = deadline
    try:
        yield deadline
    finally:
        _here.deadline = None
        timer.cancel()
        deadline.close()


class Watched:
    """Beside a connection of urllib3: it ends with the call that uses it.

    A second handle on the same connection ends it also while it is wrapped by TLS.
    """

    _twin: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        connection: socket.socket = super()._new_conn()  # type: ignore[misc]
        self._twin = connection.dup()
        self._watch()
        return connection

    def _watch(self) -> None:
        deadline: Deadline | None = getattr(_here, "deadline", None)
        if deadline is not None and self._twin is not None:
            deadline.watch(self._twin)

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request, maybe through a connection that another call opened."""
        self._watch()
        super().request(*args, **kwargs)  # type: ignore[misc]

    def close(self) -> None:
        """Close both handles."""
        super().close()  # type: ignore[misc]
        if self._twin is not None:
            self._twin.close()
            self._twin = None
