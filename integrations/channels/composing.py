"""A message as mail: headers that nobody can add to, text and HTML, in seven bits so that any server passes it on.

Headers that must not be folded into encoded words (RFC 2047 has no place in addresses and URLs) are written as they
are, after it is certain that they are plain ASCII without line ends.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage, Message
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from integrations.channel_api import Bounced, Outgoing
from integrations.channels.addresses import Address, UnableToAddress, address_of
from integrations.errors import Permanent

LONGEST_SUBJECT, LONGEST_NAME = 250, 100
_LONGEST_LINE = 900  # RFC 5322 allows 998 with the header's name
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u2028\u2029\ud800-\udfff]+")
_PLAIN = re.compile(r"[\x21-\x7e]+")
_WIDE = SMTPUTF8.clone(max_line_length=_LONGEST_LINE)  # such headers are not encoded, so folding is not needed
_HEADER_NAME = re.compile(r"X-[A-Za-z0-9-]{1,60}")


def composed(message: Outgoing, *, now: datetime) -> bytes:
    """The whole mail with CRLF line ends. Raises Bounced for a recipient that is no address, Permanent for what else
    cannot be written."""
    sender, to = _sender(message), recipient(message)
    is_wide = not (sender.is_ascii and to.is_ascii)
    mail = EmailMessage(policy=_WIDE if is_wide else SMTP)
    mail["From"] = sender.headed(one_line(message.sender_name, LONGEST_NAME))
    mail["To"] = to.headed(one_line(message.to_name, LONGEST_NAME))
    if message.reply_to:
        mail["Reply-To"] = _own(message.reply_to, "The reply address").headed("")
    mail["Subject"] = one_line(message.subject, LONGEST_SUBJECT)
    mail["Date"] = format_datetime(now)
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = _plain(message.language, "The language")
    for name, value in message.headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise Permanent(f"A header named {name[:40]!r} cannot be added to a mail: their names start with X-.")
        mail[name] = one_line(value, LONGEST_SUBJECT)
    _fill(mail, message)
    return b"".join(_as_they_are(message, sender)) + mail.as_bytes()


def _as_they_are(message: Outgoing, sender: Address) -> Iterable[bytes]:
    """The headers that are written without folding."""
    yield b"Message-ID: <%s>\r\n" % _plain(message_id(message, sender), "The Message-ID").encode()
    if message.unsubscribe_url:
        url = _plain(message.unsubscribe_url, "The address to unsubscribe at")
        yield b"List-Unsubscribe: <%s>\r\n" % url.encode()
        yield b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"  # RFC 8058, 3.1


def message_id(message: Outgoing, sender: Address) -> str:
    """The Message-ID without brackets: the message's own, or one made of its key, which is the same for each try."""
    return message.message_id or f"{message.key}@{sender.domain}"


def _fill(mail: EmailMessage, message: Outgoing) -> None:
    if not message.html:
        _set_text(mail, message.text, "plain")
        return
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = "multipart/alternative"
    for words, subtype in ((message.text, "plain"), (message.html, "html")):
        part = EmailMessage(policy=mail.policy)
        _set_text(part, words, subtype)
        del part["MIME-Version"]
        mail.attach(part)


def _set_text(part: Message, words: str, subtype: str) -> None:
    """Fill a part, encoded by C code: the email package's own takes 20 ms for a long mail's quoted-printable."""
    raw = "\r\n".join(words.splitlines()).encode("utf-8", "replace") + b"\r\n"
    quoted = binascii.b2a_qp(raw, istext=True)
    is_shorter = len(quoted) <= len(raw) * 4 // 3
    part["MIME-Version"] = "1.0"
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable" if is_shorter else "base64"
    part.set_payload((quoted if is_shorter else base64.encodebytes(raw)).decode("ascii"))


def _sender(message: Outgoing) -> Address:
    return _own(message.sender, "The sender")


def _own(address: str, what: str) -> Address:
    try:
        return address_of(address)
    except UnableToAddress as error:
        raise Permanent(f"{what} is not a mail address: {error}.") from None


def recipient(message: Outgoing) -> Address:
    """Who it goes to. Raises Bounced where that is no address."""
    try:
        return address_of(message.to)
    except UnableToAddress as error:
        raise Bounced(f"The recipient is not a mail address: {error}.") from None


def one_line(words: str, longest: int) -> str:
    """Words as a header takes them: one line without control characters, not too long."""
    line = " ".join(_CONTROLS.sub(" ", words).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _plain(value: str, what: str) -> str:
    if not _PLAIN.fullmatch(value) or len(value) > _LONGEST_LINE or "<" in value or ">" in value:
        raise Permanent(f"{what} cannot stand in a mail's header.")
    return value
