"""Calls to outside parties: what they may reach, how long they may take, what their failures are called."""

import socket
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from integrations.errors import Permanent, RateLimited, Refused, Transient
from integrations.outbound import Outbound, checked, is_public, retry_after
from tests.peers.woocommerce.peer import Peer as WooCommercePeer


@pytest.fixture
def outside() -> Outbound:
    return Outbound("The peer", allow_private_hosts=True)


class TestWhatMayBeCalled:
    def test_is_no_private_network(self, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/").respond_with_data("secret")
        with pytest.raises(Permanent, match="private network"):
            Outbound("The peer").send("GET", httpserver.url_for("/"))
        assert httpserver.log == []

    def test_is_not_told_whether_anybody_answers_in_one(self) -> None:
        """Else whoever may enter addresses learns by the errors which ports are open behind our wall."""
        with pytest.raises(Permanent, match="private network"):
            Outbound("The peer").send("GET", "http://127.0.0.1:1/")

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "127.1", "2130706433"])
    def test_is_not_reached_by_another_spelling(self, httpserver: HTTPServer, host: str) -> None:
        with pytest.raises((Permanent, Transient)):
            Outbound("The peer").send("GET", f"http://{host}:{httpserver.port}/")
        assert httpserver.log == []

    def test_is_looked_at_where_the_connection_is_made(
        self, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A name may be a public address when it is checked, and a private one when it is called."""
        answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])
        real = socket.getaddrinfo

        def rebound(host: str, port: Any, *more: Any, **options: Any) -> Any:
            return real(next(answers) if host == "rebinding.example" else host, port, *more, **options)

        monkeypatch.setattr(socket, "getaddrinfo", rebound)
        url = f"http://rebinding.example:{httpserver.port}/"
        assert is_public(url)
        with pytest.raises(Permanent, match="private network"):
            Outbound("The peer").send("GET", url)
        assert httpserver.log == []

    @pytest.mark.parametrize("url", ["", "nonsense", "ftp://host/", "http://", "file:///etc/passwd", "http://[bad/"])
    def test_is_an_address(self, outside: Outbound, url: str) -> None:
        with pytest.raises(Permanent, match="not one that can be called"):
            outside.send("GET", url)

    @pytest.mark.parametrize(
        "url", ["http://10.0.0.1/", "http://169.254.169.254/", "http://nowhere.invalid/", "http://["]
    )
    def test_is_told_beforehand(self, url: str) -> None:
        assert not is_public(url)

    @pytest.mark.parametrize(
        ("host", "outside"),
        [
            ("::ffff:169.254.169.254", False),
            ("64:ff9b::a9fe:a9fe", False),
            ("64:ff9b:1::a9fe:a9fe", False),
            ("64:ff9b::5db8:d822", True),
            ("2002:a9fe:a9fe::1", False),
            ("2002:5db8:d822::1", True),
            ("::169.254.169.254", False),
            ("fec0::1", False),
            ("fe80::1", False),
            ("fd00:ec2::254", False),
            ("ff0e::1", False),
            ("2606:2800:220:1:248:1893:25c8:1946", True),
        ],
    )
    def test_may_be_written_within_another(self, host: str, outside: bool) -> None:
        """Gateways go on to the address of IPv4 that stands in one of IPv6."""
        assert is_public(f"https://[{host}]/") == outside


class TestAnAnswer:
    def test_is_given_whatever_its_status(self, outside: Outbound, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/").respond_with_data("gone", status=410)
        answer = outside.send("GET", httpserver.url_for("/"))
        assert (answer.status_code, answer.text) == (410, "gone")

    def test_is_not_a_redirect_that_is_followed(self, outside: Outbound, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/").respond_with_data("", status=302, headers={"Location": "/elsewhere"})
        assert outside.send("GET", httpserver.url_for("/")).status_code == 302
        assert len(httpserver.log) == 1

    def test_has_a_cap(self, outside: Outbound, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/").respond_with_data(b"x" * 100_000)
        with pytest.raises(Permanent, match="more than 1,000 bytes"):
            outside.send("GET", httpserver.url_for("/"), largest=1000)

    def test_is_not_waited_for_for_ever(self, outside: Outbound, httpserver: HTTPServer) -> None:
        over = threading.Event()

        def slow(_: Request) -> Response:
            over.wait(60)
            return Response("late")

        httpserver.expect_request("/").respond_with_handler(slow)
        with pytest.raises(Transient, match="did not answer in time"):
            outside.send("GET", httpserver.url_for("/"), answer_seconds=0.2)
        over.set()

    def test_may_come_in_pieces(self, outside: Outbound, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/").respond_with_data(b"line\n" * 50_000)
        with outside.stream("GET", httpserver.url_for("/")) as answer:
            assert sum(len(chunk) for chunk in outside.chunks(answer)) == 250_000

    def test_that_breaks_off_is_transient(self, outside: Outbound) -> None:
        with broken_server() as url, pytest.raises(Transient):
            outside.send("GET", url)

    def test_says_when_the_other_side_speaks_no_https(self, outside: Outbound, httpserver: HTTPServer) -> None:
        with pytest.raises(Transient, match="does not speak https"):
            outside.send("GET", f"https://127.0.0.1:{httpserver.port}/")

    def test_says_when_its_certificate_is_nobodys(self, outside: Outbound) -> None:
        with WooCommercePeer(tls=True) as peer, pytest.raises(Transient, match="certificate is not accepted"):
            outside.send("GET", peer.url)

    def test_names_no_secret_of_its_address(self, outside: Outbound) -> None:
        with pytest.raises(Transient) as caught:
            outside.send("GET", "http://127.0.0.1:1/?consumer_secret=cs_hidden")
        assert "cs_hidden" not in str(caught.value)
        assert caught.value.__cause__ is None


class broken_server:  # noqa: N801 - used like a function
    """Promises a long body and closes the connection."""

    def __enter__(self) -> str:
        self._server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return f"http://127.0.0.1:{self._server.getsockname()[1]}/"

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def _serve(self) -> None:
        connection, _ = self._server.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")


@pytest.fixture
def answers(outside: Outbound, httpserver: HTTPServer) -> Any:
    def answer(status: int, headers: dict[str, str] | None = None, body: str = "why") -> Any:
        httpserver.expect_oneshot_request("/").respond_with_data(body, status=status, headers=headers)
        return outside.send("GET", httpserver.url_for("/"))

    return answer


class TestAStatus:
    @pytest.mark.parametrize(
        ("status", "raised"),
        [(400, Permanent), (401, Refused), (403, Permanent), (404, Permanent), (408, Transient), (500, Transient)],
    )
    def test_means(self, answers: Any, status: int, raised: type[Exception]) -> None:
        with pytest.raises(raised, match="The peer") as caught:
            checked(answers(status), "The peer")
        assert type(caught.value) is raised

    def test_of_success_is_passed_on(self, answers: Any) -> None:
        assert checked(answers(201), "The peer").status_code == 201

    @pytest.mark.parametrize(("status", "told", "seconds"), [(429, "7", 7), (429, None, 5), (503, "9", 9)])
    def test_may_ask_to_wait(self, answers: Any, status: int, told: str | None, seconds: float) -> None:
        with pytest.raises(RateLimited) as caught:
            checked(answers(status, {"Retry-After": told} if told else None), "The peer")
        assert caught.value.retry_after == seconds


class TestRetryAfter:
    NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("told", "seconds"),
        [
            ("3", 3),
            ("0", 1),
            ("-5", 1),
            ("1e9", 3600),
            ("nan", 5),
            ("soon", 5),
            ("", 5),
            ("Sun, 22 Nov 2026 12:01:30 GMT", 90),
            ("Sun, 22 Nov 2026 11:00:00 GMT", 1),
            ("Mon, 99999999999 Jan 2020 00:00:00 GMT", 5),
        ],
    )
    def test_is_read(self, told: str, seconds: float) -> None:
        assert retry_after({"Retry-After": told}, now=self.NOW) == seconds
