"""Calls that go wrong on purpose."""

import socket
import threading
from dataclasses import dataclass, field

from flask import Response, request

HANG_SECONDS = 60.0


@dataclass
class Faults:
    """How the next calls fail: "500", "close" (the socket, without an answer) or "hang" (an answer much too late)."""

    hang_seconds: float = HANG_SECONDS
    planned: list[tuple[str, str]] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fail_next(self, calls: int, how: str = "500", where: str = "graphql") -> None:
        """Let so many calls fail; `where` is "graphql", "token" or "file" (the result of a bulk operation)."""
        with self._lock:
            self.planned += [(where, how)] * calls

    def strike(self, where: str) -> Response | None:
        """The bad answer to the call at hand, if its time has come."""
        with self._lock:
            found = next((each for each in self.planned if each[0] == where), None)
            if found is None:
                return None
            self.planned.remove(found)
        if found[1] == "close":
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        elif found[1] == "hang":
            self._stopped.wait(self.hang_seconds)
        return Response('{"errors":"Internal Server Error"}', 500, content_type="application/json")

    def stop(self) -> None:
        """Let go of whatever hangs."""
        self._stopped.set()
