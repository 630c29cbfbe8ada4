"""Mail by SMTP (RFC 5321): one session for many mails, and an exact account of what became of each.

Until the end of the mail's text is handed over, nothing is sent: every failure before is certain. A refusal after it is
certain too. Only where the answer to the text is missing, nobody knows.
"""

import re
import smtplib
import time
from collections.abc import Callable
from datetime import UTC, datetime

from commerce.settings import Settings
from integrations.channel_api import Away, Bounced, ChannelAccount, Outgoing, Receipt, Unsure
from integrations.channels.addresses import Address, UnableToAddress, address_of
from integrations.channels.composing import composed, recipient
from integrations.channels.smtp_session import MailServer, opened, server_of
from integrations.errors import OutsideError, Permanent, Transient

_IDLE_SECONDS = 30.0  # after which a server may have gone without a word
_ENHANCED = re.compile(rb"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
_NO_SUCH_ADDRESS = frozenset({"1.1", "1.2", "1.3", "1.6", "1.10", "2.1"})  # RFC 3463, 3.2 and 3.3; 1.10 is RFC 7505
_UNNUMBERED = frozenset({550, 551, 553})  # refused recipients, where a server tells no enhanced code
_SHOWN = 160
_ADDRESSES = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_DOTS = re.compile(rb"(?m)^\.")
_Gone = (smtplib.SMTPServerDisconnected, OSError)


class Smtp:
    """A mail server."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._session: smtplib.SMTP | None = None
        self._used_at = 0.0

    def send(self, message: Outgoing, *, about_to: Callable[[], None]) -> Receipt:
        """Hand one mail to the server."""
        mail = composed(message, now=datetime.now(UTC))
        try:
            session = self._asked(message)
            about_to()
            return self._handed_over(session, mail)
        except BaseException as error:
            self._tidied(error)
            raise
        finally:
            self._used_at = time.monotonic()

    def close(self) -> None:
        """Say goodbye."""
        session, self._session = self._session, None
        if session is None:
            return
        try:
            session.quit()
        except (OSError, smtplib.SMTPException):  # it has gone already
            session.close()

    def _asked(self, message: Outgoing) -> smtplib.SMTP:
        """A session that has taken sender and recipient. A session that broke while it lay idle is opened again: up to
        here, doing things twice harms nobody."""
        if self._session is not None and time.monotonic() - self._used_at > _IDLE_SECONDS:
            self.close()
        if self._session is not None:
            try:
                return self._envelope(self._session, message)
            except (*_Gone, Away):
                self._drop()
        self._session = opened(self._server)
        try:
            return self._envelope(self._session, message)
        except _Gone as error:
            raise Away(f"The mail server {self._server.host} {_lost(error)} before it took a mail.") from None

    def _envelope(self, session: smtplib.SMTP, message: Outgoing) -> smtplib.SMTP:
        sender, to = _envelope_sender(message), recipient(message)
        options = self._options(session, sender, to)
        code, answer = session.docmd("MAIL", " ".join([f"FROM:<{sender.spec}>", *options]))
        if code // 100 != 2:
            raise _refused(code, answer, "the sender", is_ours=True)
        code, answer = session.docmd("RCPT", f"TO:<{to.spec}>")
        if code // 100 != 2:
            raise _refused(code, answer, "the recipient", is_address=True)
        return session

    def _options(self, session: smtplib.SMTP, sender: Address, to: Address) -> list[str]:
        if sender.is_ascii and to.is_ascii:
            session.command_encoding = "ascii"
            return []
        if not session.has_extn("smtputf8"):
            raise Permanent("The mail server cannot send to or from addresses with letters beyond ASCII (SMTPUTF8).")
        session.command_encoding = "utf-8"
        return ["SMTPUTF8", "BODY=8BITMIME"]

    def _handed_over(self, session: smtplib.SMTP, mail: bytes) -> Receipt:
        try:
            code, answer = session.docmd("DATA")
        except _Gone as error:
            raise Transient(f"The mail server {_lost(error)} before it took the text.") from None
        if code != 354:
            raise _refused(code, answer, "the mail")
        try:
            code, answer = self._answer_to(session, mail)
        except (*_Gone, smtplib.SMTPException, ValueError) as error:
            raise Unsure(f"The mail server {_lost(error)} while it took the text: it may have sent it.") from None
        if code // 100 == 2:
            return Receipt(reference=_shown(answer), words=f"Taken by {self._server.host} ({code}).")
        if code // 100 in (4, 5):
            raise _refused(code, answer, "the text")
        raise Unsure("The mail server answered the text with what is no answer: it may have sent it.")

    def _answer_to(self, session: smtplib.SMTP, mail: bytes) -> tuple[int, bytes]:
        assert session.sock is not None
        session.sock.settimeout(2 * self._server.answer_seconds)
        session.sock.sendall(_DOTS.sub(b"..", mail) + b".\r\n")
        answer = session.getreply()
        session.sock.settimeout(self._server.answer_seconds)
        return answer

    def _tidied(self, error: BaseException) -> None:
        """A session in which something went wrong starts anew (RSET); one of which nobody knows, or that the server
        ends, is dropped."""
        if self._session is None:
            return
        if not isinstance(error, OutsideError) or isinstance(error, Unsure | Away):
            self._drop()
            return
        try:
            if self._session.docmd("RSET")[0] != 250:
                self._drop()
        except (*_Gone, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()


def _envelope_sender(message: Outgoing) -> Address:
    try:
        return address_of(message.sender)
    except UnableToAddress as error:
        raise Permanent(f"The sender is not a mail address: {error}.") from None


def _refused(code: int, answer: bytes, what: str, *, is_address: bool = False, is_ours: bool = False) -> OutsideError:
    """What a refusal means. Of the recipient for good: there is nobody, unless the server says that it is about us.
    What it says of the sender's address (`is_ours`) is nothing that recipients are to be left alone for."""
    words = f"The mail server refused {what} ({code}): {_shown(answer)}"
    if code == 421:
        return Away(words)
    if code // 100 != 5:
        return Transient(words)
    told = _ENHANCED.match(answer)
    reason = f"{int(told[2])}.{int(told[3])}" if told else ""
    gone = reason in _NO_SUCH_ADDRESS if reason else is_address and code in _UNNUMBERED
    return Bounced(words) if gone and not is_ours else Permanent(words)


def _lost(error: BaseException) -> str:
    is_late = isinstance(error, TimeoutError) or "timed out" in str(error)
    return "did not answer in time" if is_late else "closed the connection"


def _shown(answer: bytes) -> str:
    """What a server answered, without addresses: it is kept in logs."""
    words = " ".join(answer.decode("utf-8", "replace").split())
    return _ADDRESSES.sub("<address>", words)[:_SHOWN]


def open_channel(_account: ChannelAccount, settings: Settings) -> Smtp:
    """The mail server of this installation. Raises Away where SMTP_URL cannot be read."""
    return Smtp(server_of(settings))
