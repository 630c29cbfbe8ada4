"""A message as mail: headers that nobody can add to, text and HTML, in seven bits so that any server passes it on.

Headers that must not be folded into encoded words (RFC 2047 has no place in addresses and URLs) are written as they
are, after it is certain that they are plain ASCII without line ends.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage
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
    head = EmailMessage(policy=_WIDE if is_wide else SMTP)
    head["From"] = sender.headed(one_line(message.sender_name, LONGEST_NAME))
    head["To"] = to.headed(one_line(message.to_name, LONGEST_NAME))
    if message.reply_to:
        head["Reply-To"] = _own(message.reply_to, "The reply address").headed("")
    head["Subject"] = one_line(message.subject, LONGEST_SUBJECT)
    for name, value in message.headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise Permanent(f"A header named {name[:40]!r} cannot be added to a mail: their names start with X-.")
        head[name] = one_line(value, LONGEST_SUBJECT)
    written = head.as_bytes().removesuffix(b"\r\n")
    plain = b"".join(line.encode("ascii") + b"\r\n" for line in _as_they_are(message, sender, now))
    return written + plain + _body(message)


def _as_they_are(message: Outgoing, sender: Address, now: datetime) -> Iterable[str]:
    """The headers that are written without folding."""
    yield f"Date: {format_datetime(now)}"
    yield f"Message-ID: <{_plain(message_id(message, sender), 'The Message-ID')}>"
    yield f"Content-Language: {_plain(message.language, 'The language')}"
    yield "Auto-Submitted: auto-generated"
    yield "MIME-Version: 1.0"
    if message.unsubscribe_url:
        yield f"List-Unsubscribe: <{_plain(message.unsubscribe_url, 'The address to unsubscribe at')}>"
        yield "List-Unsubscribe-Post: List-Unsubscribe=One-Click"  # RFC 8058, 3.1


def message_id(message: Outgoing, sender: Address) -> str:
    """The Message-ID without brackets: the message's own, or one made of its key, which is the same for each try."""
    return message.message_id or f"{message.key}@{sender.domain}"


def _body(message: Outgoing) -> bytes:
    """The text, or text and HTML. Written here: the email package takes five times as long as a template for it."""
    text = _part(message.text, "plain")
    if not message.html:
        return text
    # Neither encoding writes "=_", so the line between parts is in none of them (RFC 2045, 6.7).
    between = f"=_{hashlib.sha256(message.key.encode()).hexdigest()[:24]}".encode()
    start = b'Content-Type: multipart/alternative; boundary="%s"\r\n\r\n' % between
    parts = b"".join(b"--%s\r\n%s\r\n" % (between, part) for part in (text, _part(message.html, "html")))
    return start + parts + b"--%s--\r\n" % between


def _part(words: str, subtype: str) -> bytes:
    """A part with its headers, in whichever encoding is shorter."""
    raw = "\r\n".join(words.splitlines()).encode("utf-8", "replace") + b"\r\n"
    quoted, encoding = binascii.b2a_qp(raw, istext=True), b"quoted-printable"
    if len(quoted) > len(raw) * 4 // 3:
        quoted, encoding = base64.encodebytes(raw).replace(b"\n", b"\r\n"), b"base64"
    told = b'Content-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: %s\r\n\r\n'
    return told % (subtype.encode(), encoding) + quoted


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
