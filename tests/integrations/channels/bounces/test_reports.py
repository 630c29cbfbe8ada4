"""Reports of mail servers, in the shapes in which they come."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.bounces import reports
from integrations.channels.bounces.bounce import Bounce, UnableToReadBounce

DSN = """From: MAILER-DAEMON@mx.example.org
To: shop@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 23 Nov 2026 14:05:00 +0000

Final-Recipient: rfc822; maya@example.com
Original-Recipient: rfc822;maya@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <maya@example.com>: no such user

--b
Content-Type: {kind}

Message-ID: <backroom-1-7@example.org>
To: maya@example.com
Subject: Your order

--b--
"""


def dsn(*, action: str = "failed", status: str = "5.1.1", kind: str = "message/rfc822") -> bytes:
    return DSN.format(action=action, status=status, kind=kind).replace("\n", "\r\n").encode()


class TestAReport:
    @pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
    def test_says_who_for_good_and_about_which_mail(self, kind: str) -> None:
        words = "550 5.1.1 <<address>>: no such user"
        assert reports.read(dsn(kind=kind)) == [
            Bounce(address="maya@example.com", permanent=True, message_id="backroom-1-7@example.org", words=words)
        ]

    @pytest.mark.parametrize("status", ["4.2.2", "5.2.2", "5.7.1", "5.4.4", "5.3.4", "4.0.0"])
    def test_is_not_for_good_where_it_is_not_about_the_address(self, status: str) -> None:
        assert [bounce.permanent for bounce in reports.read(dsn(status=status))] == [False]

    @pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
    def test_says_nothing_where_nothing_came_back(self, action: str) -> None:
        assert reports.read(dsn(action=action)) == []

    def test_of_several_recipients_says_each(self) -> None:
        more = b"\r\n\r\nFinal-Recipient: rfc822; b@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        raw = dsn().replace(b": no such user\r\n", b": no such user" + more)
        assert [bounce.address for bounce in reports.read(raw)] == ["maya@example.com", "b@example.com"]

    def test_of_a_complaint_says_so(self) -> None:
        raw = dsn().replace(b"message/delivery-status", b"message/feedback-report")
        start = raw.index(b"Reporting-MTA")
        end = raw.index(b"--b\r\nContent-Type: message/rfc822")
        told = b"Feedback-Type: abuse\r\nOriginal-Rcpt-To: <maya@example.com>\r\nVersion: 1\r\n\r\n"
        found = reports.read(raw[:start] + told + raw[end:])
        assert [(one.address, one.complaint, one.permanent) for one in found] == [("maya@example.com", True, False)]
        assert found[0].message_id == "backroom-1-7@example.org"

    @given(st.binary(max_size=400))
    def test_that_is_none_is_refused(self, raw: bytes) -> None:
        with pytest.raises(UnableToReadBounce):
            reports.read(raw)

    @given(st.binary(max_size=60), st.integers(0, 1200))
    def test_that_is_damaged_breaks_nothing(self, junk: bytes, at: int) -> None:
        raw = dsn()
        with contextlib.suppress(UnableToReadBounce):
            reports.read(raw[:at] + junk + raw[at + len(junk) :])

    def test_that_is_huge_is_refused(self) -> None:
        with pytest.raises(UnableToReadBounce, match="1 MB"):
            reports.read(b"x" * (reports.LARGEST + 1))
