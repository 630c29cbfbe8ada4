"""WooCommerce as Backroom sees it."""

from collections.abc import Mapping, Sequence
from typing import Any

from commerce.rules.events import Reading
from integrations.platforms.woocommerce import topics, verify
from integrations.protocols import Delivered, Envelope, Platform


class WooCommerce:
    """The platform "woocommerce"."""

    name = "woocommerce"
    names_shop = False
    tells_when_deleted = False
    variants_as_products = True

    def envelope(self, headers: Mapping[str, str]) -> Envelope:
        """Read the headers, names in lower case. Never raises."""
        return verify.envelope(headers)

    def opened(self, envelope: Envelope, payload: Any) -> Envelope:  # noqa: ARG002
        """The headers tell everything."""
        return envelope

    def knows(self, topic: str) -> bool:
        """Whether this is one of the platform's topics, used or not."""
        return topic in topics.TOPICS

    def is_genuine(self, envelope: Envelope, body: bytes, secrets: Sequence[bytes]) -> bool:
        """Whether one of the webhook's secrets signed the raw body."""
        return verify.is_genuine(envelope.signature, body, secrets)

    def is_ping(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether this is the store's unsigned test of the address."""
        return verify.is_ping(headers, body)

    def names_another_shop(self, topic: str, payload: Any, shop: str) -> bool:  # noqa: ARG002
        """Each shop has an address and a secret of its own: what is signed for it belongs to it."""
        return False

    def read(self, delivered: Delivered) -> Reading:
        """Turn a delivery into facts. Raises UnableToRead for a body that lacks what its topic promises."""
        return topics.read(delivered)


WOOCOMMERCE: Platform = WooCommerce()
