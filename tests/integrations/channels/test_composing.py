"""Mails as bytes: what is read back is what was written, and nobody adds a header."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.settings import Settings
from integrations.channel_api import Bounced, ChannelAccount, Outgoing
from integrations.channels import outbox
from integrations.channels.addresses import UnableToAddress, address_of
from integrations.channels.composing import composed
from integrations.errors import Permanent

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
ANYTHING = st.text(max_size=300)
EXPECTED = ["From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted", "MIME-Version"]


def mail(**told: object) -> Outgoing:
    given_now = {"key": "backroom-1-7", "to": "maya@example.com", "sender": "shop@example.org", "text": "Hi", **told}
    return Outgoing(**given_now)  # type: ignore[arg-type]


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)  # type: ignore[return-value]


def content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


class TestAMail:
    @given(subject=ANYTHING, to_name=ANYTHING, sender_name=ANYTHING, text=ANYTHING, html=ANYTHING)
    def test_has_the_headers_it_should_and_no_others(
        self, subject: str, to_name: str, sender_name: str, text: str, html: str
    ) -> None:
        raw = composed(mail(subject=subject, to_name=to_name, sender_name=sender_name, text=text, html=html), now=NOW)
        message = read(raw)
        assert (
            message.keys() == [*EXPECTED, "Content-Type"]
            if html
            else [*EXPECTED, "Content-Type", "Content-Transfer-Encoding"]
        )
        assert [part.defects for part in message.walk() if part.defects] == []
        assert [address.addr_spec for address in message["To"].addresses] == ["maya@example.com"]
        assert [address.addr_spec for address in message["From"].addresses] == ["shop@example.org"]

    @given(subject=ANYTHING, text=ANYTHING, html=ANYTHING)
    def test_passes_any_server(self, subject: str, text: str, html: str) -> None:
        raw = composed(mail(subject=subject, text=text, html=html), now=NOW)
        assert raw.isascii()
        assert raw.endswith(b"\r\n")
        assert b"\n" not in raw.replace(b"\r\n", b"")
        assert b"\r" not in raw.replace(b"\r\n", b"")
        assert max(len(line) for line in raw.split(b"\r\n")) <= 998

    @given(text=st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=2000))
    def test_says_what_it_was_given(self, text: str) -> None:
        message = read(composed(mail(text=text, html=f"<p>{text}"), now=NOW))
        assert content(message, "plain") == f"{text}\r\n"
        assert content(message, "html") == f"<p>{text}\r\n"

    def test_keeps_its_subject_in_any_language(self) -> None:
        for subject in ("Größe für Jörg", "ご注文 1001 を承りました", "تم تأكيد الطلب 1001", "€ 12"):
            assert read(composed(mail(subject=subject), now=NOW))["Subject"] == subject

    def test_has_the_same_id_each_time(self) -> None:
        one, other = (read(composed(mail(), now=NOW))["Message-ID"] for _ in range(2))
        assert one == other == "<backroom-1-7@example.org>"
        assert read(composed(mail(message_id="a.b@c.example"), now=NOW))["Message-ID"] == "<a.b@c.example>"

    def test_answers_nobody_and_is_answered_by_no_machine(self) -> None:
        assert read(composed(mail(), now=NOW))["Auto-Submitted"] == "auto-generated"

    def test_can_be_ended_with_one_click_where_it_is_commercial(self) -> None:
        url = "https://shop.example.com/n/" + "a" * 300
        raw = composed(mail(unsubscribe_url=url), now=NOW)
        assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in raw
        assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
        assert "List-Unsubscribe" not in read(composed(mail(), now=NOW))

    @pytest.mark.parametrize(
        "told",
        [
            {"unsubscribe_url": "https://x.example/\r\nBcc: a@b.example"},
            {"unsubscribe_url": "https://x.example/>"},
            {"message_id": "a\nBcc: x"},
            {"language": "de\nX: y"},
            {"headers": {"Bcc": "a@b.example"}},
            {"headers": {"X-A\r\nBcc": "a@b.example"}},
            {"sender": "no address"},
            {"reply_to": "a@b.example, c@d.example"},
        ],
    )
    def test_is_not_written_with_what_could_add_to_it(self, told: dict[str, object]) -> None:
        with pytest.raises(Permanent):
            composed(mail(**told), now=NOW)

    def test_takes_headers_of_its_own_on_one_line(self) -> None:
        message = read(composed(mail(headers={"X-Shop": "a\r\nBcc: b"}), now=NOW))
        assert message["X-Shop"] == "a Bcc: b"
        assert "Bcc" not in message


class TestAnAddress:
    @pytest.mark.parametrize(
        ("told", "spec"),
        [
            ("maya@example.com", "maya@example.com"),
            (" Maya@EXAMPLE.com ", "Maya@example.com"),
            ("jörg@bücher.example", "jörg@xn--bcher-kva.example"),
            ("o'connor+x@example.co.uk", "o'connor+x@example.co.uk"),
            ("a..b.@docomo.example", '"a..b."@docomo.example'),
            ("佐藤@例え.example", "佐藤@xn--r8jz45g.example"),
        ],
    )
    def test_is_read(self, told: str, spec: str) -> None:
        assert address_of(told).spec == spec

    @pytest.mark.parametrize(
        "told",
        [
            *(
                "",
                "maya",
                "@x.example",
                "a b@x.example",
                "a@",
                "a@-x.example",
                "a@x..example",
                "a@b@c",
                "<a@x.example>",
            ),
            *("a\r\n@x.example", f"{'a' * 65}@x.example", "a@x.example\r\nBcc: b@y.example", 'a"b@x.example'),
            *("a@[127.0.0.1]", "<a@x.example>"),
        ],
    )
    def test_that_is_none_is_a_bounce(self, told: str) -> None:
        with pytest.raises(UnableToAddress):
            address_of(told)
        with pytest.raises(Bounced) as caught:
            composed(mail(to=told), now=NOW)
        assert not told.strip() or told not in str(caught.value)

    @given(st.text(max_size=80))
    def test_has_no_blank_and_no_line_end(self, told: str) -> None:
        try:
            spec = address_of(told).spec
        except UnableToAddress:
            return
        assert not any(sign.isspace() for sign in spec)
        assert not set("<>,;:\x00") & set(spec)


class TestTheOutbox:
    def test_writes_one_file_however_often_it_is_tried(self, tmp_path: Path) -> None:
        channel = outbox.open_channel(ChannelAccount(), Settings(var_dir=tmp_path).completed())
        for subject in ("one", "two"):
            channel.send(mail(subject=subject), about_to=lambda: None)
        assert [file.name for file in (tmp_path / "outbox").iterdir()] == ["backroom-1-7.eml"]
        assert read(outbox.read(tmp_path, "backroom-1-7") or b"")["Subject"] == "two"

    def test_takes_no_key_that_leads_elsewhere(self, tmp_path: Path) -> None:
        channel = outbox.open_channel(ChannelAccount(), Settings(var_dir=tmp_path).completed())
        for key in ("../x", "", "a/b", "a" * 101):
            with pytest.raises(Permanent):
                channel.send(mail(key=key, message_id="a@b.example"), about_to=lambda: None)

    def test_forgets(self, tmp_path: Path) -> None:
        channel = outbox.open_channel(ChannelAccount(), Settings(var_dir=tmp_path).completed())
        for key in ("a", "b"):
            channel.send(mail(key=key), about_to=lambda: None)
        outbox.drop(tmp_path, ["a", "never"])
        assert outbox.read(tmp_path, "a") is None
        assert outbox.read(tmp_path, "b") is not None
        assert outbox.drop_before(tmp_path, datetime(2000, 1, 1, tzinfo=UTC)) == 0
        assert outbox.drop_before(tmp_path, datetime(2200, 1, 1, tzinfo=UTC)) == 1
        assert outbox.read(tmp_path, "b") is None
