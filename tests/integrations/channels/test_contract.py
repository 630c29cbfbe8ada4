"""What every channel holds to, whatever it is: one suite over all lines of the registry."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from standardwebhooks.webhooks import Webhook
from werkzeug import Request, Response

from commerce.settings import Settings
from integrations import registry
from integrations.channel_api import Bounced, Channel, ChannelAccount, Outgoing, Receipt, Unsure
from integrations.channels import posting as channels_posting
from integrations.errors import OutsideError, Permanent, RateLimited, Transient
from tests.integrations.channels.servers import serving
from tests.peers.receivers.receiver import drips, receiving

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BY_HTTP = ("sms", "slack", "webhook")


@dataclass
class Way:
    """A channel with somebody at its other end: a message for it, and what arrived."""

    channel: Channel
    message: Outgoing
    arrived: Callable[[], int]


def account(name: str, url: str) -> ChannelAccount:
    told = {"sms": {"url": url, "key": "sk_hidden"}, "webhook": {"secrets": SECRET}}
    return ChannelAccount(key=name, credentials=told.get(name, {}))


def message(name: str, url: str) -> Outgoing:
    to = {"sms": "+4915112345678", "slack": url, "webhook": url}.get(name, "maya@example.com")
    return Outgoing(key="backroom-1-7", to=to, sender="shop@example.org", subject="Hello", text='{"say": "héllo"}')


def settings(var_dir: Path, **more: Any) -> Settings:
    return Settings(var_dir=var_dir, allow_private_hosts=True, **more).completed()


@pytest.fixture(params=sorted(registry.CHANNELS))
def way(request: pytest.FixtureRequest, tmp_path: Path, httpserver: HTTPServer) -> Iterator[Way]:
    name = request.param
    if name == "mail":
        with serving() as (manners, port):
            channel = registry.channel(name, account(name, ""), settings(tmp_path, smtp_url=f"smtp://127.0.0.1:{port}"))
            yield Way(channel, message(name, ""), lambda: len(manners.mails))
            channel.close()
        return
    httpserver.expect_request("/in").respond_with_data("{}")
    channel = registry.channel(name, account(name, httpserver.url_for("/in")), settings(tmp_path))
    arrived = {"outbox": lambda: len(list((tmp_path / "outbox").glob("*.eml")))}.get(name, lambda: len(httpserver.log))
    yield Way(channel, message(name, httpserver.url_for("/in")), arrived)
    channel.close()


class TestEveryChannel:
    def test_brings_a_message(self, way: Way) -> None:
        assert isinstance(way.channel.send(way.message, about_to=lambda: None), Receipt)
        assert way.arrived() == 1

    def test_says_before_it_is_too_late_and_once(self, way: Way) -> None:
        seen: list[int] = []
        way.channel.send(way.message, about_to=lambda: seen.append(way.arrived()))
        assert seen == [0]

    def test_sends_nothing_where_it_may_not(self, way: Way) -> None:
        class LostLease(Exception):
            pass

        def lost() -> None:
            raise LostLease

        with pytest.raises(LostLease):
            way.channel.send(way.message, about_to=lost)
        assert way.arrived() == 0
        way.channel.send(way.message, about_to=lambda: None)
        assert way.arrived() == 1

    def test_goes_on_after_it_was_closed(self, way: Way) -> None:
        way.channel.send(way.message, about_to=lambda: None)
        way.channel.close()
        way.channel.send(replace(way.message, key="backroom-1-8"), about_to=lambda: None)
        assert way.arrived() == 2

    def test_shows_nobody_in_its_message(self, way: Way) -> None:
        assert way.message.to not in repr(way.message)
        assert "héllo" not in repr(way.message)


class TestTheRegistry:
    @pytest.mark.parametrize("line", registry.CHANNELS.values())
    def test_resolves(self, line: str) -> None:
        assert callable(registry.load(line))

    def test_takes_the_outbox_where_there_is_no_mail_server(self, tmp_path: Path) -> None:
        channel = registry.channel("mail", ChannelAccount(), settings(tmp_path))
        channel.send(message("mail", ""), about_to=lambda: None)
        assert (tmp_path / "outbox" / "backroom-1-7.eml").exists()

    def test_gives_the_same_channel_to_the_same_thread(self, tmp_path: Path) -> None:
        given = settings(tmp_path)
        found = [registry.channel("mail", ChannelAccount(), given) for _ in range(2)]
        thread = threading.Thread(target=lambda: found.append(registry.channel("mail", ChannelAccount(), given)))
        thread.start()
        thread.join()
        assert found[0] is found[1]
        assert found[0] is not found[2]


@pytest.fixture(params=BY_HTTP)
def posting(request: pytest.FixtureRequest, tmp_path: Path, httpserver: HTTPServer) -> Any:
    """Sends one message to a server that answers as it is told."""
    name = request.param

    def send(status: int = 200, headers: dict[str, str] | None = None, url: str = "") -> Receipt:
        httpserver.expect_request("/in").respond_with_data("{}", status=status, headers=headers)
        there = url or httpserver.url_for("/in")
        channel = registry.load(registry.CHANNELS[name])(account(name, there), settings(tmp_path))
        return channel.send(message(name, there), about_to=lambda: None)

    send.name = name  # type: ignore[attr-defined]
    return send


class TestAChannelByHttp:
    @pytest.mark.parametrize(
        ("status", "raised"),
        [(400, Permanent), (401, Permanent), (429, RateLimited), (503, Transient), (302, Permanent)],
    )
    def test_knows_what_a_status_means(self, posting: Any, status: int, raised: type[OutsideError]) -> None:
        with pytest.raises(raised):
            posting(status)

    @pytest.mark.parametrize("status", [500, 502, 504])
    def test_is_unsure_where_the_server_failed_with_the_message(self, posting: Any, status: int) -> None:
        with pytest.raises(Transient if posting.name == "webhook" else Unsure):
            posting(status)

    def test_is_unsure_where_the_connection_broke_under_way(self, posting: Any) -> None:
        with hanging_up() as url, pytest.raises(Transient if posting.name == "webhook" else Unsure):
            posting(url=url)

    def test_is_sure_where_there_was_no_connection(self, posting: Any) -> None:
        with pytest.raises(Transient):
            posting(url="http://127.0.0.1:1/in")

    def test_goes_to_no_private_network(self, tmp_path: Path, httpserver: HTTPServer) -> None:
        there = httpserver.url_for("/in")
        guarded = replace(settings(tmp_path), allow_private_hosts=False)
        for name in BY_HTTP:
            channel = registry.load(registry.CHANNELS[name])(account(name, there), guarded)
            with pytest.raises(Permanent, match="private network"):
                channel.send(message(name, there), about_to=lambda: None)
        assert httpserver.log == []

    @pytest.mark.parametrize("name", ["sms", "slack"])
    def test_that_is_not_set_up_says_where_to(self, tmp_path: Path, name: str) -> None:
        channel = registry.load(registry.CHANNELS[name])(ChannelAccount(), settings(tmp_path))
        began: list[int] = []
        with pytest.raises(Permanent, match="under Notifications, Settings"):
            channel.send(message(name, ""), about_to=lambda: began.append(1))
        assert began == []

    def test_is_not_held_by_an_answer_that_drips(self, posting: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each byte is in time for itself; all of them together would hold a worker for hours."""
        monkeypatch.setattr(channels_posting, "POST_SECONDS", 0.5)
        with receiving() as there:
            there.answer(drips(20))
            began = monotonic()
            with pytest.raises(Transient if posting.name == "webhook" else Unsure):
                posting(url=there.url)
            assert monotonic() - began < 5


