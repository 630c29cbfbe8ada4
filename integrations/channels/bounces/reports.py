"""Reports of mail servers: delivery status notifications (RFC 3464) and feedback of complaints (RFC 5965)."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32

from integrations.channels.bounces.bounce import Bounce, UnableToReadBounce, bare

LARGEST = 1024 * 1024
_ADDRESSES = re.compile(r"[^\s<>@;]+@[^\s<>@;]+")
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
# 5.x.x that say nothing about the address: full (2.2), too long (3.4, 2.3), the network (4.x), policy and spam (7.x).
_NOT_ABOUT_IT = re.compile(r"5\.(2\.[23]|3\.4|4\.\d+|7\.\d+)\b")


def read(body: bytes) -> list[Bounce]:
    """Everything that a report says, one for each address. Raises UnableToReadBounce for what is no report.

    That a mail is late, or was taken, is not told: only that it came back, or was called spam.
    """
    if len(body) > LARGEST:
        raise UnableToReadBounce("The report is larger than 1 MB.")
    report = message_from_bytes(body, policy=compat32)
    kinds = {part.get_content_type(): part for part in report.walk()}
    if "message/delivery-status" in kinds:
        return list(_returned(kinds["message/delivery-status"], _original_id(report)))
    if "message/feedback-report" in kinds:
        return list(_complained(kinds["message/feedback-report"], _original_id(report), report))
    raise UnableToReadBounce("The mail has no part with a delivery status (RFC 3464) or feedback (RFC 5965).")


def _returned(status: Message, message_id: str) -> Iterator[Bounce]:
    for block in _blocks(status):
        address = _typed(_field(block, "Final-Recipient"))
        original = _typed(_field(block, "Original-Recipient"))
        if _field(block, "Action").strip().lower() != "failed" or not (address or original):
            continue
        code = (_STATUS.search(_field(block, "Status")) or _STATUS.search(_field(block, "Diagnostic-Code")) or [""])[0]
        yield Bounce(
            address=original or address,
            permanent=code.startswith("5") and not _NOT_ABOUT_IT.match(code),
            message_id=message_id,
            words=_words(_typed(_field(block, "Diagnostic-Code")) or f"It came back ({code})."),
        )


def _code(text: str) -> str:
    """An enhanced status code in a text."""
    found = _STATUS.search(text)
    return found[0] if found else ""


def _complained(feedback: Message, message_id: str, report: Message) -> Iterator[Bounce]:
    for block in _blocks(feedback):
        told = [_typed(str(to)) for to in block.get_all("Original-Rcpt-To") or []]
        known = [to for to in told if "@" in to] or [to for to in _original_to(report) if to]
        for address in known:
            words = f"Called spam ({(block.get('Feedback-Type') or 'abuse').strip()[:20]})."
            yield Bounce(address=address, complaint=True, message_id=message_id, words=words)


def _blocks(part: Message) -> list[Message]:
    """The groups of fields in a part of a report, which parsers give as messages, or as text where it is encoded."""
    inner = part.get_payload()
    if isinstance(inner, list):
        return [block for block in inner if isinstance(block, Message)]
    text = str(inner).replace("\r\n", "\n")
    return [HeaderParser().parsestr(block) for block in text.split("\n\n") if block.strip()]


def _field(block: Message, name: str) -> str:
    """A field's value, which is no text but an object of its own where it has bytes beyond ASCII."""
    return str(block.get(name) or "")


def _originals(report: Message) -> Iterator[Message]:
    """The mail that came back, or its headers."""
    for part in report.walk():
        if part.get_content_type() == "message/rfc822" and isinstance(part.get_payload(), list):
            yield from (inner for inner in part.get_payload() if isinstance(inner, Message))
        elif part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers"):
            raw = part.get_payload(decode=True)
            yield HeaderParser().parsestr(raw.decode("utf-8", "replace") if isinstance(raw, bytes) else "")


def _original_id(report: Message) -> str:
    return next((bare(mail.get("Message-ID")) for mail in _originals(report) if mail.get("Message-ID")), "")


def _original_to(report: Message) -> list[str]:
    return [_typed(str(mail.get("To") or "")) for mail in _originals(report)]


def _typed(field: str) -> str:
    """The value of a field like "rfc822; somebody@example.com", without its type and brackets."""
    kind, semicolon, value = " ".join(str(field).split()).partition(";")
    found = value if semicolon else kind
    return found.strip().rpartition("<")[2].rstrip(">").strip() if "@" in found and " " not in found else found.strip()


def _words(text: str) -> str:
    return _ADDRESSES.sub("<address>", text)[:300]
