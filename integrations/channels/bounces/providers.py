"""What mail providers tell by webhook, in their own shapes.

Sources: docs.aws.amazon.com/ses (notification-contents), SendGrid's Event Webhook, Postmark's bounce and spam complaint
webhooks, Mailgun's events. What says neither that a mail came back or was called spam nor that it arrived is left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import orjson

from integrations.channels.bounces.bounce import Bounce, UnableToReadBounce, bare, part

LARGEST = 1024 * 1024
_ADDRESSES = re.compile(r"[^\s<>@;]+@[^\s<>@;]+")
# Postmark's TypeCode names of bounces after which it sends no more to an address.
_POSTMARK_GONE = frozenset({"HardBounce", "BadEmailAddress", "ManuallyDeactivated"})
_SENDGRID_GONE = frozenset({"Invalid Address", "Mailbox Unavailable", "Unclassified", ""})


def read(provider: str, body: bytes) -> list[Bounce]:
    """What a delivery of "ses", "sendgrid", "postmark" or "mailgun" says. Raises UnableToReadBounce, KeyError for a
    provider that is not known."""
    reader = READERS[provider]
    if len(body) > LARGEST:
        raise UnableToReadBounce("The body is larger than 1 MB.")
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UnableToReadBounce("The body is no JSON.") from None
    return [bounce for bounce in reader(told) if "@" in bounce.address]


def _ses(told: Any) -> Iterator[Bounce]:
    """Amazon's, inside a message of SNS unless "raw message delivery" is on. A subscription's confirmation has none."""
    if isinstance(part(told, "Message"), str):
        try:
            told = orjson.loads(told["Message"])
        except orjson.JSONDecodeError:
            return
    if not isinstance(told, dict):
        raise UnableToReadBounce("The body is no notification of Amazon SES.")
    message_id = _header(part(told, "mail", "headers"), "message-id")
    kind = told.get("notificationType") or told.get("eventType")
    if kind == "Bounce":
        is_permanent = part(told, "bounce", "bounceType") == "Permanent"
        suppressed = part(told, "bounce", "bounceSubType") in ("OnAccountSuppressionList", "Suppressed")
        for one in _rows(part(told, "bounce", "bouncedRecipients")):
            words = one.get("diagnosticCode") or part(told, "bounce", "bounceSubType")
            yield _bounce(one.get("emailAddress"), words, message_id, permanent=is_permanent and not suppressed)
    elif kind == "Complaint":
        for one in _rows(part(told, "complaint", "complainedRecipients")):
            words = part(told, "complaint", "complaintFeedbackType") or "abuse"
            yield _bounce(one.get("emailAddress"), words, message_id, complaint=True)
    elif kind == "Delivery":
        recipients = part(told, "delivery", "recipients")
        for address in recipients if isinstance(recipients, list) else ():
            yield _bounce(address, part(told, "delivery", "smtpResponse"), message_id, delivered=True)


def _sendgrid(told: Any) -> Iterator[Bounce]:
    """SendGrid's: a list of events. "blocked" is a bounce that passes; "dropped" was never sent."""
    if not isinstance(told, list):
        raise UnableToReadBounce("The body is no list of SendGrid's events.")
    for event in _rows(told):
        kind, message_id = event.get("event"), bare(event.get("smtp-id"))
        if kind == "bounce":
            is_gone = event.get("type", "bounce") == "bounce" and (
                str(event.get("bounce_classification") or "") in _SENDGRID_GONE
            )
            yield _bounce(event.get("email"), event.get("reason"), message_id, permanent=is_gone)
        elif kind == "spamreport":
            yield _bounce(event.get("email"), "Called spam.", message_id, complaint=True)
        elif kind == "delivered":
            yield _bounce(event.get("email"), event.get("response"), message_id, delivered=True)


def _postmark(told: Any) -> Iterator[Bounce]:
    """Postmark's. It tells its own MessageID; ours comes back as metadata, where the mail gave it as X-PM-Metadata."""
    if not isinstance(told, dict):
        raise UnableToReadBounce("The body is no event of Postmark.")
    message_id = bare(part(told, "Metadata", "message-id"))
    if told.get("RecordType") == "Bounce" and told.get("Type") != "Transient":  # that is tried again by them
        is_gone = told.get("Type") in _POSTMARK_GONE
        words = told.get("Details") or told.get("Description")
        yield _bounce(told.get("Email"), words, message_id, permanent=is_gone)
    elif told.get("RecordType") == "SpamComplaint":
        yield _bounce(told.get("Email"), "Called spam.", message_id, complaint=True)
    elif told.get("RecordType") == "Delivery":
        yield _bounce(told.get("Recipient"), told.get("Details"), message_id, delivered=True)


def _mailgun(told: Any) -> Iterator[Bounce]:
    """Mailgun's: `severity` says whether it is for good, or tried again by them, which is no news."""
    event = part(told, "event-data")
    if not isinstance(event, dict):
        raise UnableToReadBounce("The body has no event-data of Mailgun.")
    message_id = bare(part(event, "message", "headers", "message-id"))
    if event.get("event") == "failed" and event.get("severity") != "temporary":
        words = part(event, "delivery-status", "message") or part(event, "delivery-status", "description")
        # "suppress-bounce" and its like were not sent at all, because of an earlier one.
        is_gone = event.get("severity") == "permanent" and event.get("reason") in ("bounce", "suppress-bounce")
        yield _bounce(event.get("recipient"), words or event.get("reason"), message_id, permanent=is_gone)
    elif event.get("event") == "complained":
        yield _bounce(event.get("recipient"), "Called spam.", message_id, complaint=True)
    elif event.get("event") == "delivered":
        yield _bounce(event.get("recipient"), part(event, "delivery-status", "message"), message_id, delivered=True)


def _rows(told: Any) -> list[dict[str, Any]]:
    return [row for row in told if isinstance(row, dict)] if isinstance(told, list) else []


def _header(headers: Any, name: str) -> str:
    return next((bare(row.get("value")) for row in _rows(headers) if str(row.get("name")).lower() == name), "")


def _bounce(address: Any, words: Any, message_id: str, **which: bool) -> Bounce:
    said = _ADDRESSES.sub("<address>", " ".join(str(words or "").split()))[:300]
    return Bounce(address=str(address or "").strip(), message_id=message_id, words=said, **which)


READERS: Mapping[str, Callable[[Any], Iterator[Bounce]]] = MappingProxyType(
    {"ses": _ses, "sendgrid": _sendgrid, "postmark": _postmark, "mailgun": _mailgun}
)
