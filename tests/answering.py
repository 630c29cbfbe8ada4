"""A merchant's own system that is asked, as a real server: its answers are the test's, and what it got is kept."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass
class System:
    """`answers`: (status, body, headers) one after the other, the last one from then on. `delay`: seconds before."""

    url: str
    answers: list[tuple[int, Any, dict[str, str]]]
    delay: float = 0.0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def will(self, *bodies: Any, status: int = 200, **headers: str) -> None:
        """Answer with these from now on."""
        self.answers[:] = [(status, body, headers) for body in bodies]

    def told(self, secret: str) -> list[Any]:
        """What was asked, each checked with the specification's own library."""
        return [Webhook(secret).verify(body, headers) for headers, body in self.got]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


@contextmanager
def answering() -> Iterator[System]:
    """The system, listening."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    system = System(url=f"http://127.0.0.1:{server.server_port}/asked", answers=[(200, {}, {})])
    server.system = system  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield system
    server.shutdown()
    thread.join()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        system: System = self.server.system  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        system.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        time.sleep(system.delay)
        status, told, headers = system.answers.pop(0) if len(system.answers) > 1 else system.answers[0]
        answer = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(answer))}).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
