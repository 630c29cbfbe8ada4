"""The stand-in as a server: `with Peer(store) as peer: peer.url`."""

import json
import ssl
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.peers.woocommerce import pages
from tests.peers.woocommerce.certificate import make_certificate
from tests.peers.woocommerce.keys import Asked
from tests.peers.woocommerce.rest import Rest
from tests.peers.woocommerce.store import Store

_JSON = "application/json; charset=UTF-8"
_SENT = {
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Expose-Headers": "X-WP-Total, X-WP-TotalPages, Link",
    "Access-Control-Allow-Headers": "Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type",
}
_UNCACHED = {
    "Expires": "Wed, 11 Jan 1984 05:00:00 GMT",
    "Cache-Control": "no-cache, must-revalidate, max-age=0, no-store, private",
}


class Peer:
    """A WooCommerce store that answers on loopback.

    `plain_permalinks`, `firewall`, `old`, `without_shop` and `home` may be changed while it runs. `next_answers` are
    given before anything else: (status, headers, body). `deliver`: webhooks go out by themselves, else by
    `store.hooks.deliver()`. `tls`: https with a certificate that `ca_bundle` vouches for. `asked`: what was asked.
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        port: int = 0,
        tls: bool = False,
        deliver: bool = False,
        allow_http_callback: bool = False,
        callback_ca: str | bool = True,
    ) -> None:
        self.store = store or Store()
        self.plain_permalinks = self.firewall = False
        self.next_answers: deque[tuple[int, Mapping[str, str], bytes]] = deque()
        self.before_answer: Any = None
        self.asked: list[tuple[str, str]] = []
        self.rest = Rest(self.store)
        self.ca_bundle = ""
        self._tls, self._deliver, self._stopped = tls, deliver, threading.Event()
        self._auth = pages.Auth(self.store, allow_http=allow_http_callback, ca_bundle=callback_ca)
        self._admin = pages.Admin(self.store)
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.store.home = self.url

    def __enter__(self) -> "Peer":
        if self._tls:
            folder = Path(tempfile.mkdtemp(prefix="peer-"))
            self.ca_bundle = str(make_certificate(folder))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=lambda: self._server.serve_forever(0.02), daemon=True).start()
        if self._deliver:
            threading.Thread(target=self._keep_delivering, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def keys(self, permissions: str = "read_write") -> dict[str, str]:
        """New REST keys, as a shop's credentials."""
        key, secret = self.store.key(permissions)
        return {"consumer_key": key, "consumer_secret": secret}

    def _keep_delivering(self) -> None:
        while not self._stopped.wait(0.05):
            self.store.hooks.deliver()

    def answer(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        """What the server answers: status, headers, body."""
        self.asked.append((asked.method, asked.target))
        if self.before_answer is not None:
            self.before_answer(asked)
        if self.next_answers:
            status, headers, body = self.next_answers.popleft()
            return status, dict(headers), body
        if asked.path.startswith("/wp-json") or "rest_route" in asked.query:
            return self._rest(asked)
        if asked.path.startswith("/wc-auth/v1/") and not self.plain_permalinks:
            return _page(self._auth.answer(asked, asked.path.removeprefix("/wc-auth/v1/").strip("/")))
        if asked.path.rstrip("/") == "/wp-admin":
            return _page(self._admin.answer(asked))
        if asked.path == "/":
            return _page(pages.page(self.store.name, "<h1>A shop</h1><p><a href='/wp-admin/'>Admin</a></p>"))
        return _page(pages.not_found())

    def _rest(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        if self.firewall:
            return _page(pages.firewall())
        if asked.path.startswith("/wp-json"):
            if self.plain_permalinks:
                return _page(pages.not_found())
            route = asked.path.removeprefix("/wp-json")
        else:
            route = asked.query["rest_route"]
        status, more, told = self.rest.answer(asked, route)
        headers = {"Content-Type": _JSON, "Link": f'<{self.store.home}/wp-json/>; rel="https://api.w.org/"', **_SENT}
        headers |= more | (_UNCACHED if status != 401 else {"Vary": "Origin"})
        return status, headers, json.dumps(told, separators=(",", ":")).replace("/", "\\/").encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                secure = peer._tls or self.headers.get("X-Forwarded-Proto", "") == "https"
                body = self.rfile.read(length) if length else b""
                status, headers, told = peer.answer(Asked(self.command, self.path, self.headers, body, secure))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(told)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - its names

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
                """Nothing: queries hold signatures."""

        return Handler


def _page(answer: pages.Answer) -> tuple[int, dict[str, str], bytes]:
    status, headers, text = answer
    return status, headers, text.encode()


def serve_for_ever(peer: Peer) -> None:
    """Keep the peer up until Ctrl-C; what is scheduled goes live."""
    with peer:
        try:
            while True:
                time.sleep(1)
                peer.store.publish_due()
        except KeyboardInterrupt:
            return
