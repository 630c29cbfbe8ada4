"""Slack, and whatever takes Slack's incoming webhooks (Mattermost, Rocket.Chat, Discord at .../slack).

Source: docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: JSON with `text`; "ok" or a word for what is
wrong; 404 and 410 for a webhook that was taken back.
"""

import json
from collections.abc import Callable

from commerce.settings import Settings
from integrations.channel_api import Bounced, ChannelAccount, Outgoing, Receipt
from integrations.channels.posting import outbound, post
from integrations.errors import Permanent
from integrations.outbound import Outbound

_LONGEST = 4000  # characters that Slack shows
_GONE = (" answered 403", " answered 404", " answered 410")


class Slack:
    """An incoming webhook; the message's `to` is its URL, which is a secret."""

    def __init__(self, session: Outbound) -> None:
        self._session = session

    def send(self, message: Outgoing, *, about_to: Callable[[], None]) -> Receipt:
        """Post the message's text, which is written as Slack wants it (`written.slack`)."""
        if not message.to:
            raise Permanent("No Slack webhook is set up: enter its address under Notifications, Settings.")
        body = json.dumps({"text": message.text[:_LONGEST]}).encode()
        try:
            post(self._session, message.to, body, who="The Slack webhook", headers={}, about_to=about_to)
        except Permanent as error:
            if any(status in str(error) for status in _GONE):
                raise Bounced(f"{error} The webhook was taken back: a new one has to be made.") from None
            raise
        return Receipt(words="Taken by the Slack webhook.")

    def close(self) -> None:
        """Connections are closed with the session."""


def open_channel(_account: ChannelAccount, settings: Settings) -> Slack:
    """Slack knows a message by its webhook alone."""
    return Slack(outbound("The Slack webhook", settings))
