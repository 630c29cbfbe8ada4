"""Signed webhooks to a merchant's own system, as Standard Webhooks says (standardwebhooks.com, specification 1.0.0).

A receiver knows a repeat by `webhook-id`, so whatever is in doubt is sent again.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook as Signer

from commerce.settings import Settings
from integrations.channel_api import ChannelAccount, Outgoing, Receipt
from integrations.channels.posting import outbound, post
from integrations.errors import Permanent
from integrations.outbound import Outbound


class UnableToSign(ValueError):
    """The secret is none: it has to be whsec_ and base64."""


def signed_headers(secrets: Sequence[str], *, key: str, body: str, at: datetime) -> Mapping[str, str]:
    """The three headers of a delivery, signed with each secret, so that both work while one replaces the other. Raises
    UnableToSign."""
    try:
        signatures = [Signer(secret).sign(msg_id=key, timestamp=at, data=body) for secret in secrets]
    except (ValueError, RuntimeError):
        signatures = []
    if not signatures:
        raise UnableToSign("A signing secret is whsec_ followed by base64.")
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


class Webhook:
    """A merchant's endpoint; the message's `to` is its URL, and `text` the body."""

    def __init__(self, session: Outbound, secrets: Sequence[str]) -> None:
        self._session = session
        self._secrets = secrets

    def send(self, message: Outgoing, *, about_to: Callable[[], None]) -> Receipt:
        """Post the body, signed."""
        try:
            headers = signed_headers(self._secrets, key=message.key, body=message.text, at=datetime.now(UTC))
        except UnableToSign as error:
            raise Permanent(str(error)) from None
        body, who = message.text.encode(), "The endpoint"
        post(self._session, message.to, body, who=who, headers=headers, about_to=about_to, repeats_harm=False)
        return Receipt(reference=message.key, words="Taken by the endpoint.")

    def close(self) -> None:
        """Connections are closed with the session."""


def open_channel(account: ChannelAccount, settings: Settings) -> Webhook:
    """`credentials`: `secrets`, the one in force first, with spaces between."""
    return Webhook(outbound("The endpoint", settings), account.credentials.get("secrets", "").split())
