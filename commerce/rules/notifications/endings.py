"""What an order's step comes to, by what became of the messages that it wrote."""

from collections.abc import Sequence
from typing import Protocol

from commerce.rules.notifications.states import (
    BOUNCED,
    CANCELLED,
    DELIVERED,
    FAILED,
    SENDING,
    SENT,
    SUPPRESSED,
    UNCERTAIN,
    WAITING,
)
from commerce.rules.order_steps.outcomes import UNSURE, Outcome, done, failed, skipped

# How the reason of a mail begins that no mail server took: it is a file of this installation.
TO_OUTBOX = "Written to the outbox as "

CHANNEL_WORDS = {"mail": "mail", "sms": "text message", "slack": "Slack"}


class Written(Protocol):
    """A message of a step."""

    @property
    def channel(self) -> str:
        """How it goes out."""

    @property
    def state(self) -> str:
        """How far it is."""

    @property
    def reason(self) -> str:
        """Why, in plain words."""


def ending(messages: Sequence[Written]) -> Outcome | None:
    """What the step came to; None while one of its messages may still go out."""
    if any(one.state in WAITING or one.state == SENDING for one in messages):
        return None
    gone = [one for one in messages if one.state in (SENT, DELIVERED)]
    if gone:
        return _gone(gone)
    for states, ended in (
        ((UNCERTAIN,), _unsure),
        ((FAILED, BOUNCED), failed),
        ((SUPPRESSED, CANCELLED), skipped),
    ):
        for one in messages:
            if one.state in states:
                return ended(one.reason)
    return skipped("There is no message of it any more: whoever it was for was erased.")


def _gone(messages: Sequence[Written]) -> Outcome:
    sent = [one for one in messages if not one.reason.startswith(TO_OUTBOX)]
    words = f"Sent by {' and '.join(CHANNEL_WORDS.get(one.channel, one.channel) for one in sent)}. " if sent else ""
    if len(sent) < len(messages):
        words += "The mail was only written to the outbox of this installation: no mail server is set up (SMTP_URL)."
    return done(words.strip())


def _unsure(words: str) -> Outcome:
    return Outcome(state=UNSURE, words=words)
