"""What Backroom asks of a channel: bring one message to one address, at most once as far as anybody can know.

How `send` ends says what is known. A Receipt: it is sent. Transient and RateLimited: certainly not sent, a later try
may work; Away: nor would any other message be now. Permanent: certainly not sent, and never will be; Bounced: because
there is no such address. Unsure: nobody knows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from integrations.errors import OutsideError, Permanent, Transient

MAIL, OUTBOX, SMS, SLACK, WEBHOOK = "mail", "outbox", "sms", "slack", "webhook"


class Away(Transient):
    """The channel takes no message now, whoever it is for: it cannot be reached, or does not let us in."""


class Bounced(Permanent):
    """The address itself is refused: there is nobody there."""


class Unsure(OutsideError):
    """The connection was lost at the point of no return: the message may have been sent, or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message, ready to be sent. `repr` leaves out to whom, and what it says.

    `key` never changes for this message, also when it is tried again. `to` is the channel's address: of mail, E.164, a
    URL. `sender` likewise. `message_id` is without angle brackets. `unsubscribe_url` is for commercial mail only.
    `text` is what channels without HTML send (for `webhook` the body, which is JSON).
    """

    key: str
    to: str = field(repr=False)
    to_name: str = field(default="", repr=False)
    sender: str = ""
    sender_name: str = ""
    reply_to: str = ""
    subject: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    language: str = "en"
    message_id: str = ""
    unsubscribe_url: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a message was taken: under which reference, and what was answered."""

    reference: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAccount:
    """What a shop set up for a channel; `key` is the same for the same credentials, which `repr` leaves out."""

    key: str = ""
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)


class Channel(Protocol):
    """A way to reach somebody. For one thread at a time; connections stay open between messages."""

    def send(self, message: Outgoing, *, about_to: Callable[[], None]) -> Receipt:
        """Send one message. `about_to` is called right before the point of no return; what it raises goes through, and
        nothing is sent then. Raises Transient, Away, RateLimited, Permanent, Bounced, Unsure."""

    def close(self) -> None:
        """Let connections go; `send` opens them again."""
