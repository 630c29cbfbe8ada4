"""Any other back end as Backroom sees it."""

from collections.abc import Mapping, Sequence
from typing import Any

from commerce.rules.events import Reading
from integrations.platforms.custom import topics, verify
from integrations.protocols import Delivered, Envelope, Platform


class Custom:
    """The platform "custom": whoever signs by Standard Webhooks and writes our JSON."""

    name = "custom"
    names_shop = False
    tells_when_deleted = True
    variants_as_products = False

    def envelope(self, headers: Mapping[str, str]) -> Envelope:
        """Read the headers, names in lower case. Never raises."""
        return verify.envelope(headers)

    def opened(self, envelope: Envelope, payload: Any) -> Envelope:
        """Topic and time stand in the body."""
        return verify.opened(envelope, payload)

    def knows(self, topic: str) -> bool:
        """Whether this is one of our topics."""
        return topic in topics.TOPICS

    def is_genuine(self, envelope: Envelope, body: bytes, secrets: Sequence[bytes]) -> bool:
        """Whether one of the secrets signed id, time and raw body."""
        return verify.is_genuine(envelope, body, secrets)

    def is_ping(self, headers: Mapping[str, str], body: bytes) -> bool:  # noqa: ARG002 - there is none
        """There is no unsigned test of the address."""
        return False

    def names_another_shop(self, topic: str, payload: Any, shop: str) -> bool:  # noqa: ARG002
        """Each shop has an address and a secret of its own: what is signed for it belongs to it."""
        return False

    def read(self, delivered: Delivered) -> Reading:
        """Turn a delivery into facts. Raises UnableToRead for a body that lacks what its topic promises."""
        return topics.read(delivered)


CUSTOM: Platform = Custom()
