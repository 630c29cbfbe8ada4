"""A merchant's own system: takes webhooks over HTTP, checks them as the library says, and fails in whatever way it is
told to."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass
class Taken:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """The body, if it is signed with that secret. Raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """`answers`: what to answer next, (status, headers, body) or something to do with the handler; the last one stands
    for all that follow."""

    url: str = ""
    taken: list[Taken] = field(default_factory=list)
    answers: list[Any] = field(default_factory=lambda: [(204, {}, b"")])
    connections: int = 0

    def answer(self, *answers: Any) -> None:
        self.answers[:] = answers

    def next_answer(self) -> Any:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def says(status: int, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, body


def drops(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True


def drips(seconds: float) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer one sign after the other, for that long."""

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        for sign in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"z" * round(seconds * 20):
            try:
                handler.wfile.write(bytes([sign]))
                handler.wfile.flush()
            except OSError:
                return
            threading.Event().wait(0.05)

    return drip


def waits(until: threading.Event) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer once that has happened."""

    def wait(handler: BaseHTTPRequestHandler) -> None:
        until.wait(30)
        handler.send_response(204)
        handler.end_headers()

    return wait


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            receiver.connections += 1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.taken.append(Taken(self.path, headers, body))
            told = receiver.next_answer()
            if callable(told):
                told(self)
                return
            status, more, content = told
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hooks"
    yield receiver
    server.shutdown()
    thread.join()
    server.server_close()
