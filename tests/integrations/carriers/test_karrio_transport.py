"""One talk with a carrier: where it goes, what is kept of it, and whether what failed was sent."""

import contextlib
import socket
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import Request

import pytest
from pytest_httpserver import HTTPServer

from integrations.carriers.karrio import meaning
from integrations.carriers.karrio.transport import NoAnswer, Talk
from integrations.carriers.karrio.wire import Wire
from integrations.errors import Permanent
from tests.integrations.carriers.opened import patience
from tests.peers.carriers import peer as faults
from tests.peers.carriers.peer import Fault, Peer

TRACK = "/track/shipments"
URL = f"https://api-eu.dhl.com{TRACK}?trackingNumber=00340434161094042557"


def talk_of(origin: str, **more: object) -> Talk:
    options = {"allow_private_hosts": True, "answer_seconds": patience()} | more
    return Talk(Wire("The carrier", origin=origin, **options))  # type: ignore[arg-type]


def sent(talk: Talk, url: str = URL, body: bytes | None = None) -> None:
    """Send, whatever comes."""
    with talk.begun(), contextlib.suppress(NoAnswer, HTTPError):
        talk.send(Request(url, body, {"DHL-API-Key": "k"}))


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"http://127.0.0.1:{port}"


class TestATalk:
    def test_keeps_status_headers_and_body(self, peer: Peer) -> None:
        peer.faults[TRACK] = Fault(faults.TOO_MANY, retry_after="31")
        talk = talk_of(peer.url)
        with talk.begun(), pytest.raises(HTTPError) as caught:
            talk.send(Request(URL, headers={"DHL-API-Key": "k"}))
        assert (caught.value.code, caught.value.headers["Retry-After"]) == (429, "31")
        assert b"Too Many Requests" in caught.value.read()
        assert talk.answer is not None
        assert (talk.answer.status, meaning.retry_after(talk.answer)) == (429, 31)

    def test_gives_every_reply_away_before_it_is_read(self, peer: Peer) -> None:
        got: list[bytes] = []
        talk = Talk(Wire("x", origin=peer.url, allow_private_hosts=True), on_reply=got.append)
        sent(talk)
        assert talk.answer is not None
        assert got == [talk.answer.body]

    def test_ends_where_the_reply_cannot_be_kept(self, peer: Peer) -> None:
        def full(_: bytes) -> None:
            raise OSError("disk full")

        talk = Talk(Wire("x", origin=peer.url, allow_private_hosts=True), on_reply=full)
        with talk.begun(), pytest.raises(NoAnswer):
            talk.send(Request(URL, headers={"DHL-API-Key": "k"}))
        assert isinstance(talk.reply_error, OSError)

    def test_hides_what_it_heard(self, peer: Peer) -> None:
        talk = talk_of(peer.url)
        sent(talk)
        assert "shipments" not in repr(talk.exchanges)

    def test_calls_the_carrier_itself_where_nothing_stands_in(self) -> None:
        assert Wire("x").address(URL) == URL

    def test_calls_whoever_stands_in(self) -> None:
        assert Wire("x", origin="http://here:1/behind/").address(URL) == URL.replace(
            "https://api-eu.dhl.com", "http://here:1/behind"
        )

    @pytest.mark.parametrize("url", ["http://api.labelary.com/v1/x", "ftp://carrier/x", "file:///etc/passwd"])
    def test_speaks_nothing_but_https(self, url: str) -> None:
        with pytest.raises(Permanent, match="only https is"):
            Wire("x").address(url)

    def test_follows_no_redirect(self, peer: Peer) -> None:
        talk = talk_of(peer.url)
        sent(talk, "https://api-eu.dhl.com/nowhere")
        assert talk.answer is not None
        assert talk.answer.status == 404


class TestAFailure:
    @pytest.mark.parametrize("fault", [faults.DROPPED, faults.HANG])
    def test_after_sending_may_have_been_done(self, peer: Peer, fault: str) -> None:
        peer.faults[TRACK] = Fault(fault)
        talk = talk_of(peer.url, answer_seconds=patience(fault))
        sent(talk)
        assert talk.failure is not None
        assert talk.failure.sent
        assert talk.calls == 1

    def test_of_a_connection_that_was_kept_may_have_been_done(self, peer: Peer) -> None:
        wire = Wire("x", origin=peer.url, allow_private_hosts=True)
        sent(Talk(wire))
        peer.faults[TRACK] = Fault(faults.DROPPED)
        talk = Talk(wire)
        sent(talk)
        assert talk.failure is not None
        assert talk.failure.sent
        assert peer.paths[TRACK] == 2

    def test_to_connect_was_never_sent(self, nobody: str) -> None:
        talk = talk_of(nobody)
        sent(talk)
        assert talk.failure is not None
        assert not talk.failure.sent

    def test_to_find_the_host_was_never_sent(self) -> None:
        talk = talk_of("https://nowhere.invalid")
        sent(talk)
        assert talk.failure is not None
        assert not talk.failure.sent

    def test_of_trust_was_never_sent(self) -> None:
        with Peer(tls=True) as peer:
            talk = talk_of(peer.url)
            sent(talk)
            assert talk.failure is not None
            assert not talk.failure.sent
            assert not peer.asked

    def test_to_speak_tls_was_never_sent(self, httpserver: HTTPServer) -> None:
        talk = talk_of(f"https://127.0.0.1:{httpserver.port}", answer_seconds=5)
        sent(talk)
        assert talk.failure is not None
        assert not talk.failure.sent

    def test_of_a_private_address_was_never_sent(self, peer: Peer) -> None:
        talk = talk_of(peer.url, allow_private_hosts=False)
        sent(talk)
        assert talk.failure is not None
        assert not talk.failure.sent
        assert not peer.asked

    def test_of_plain_http_was_never_sent(self) -> None:
        talk = talk_of("")
        sent(talk, "http://carrier/x", b"{}")
        assert talk.failure is not None
        assert not talk.failure.sent


class TestWords:
    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b'{"response":{"errors":[{"code":"1","message":"Invalid  inquiry number"}]}}', "Invalid inquiry number"),
            (b'{"errors":[{"message":"No"}]}', "No"),
            (b'{"title":"No result found","detail":"None","status":404}', "None"),
            (b"<html>502</html>", ""),
            (b"", ""),
            (b"[" * 100_000, ""),
            (b'{"message": 7}', ""),
        ],
    )
    def test_are_found_in_any_answer(self, body: bytes, words: str) -> None:
        assert meaning.said(body) == words
