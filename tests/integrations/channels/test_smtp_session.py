"""Who is let in at a mail server, and what it has to show first."""

from contextlib import closing
from pathlib import Path

import pytest

from commerce.settings import Settings
from integrations.channel_api import Away, Outgoing
from integrations.channels import smtp_session
from integrations.channels.smtp_session import server_of
from integrations.errors import Permanent
from tests.integrations.channels import servers
from tests.integrations.channels.servers import serving
from tests.integrations.channels.test_smtp import MAIL, Calls, channel


def deliver(folder: Path, port: int, about_to: Calls, message: Outgoing = MAIL, **options: str) -> None:
    with closing(channel(folder, port, **options)) as mails:
        mails.send(message, about_to=about_to)


RIGHT = "shop%40example.org:s%3Acret@"


@pytest.fixture
def about_to() -> Calls:
    return Calls()


@pytest.fixture
def secure(tmp_path: Path) -> dict[str, object]:
    file, context = servers.certificate(tmp_path)
    return {"ca": str(file), "context": context}


def guarded(**options: object) -> dict[str, object]:
    return {"authenticator": servers.password("shop@example.org", "s:cret"), "auth_required": True, **options}


class TestTls:
    def test_is_used_where_it_is_offered(self, tmp_path: Path, about_to: Calls, secure: dict[str, object]) -> None:
        with serving(tls_context=secure["context"], require_starttls=True) as (manners, port):
            deliver(tmp_path, port, about_to, MAIL)
        assert len(manners.mails) == 1

    def test_of_nobody_known_is_refused_where_it_is_required(
        self, tmp_path: Path, about_to: Calls, secure: dict[str, object]
    ) -> None:
        with serving(tls_context=secure["context"]) as (manners, port):
            with pytest.raises(Away, match="certificate that is not accepted"):
                deliver(tmp_path, port, about_to, MAIL, options="?tls=required")
            trusting = channel(tmp_path, port, options="?tls=required", ca=str(secure["ca"]))
            trusting.send(MAIL, about_to=about_to)
            trusting.close()
        assert len(manners.mails) == 1

    def test_is_missed_where_it_is_required(self, tmp_path: Path, about_to: Calls) -> None:
        with serving() as (manners, port), pytest.raises(Away, match="offers no encryption"):
            deliver(tmp_path, port, about_to, MAIL, options="?tls=required")
        assert manners.mails == []

    def test_is_there_from_the_start_with_smtps(
        self, tmp_path: Path, about_to: Calls, secure: dict[str, object]
    ) -> None:
        with serving(ssl_context=secure["context"]) as (manners, port):
            mails = channel(tmp_path, port, scheme="smtps", ca=str(secure["ca"]))
            mails.send(MAIL, about_to=about_to)
            mails.close()
        assert len(manners.mails) == 1

    def test_is_told_from_a_server_without(self, tmp_path: Path, about_to: Calls) -> None:
        with serving() as (_, port), pytest.raises(Away, match="does not speak TLS"):
            deliver(tmp_path, port, about_to, MAIL, scheme="smtps")


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
class TestAPassword:
    def test_lets_in(self, tmp_path: Path, about_to: Calls, secure: dict[str, object]) -> None:
        with serving(**guarded(tls_context=secure["context"])) as (manners, port):
            mails = channel(tmp_path, port, who=RIGHT, ca=str(secure["ca"]))
            mails.send(MAIL, about_to=about_to)
            mails.close()
        assert len(manners.mails) == 1

    def test_that_is_wrong_keeps_mails_waiting(self, tmp_path: Path, about_to: Calls) -> None:
        with (
            serving(**guarded(auth_require_tls=False)) as (_, port),
            pytest.raises(Away, match="refused the user and password") as caught,
        ):
            deliver(tmp_path, port, about_to, MAIL, who="shop:geheim@")
        assert "geheim" not in str(caught.value)

    def test_is_told_in_clear_on_this_machine(self, tmp_path: Path, about_to: Calls) -> None:
        with serving(**guarded(auth_require_tls=False)) as (manners, port):
            deliver(tmp_path, port, about_to, MAIL, who=RIGHT)
        assert len(manners.mails) == 1

    def test_is_told_in_clear_elsewhere_only_where_that_is_wished(
        self, tmp_path: Path, about_to: Calls, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(smtp_session.MailServer, "is_here", False)
        with serving(**guarded(auth_require_tls=False)) as (manners, port):
            with pytest.raises(Away, match="not told the password"):
                deliver(tmp_path, port, about_to, MAIL, who=RIGHT)
            deliver(tmp_path, port, about_to, MAIL, who=RIGHT, options="?tls=off")
        assert len(manners.mails) == 1

    def test_is_in_no_error_and_no_repr(self) -> None:
        server = server_of(Settings(smtp_url="smtp://u:geheim@mail.example.org").completed())
        assert "geheim" not in repr(server)


class TestAnAddress:
    @pytest.mark.parametrize(
        "url",
        ["smtp://", "http://host", "smtp://host?tls=maybe"],
    )
    def test_of_a_server_that_cannot_be_says_how_it_has_to_be(self, url: str) -> None:
        with pytest.raises(Away, match="SMTP_URL has to be like"):
            server_of(Settings(smtp_url=url).completed())

    @pytest.mark.parametrize(
        ("base", "greeting"),
        [
            ("https://shop.example.org", "shop.example.org"),
            ("http://127.0.0.1:8000", "[127.0.0.1]"),
            ("http://[::1]:8000", "[IPv6:::1]"),
            ("https://bücher.example", "localhost"),
        ],
    )
    def test_of_ours_is_how_we_greet(self, base: str, greeting: str) -> None:
        assert server_of(Settings(smtp_url="smtp://host", base_url=base).completed()).greeting == greeting

    def test_with_letters_beyond_ascii_needs_a_server_that_takes_them(self, tmp_path: Path, about_to: Calls) -> None:
        wide = Outgoing(key="backroom-1-8", to="jörg@bücher.example", sender="shop@example.org", text="Hallo")
        with serving(enable_SMTPUTF8=False) as (manners, port), pytest.raises(Permanent, match="SMTPUTF8"):
            deliver(tmp_path, port, about_to, wide)
        with serving(enable_SMTPUTF8=True) as (manners, port):
            mails = channel(tmp_path, port)
            mails.send(wide, about_to=about_to)
            mails.send(MAIL, about_to=about_to)
            mails.close()
        assert manners.mails[0].rcpt_tos == ["jörg@xn--bcher-kva.example"]
        assert len(manners.mails) == 2

    def test_with_a_domain_beyond_ascii_goes_anywhere(self, tmp_path: Path, about_to: Calls) -> None:
        there = Outgoing(key="backroom-1-9", to="info@bücher.example", sender="shop@example.org", text="Hallo")
        with serving(enable_SMTPUTF8=False) as (manners, port):
            deliver(tmp_path, port, about_to, there)
        assert manners.mails[0].rcpt_tos == ["info@xn--bcher-kva.example"]