@contextmanager
def hanging_up() -> Iterator[str]:
    """A server that reads and closes the connection."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/in"
    thread.join(5)
    server.close()


class TestSms:
    def send(self, tmp_path: Path, httpserver: HTTPServer, *, to: str = "+4915112345678", **more: str) -> Request:
        requests: list[Request] = []

        def take(request: Request) -> Response:
            requests.append(request)
            return Response('{"id": "SM1"}', content_type="application/json")

        httpserver.expect_request("/in").respond_with_handler(take)
        told = {"url": httpserver.url_for("/in"), "key": "sk_hidden", **more}
        channel = registry.load(registry.CHANNELS["sms"])(ChannelAccount(credentials=told), settings(tmp_path))
        sent = Outgoing(key="backroom-1-7", to=to, sender="FernFig", text='Say "hi", {to} \\ \n')
        assert channel.send(sent, about_to=lambda: None).reference == "SM1"
        return requests[0]

    def test_is_json_that_no_text_can_change(self, tmp_path: Path, httpserver: HTTPServer) -> None:
        body = '{"message": {"recipients": ["{to}"], "body": "{sender}: {text}", "ref": "{key}", "flash": false}}'
        request = self.send(tmp_path, httpserver, body=body)
        said = 'FernFig: Say "hi", {to} \\ \n'
        told = {"recipients": ["+4915112345678"], "body": said, "ref": "backroom-1-7", "flash": False}
        assert json.loads(request.data) == {"message": told}
        assert request.headers["Authorization"] == "Bearer sk_hidden"
        assert request.headers["Idempotency-Key"] == "backroom-1-7"

    def test_goes_to_numbers_only(self, tmp_path: Path, httpserver: HTTPServer) -> None:
        for wrong in ("", "0151 123", "+49 151", "+0123456789", "+4915112345678\n"):
            with pytest.raises(Bounced):
                self.send(tmp_path, httpserver, to=wrong)

    def test_is_tried_again_where_the_gateway_knows_keys(self, tmp_path: Path, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/in").respond_with_data("", status=502)
        told = {"url": httpserver.url_for("/in"), "knows_keys": "1"}
        channel = registry.load(registry.CHANNELS["sms"])(ChannelAccount(credentials=told), settings(tmp_path))
        with pytest.raises(Transient):
            channel.send(message("sms", ""), about_to=lambda: None)


class TestAWebhook:
    def test_is_verified_by_the_specifications_own_library(self, tmp_path: Path, httpserver: HTTPServer) -> None:
        requests: list[Request] = []

        def take(request: Request) -> Response:
            requests.append(request)
            return Response("")

        httpserver.expect_request("/in").respond_with_handler(take)
        new = "whsec_" + "bmV3c2VjcmV0bmV3c2VjcmV0bmV3c2VjcmV0"
        both = ChannelAccount(credentials={"secrets": f"{new} {SECRET}"})
        channel = registry.load(registry.CHANNELS["webhook"])(both, settings(tmp_path))
        channel.send(message("webhook", httpserver.url_for("/in")), about_to=lambda: None)
        for secret in (new, SECRET):
            assert Webhook(secret).verify(requests[0].data, dict(requests[0].headers)) == {"say": "héllo"}

    def test_is_not_sent_without_a_secret(self, tmp_path: Path) -> None:
        channel = registry.load(registry.CHANNELS["webhook"])(ChannelAccount(), settings(tmp_path))
        with pytest.raises(Permanent, match="whsec_"):
            channel.send(message("webhook", "http://127.0.0.1:1/"), about_to=lambda: None)


class TestSlack:
    def test_says_when_its_webhook_was_taken_back(self, tmp_path: Path, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/in").respond_with_data("no_service", status=404)
        channel = registry.load(registry.CHANNELS["slack"])(ChannelAccount(), settings(tmp_path))
        with pytest.raises(Bounced, match="taken back"):
            channel.send(message("slack", httpserver.url_for("/in")), about_to=lambda: None)
