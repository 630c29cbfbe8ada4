"""The stand-in as a server: `with Peer() as peer: peer.url`."""

import json
import threading
from collections import deque
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.peers.meilisearch.call import Asked
from tests.peers.meilisearch.refusals import Refusal
from tests.peers.meilisearch.rights import Rights
from tests.peers.meilisearch.routes import Routes
from tests.peers.meilisearch.work import Work


class Peer:
    """A Meilisearch server on loopback, as far as we use one.

    `asked`: what was asked, as (method, path with query, body). `next_answers` are given before anything else: status,
    headers, body, for searches only where `only_searches`. `most_bytes`: the largest body it takes. `work`: its tasks,
    which can be held or made to fail.
    """

    def __init__(self, *, master_key: str = "", port: int = 0) -> None:
        self.work = Work()
        self.rights = Rights(master_key)
        self.routes = Routes(self.rights, self.work)
        self.most_bytes = 100 * 1024 * 1024
        self.asked: list[tuple[str, str, bytes]] = []
        self.next_answers: deque[tuple[int, Mapping[str, str], bytes]] = deque()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Peer":
        threading.Thread(target=lambda: self._server.serve_forever(0.01), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.work.end()

    @property
    def calls(self) -> list[str]:
        """Methods and paths of all that was asked but questions about tasks."""
        return [
            f"{method} {path.partition('?')[0]}" for method, path, _ in self.asked if not path.startswith("/tasks/")
        ]

    def bodies(self, call: str) -> list[Any]:
        """What was sent with a call, each time."""
        return [json.loads(body) for method, path, body in self.asked if f"{method} {path.partition('?')[0]}" == call]

    def refuses(self, code: str, message: str = "no", headers: Mapping[str, str] | None = None) -> None:
        """Answer the next call with an error."""
        refusal = Refusal(code, message)
        self.next_answers.append((refusal.status, headers or {}, json.dumps(refusal.body()).encode()))

    def answer(self, asked: Asked) -> tuple[int, Mapping[str, str], bytes]:
        """What the server answers: status, headers, body."""
        if self.next_answers and not asked.path.startswith("/tasks/"):
            return self.next_answers.popleft()
        try:
            if len(asked.body) > self.most_bytes:
                message = (
                    f"The provided payload reached the size limit. The maximum accepted is {self.most_bytes} bytes."
                )
                raise Refusal("payload_too_large", message)
            status, told = self.routes.answer(asked)
        except Refusal as refusal:
            status, told = refusal.status, refusal.body()
        body = b"" if told is None else json.dumps(told, ensure_ascii=False).encode()
        return status, {"Content-Type": "application/json"} if body else {}, body


def _handler(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else b""
            parts = urlsplit(self.path)
            peer.asked.append((self.command, self.path, body))
            content_type = (self.headers.get("Content-Type") or "").partition(";")[0].strip()
            authorization = self.headers.get("Authorization")
            query = dict(parse_qsl(parts.query))
            asked = Asked(self.command, parts.path, query, content_type, authorization, body)
            status, headers, told = peer.answer(asked)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - its names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
            """Nothing."""

    return Handler
