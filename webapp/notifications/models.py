"""Messages in the API."""

from typing import Annotated, Any, Literal

from pydantic import Field

from commerce.rules.notifications.kinds import KINDS
from commerce.rules.notifications.states import STATES
from webapp.api.models import Given, Page, Paged, Time, TimeGiven, words

_STATES_SAID = (
    "`queued`, `held` (until its time), `sending`, `sent` (its server took it), `delivered`, `bounced` (there is "
    "nobody), `suppressed` (it must not be sent), `failed`, `uncertain` (nobody knows whether it was sent, so it is "
    "not repeated by itself), `cancelled`. `reason` says why."
)


class WhichNotifications(Paged):
    """What a list of messages is narrowed to."""

    state: Literal[(*STATES, "")] = ""  # type: ignore[valid-type]
    kind: Literal[(*KINDS, "")] = ""  # type: ignore[valid-type]
    recipient: Annotated[str, words(320), Field(description="Mail address in lower case, or phone as E.164.")] = ""
    order_id: Annotated[str, words(200)] = ""
    since: Time | None = None


class Notification(Given):
    """One message to one recipient."""

    id: str
    kind: str
    channel: str
    recipient: str
    category: str
    language: str
    state: Annotated[Literal[STATES], Field(description=_STATES_SAID)]  # type: ignore[valid-type]
    reason: str
    subject: str
    order_id: str | None
    customer_id: str | None
    resend_of: str | None
    attempts: int
    message_id: str | None
    template_version: Annotated[int, Field(description="Of the shop's own template; 0 is the usual one.")]
    due_at: TimeGiven | None
    created_at: TimeGiven
    sent_at: TimeGiven | None
    delivered_at: TimeGiven | None
    bounced_at: TimeGiven | None
    finished_at: TimeGiven | None


class NotificationInFull(Notification):
    """A message with what it said; empty where that is not kept any more."""

    html: str
    text: str


Notifications = Page[Notification]

_PLAIN = ("kind", "channel", "recipient", "category", "language", "state", "reason", "subject", "attempts")
_TIMES = ("created_at", "sent_at", "delivered_at", "bounced_at", "finished_at")


def notification(row: Any, *, in_full: bool = False) -> Notification:
    """A row of notifications."""
    told = {name: getattr(row, name) for name in (*_PLAIN, *_TIMES, "template_version")} | {
        "id": str(row.id),
        "order_id": row.order_id or None,
        "customer_id": row.member_id or None,
        "resend_of": None if row.resend_of is None else str(row.resend_of),
        "message_id": row.message_id or None,
        "due_at": max(row.due_at, row.created_at) if row.due_at is not None else None,
    }
    if in_full:
        return NotificationInFull.model_construct(**told, html=row.html, text=row.text)
    return Notification.model_construct(**told)
