"""A keep-alive HTTP/1.1 connection that costs little, so that the client takes little of the machine it measures."""

import socket
from collections.abc import Mapping


class UnableToTalk(ConnectionError):
    """The server closed the connection or sent what this client does not understand."""


class Wire:
    """One connection to 127.0.0.1. Understands answers with Content-Length, which is all that is asked for here."""

    def __init__(self, port: int, timeout: float = 20) -> None:
        self._port, self._timeout = port, timeout
        self.socket = self._connect()

    def send(self, message: bytes) -> None:
        """Send a whole request."""
        self.socket.sendall(message)

    def receive(self) -> tuple[int, bytes]:
        """Status and body of the answer."""
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"),
            None,
        )
        if head[9:12] == b"304":  # has no body, whatever it says
            length = 0
        if length is None:
            raise UnableToTalk(f"no Content-Length: {head[:80]!r}")
        while len(body) < length:
            body += self._more()
        return int(head[9:12]), body

    def ask(self, message: bytes) -> tuple[int, bytes]:
        """Send and receive; once more on a new connection where the server closed the idle one."""
        try:
            self.send(message)
            return self.receive()
        except (UnableToTalk, ConnectionError):
            self.close()
            self.socket = self._connect()
            self.send(message)
            return self.receive()

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def _connect(self) -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", self._port), timeout=self._timeout)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def _more(self) -> bytes:
        piece = self.socket.recv(65536)
        if not piece:
            raise UnableToTalk("closed by the server")
        return piece


def post(path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A POST request as bytes."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


def get(path: str, headers: Mapping[str, str] | None = None) -> bytes:
    """A GET request as bytes."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode()
