"""Mail by SMTP against a server that fails in every way: what is said about each mail is what became of it."""

import email
import email.policy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from integrations.channel_api import Away, Bounced, Outgoing, Receipt, Unsure
from integrations.channels import smtp_session
from integrations.channels.smtp import Smtp
from integrations.channels.smtp_session import server_of
from integrations.errors import OutsideError, Permanent, Transient
from tests.integrations.channels import servers
from tests.integrations.channels.servers import HANG_UP, SILENCE, Manners, serving

MAIL = Outgoing(
    key="backroom-1-7",
    to="maya@example.com",
    to_name="Maya",
    sender="shop@example.org",
    sender_name="Fern & Fig",
    subject="Your order",
    text="Hello\n.\n..two dots",
    html="<p>Hello</p>",
)


def channel(folder: Path, port: int, *, options: str = "", scheme: str = "smtp", who: str = "", ca: str = "") -> Smtp:
    url = f"{scheme}://{who}127.0.0.1:{port}{options}"
    return Smtp(server_of(servers.settings(folder, url, ca_bundle=ca)))


class Calls:
    """Counts the calls of `about_to`."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def about_to() -> Calls:
    return Calls()


def sent(
    folder: Path, manners: Manners, about_to: Callable[[], None], *, seconds: float = 10
) -> Receipt | OutsideError:
    """What a server with these manners makes of a mail, of which each answer may take so long."""
    with serving(manners) as (_, port):
        server = server_of(servers.settings(folder, f"smtp://127.0.0.1:{port}"))
        mails = Smtp(replace(server, answer_seconds=seconds))
        try:
            return mails.send(MAIL, about_to=about_to)
        except OutsideError as error:
            return error
        finally:
            mails.close()


class TestAMail:
    def test_arrives_as_it_was_written(self, tmp_path: Path, about_to: Calls) -> None:
        manners = Manners()
        receipt = sent(tmp_path, manners, about_to)
        assert isinstance(receipt, Receipt)
        assert "4711" in receipt.reference
        assert about_to.count == 1
        envelope = manners.mails[0]
        assert (envelope.mail_from, envelope.rcpt_tos) == ("shop@example.org", ["maya@example.com"])
        read = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
        plain = read.get_body(("plain",))
        assert plain is not None
        assert plain.get_content().splitlines() == ["Hello", ".", "..two dots"]

    def test_goes_over_one_connection_with_others(self, tmp_path: Path, about_to: Calls) -> None:
        with serving() as (manners, port):
            mails = channel(tmp_path, port)
            for _ in range(5):
                mails.send(MAIL, about_to=about_to)
            mails.close()
        assert len(manners.mails) == 5
        assert len(manners.peers) == 1
        assert manners.seen.count("EHLO") == 1

    def test_is_about_to_go_after_its_recipient_and_before_its_text(self, tmp_path: Path) -> None:
        with serving() as (manners, port):
            seen: list[list[str]] = []
            mails = channel(tmp_path, port)
            mails.send(MAIL, about_to=lambda: seen.append([*manners.seen]))
            mails.close()
        assert seen == [["EHLO", "MAIL", "RCPT"]]

    def test_is_not_sent_where_nobody_may_any_more(self, tmp_path: Path) -> None:
        class LostLease(Exception):
            pass

        def lost() -> None:
            raise LostLease

        with serving() as (manners, port):
            mails = channel(tmp_path, port)
            with pytest.raises(LostLease):
                mails.send(MAIL, about_to=lost)
            mails.close()
        assert manners.mails == []
        assert "DATA" not in manners.seen


OUTCOMES = [
    ("EHLO", "421 busy", Away),
    ("EHLO", "554 go away", Away),
    ("EHLO", HANG_UP, Away),
    ("MAIL", "451 4.3.0 later", Transient),
    ("MAIL", "550 5.7.1 not from you", Permanent),
    ("MAIL", "550 5.1.2 no such domain", Permanent),
    ("MAIL", "553 5.1.3 bad address", Permanent),
    ("MAIL", "550 5.1.1 unknown sender", Permanent),
    ("MAIL", "421 4.3.2 closing", Away),
    ("MAIL", HANG_UP, Away),
    ("RCPT", "450 4.2.0 greylisted", Transient),
    ("RCPT", "550 5.1.1 no such user", Bounced),
    ("RCPT", "550 no such user", Bounced),
    ("RCPT", "550 5.7.1 relaying denied", Permanent),
    ("RCPT", "552 5.2.2 mailbox full", Permanent),
    ("RCPT", "556 5.1.10 null MX", Bounced),
    ("RCPT", "421 4.7.0 too many", Away),
    ("RCPT", HANG_UP, Away),
    ("DATA", "451 4.3.0 later", Transient),
    ("DATA", "554 5.5.1 no", Permanent),
    ("DATA", "421 closing", Away),
    ("DATA", HANG_UP, Transient),
    ("TEXT", "451 4.7.1 later", Transient),
    ("TEXT", "554 5.7.1 spam", Permanent),
    ("TEXT", "550 5.1.1 no such user", Bounced),
    ("TEXT", HANG_UP, Unsure),
    ("TEXT", "600 what", Unsure),
]


class TestAFailure:
    @pytest.mark.parametrize(("command", "answer", "raised"), OUTCOMES)
    def test_says_what_became_of_the_mail(
        self, tmp_path: Path, about_to: Calls, command: str, answer: str, raised: type[OutsideError]
    ) -> None:
        manners = Manners(answers={command: answer})
        error = sent(tmp_path, manners, about_to)
        assert type(error) is raised
        assert about_to.count == (command in ("DATA", "TEXT"))
        assert "maya@example.com" not in str(error)

    @pytest.mark.parametrize(
        ("command", "raised"),
        [("EHLO", Away), ("MAIL", Away), ("RCPT", Away), ("DATA", Transient), ("TEXT", Unsure)],
    )
    def test_is_a_server_that_says_nothing(
        self,
        tmp_path: Path,
        about_to: Calls,
        command: str,
        raised: type[OutsideError],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(smtp_session, "CONNECT_SECONDS", 0.3)
        error = sent(tmp_path, Manners(answers={command: SILENCE}), about_to, seconds=0.3)
        assert type(error) is raised
        assert "did not answer in time" in str(error)

    def test_is_nobody_at_the_address(self, tmp_path: Path, about_to: Calls) -> None:
        with pytest.raises(Away, match="cannot be reached"):
            channel(tmp_path, 1).send(MAIL, about_to=about_to)
        assert about_to.count == 0

    @pytest.mark.parametrize("answer", [outcome for outcome in OUTCOMES if outcome[0] != "EHLO"])
    def test_of_one_mail_is_not_that_of_the_next(
        self, tmp_path: Path, about_to: Calls, answer: tuple[str, str, type[OutsideError]]
    ) -> None:
        command, said, raised = answer
        with serving() as (manners, port):
            mails = channel(tmp_path, port)
            manners.once[command] = said
            with pytest.raises(raised):
                mails.send(MAIL, about_to=about_to)
            assert isinstance(mails.send(MAIL, about_to=about_to), Receipt)
            mails.close()
        assert len(manners.mails) == 1

    @pytest.mark.parametrize("command", ["MAIL", "RCPT"])
    @pytest.mark.parametrize("said", [HANG_UP, "421 4.4.2 idle"])
    def test_of_a_connection_that_lay_idle_is_nobodys(
        self, tmp_path: Path, about_to: Calls, command: str, said: str
    ) -> None:
        with serving() as (manners, port):
            mails = channel(tmp_path, port)
            mails.send(MAIL, about_to=about_to)
            manners.once[command] = said
            mails.send(MAIL, about_to=about_to)
            mails.close()
        assert len(manners.mails) == 2
        assert len(manners.peers) == 2
        assert about_to.count == 2
