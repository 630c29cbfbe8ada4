"""Shopify as Backroom sees it."""

from collections.abc import Mapping, Sequence
from typing import Any

from commerce.rules.events import Reading
from integrations.platforms.shopify import topics, verify
from integrations.protocols import Delivered, Envelope, Platform

# Where a signed body names its shop (shopify.dev, privacy-law-compliance; the shop object).
_SHOP_FIELDS = {
    "customers/data_request": "shop_domain",
    "customers/redact": "shop_domain",
    "shop/redact": "shop_domain",
    "app/uninstalled": "myshopify_domain",
    "shop/update": "myshopify_domain",
}


class Shopify:
    """The platform "shopify"."""

    name = "shopify"
    names_shop = True
    tells_when_deleted = True
    variants_as_products = False

    def envelope(self, headers: Mapping[str, str]) -> Envelope:
        """Read the headers of either family, names in lower case. Never raises."""
        return verify.envelope(headers)

    def opened(self, envelope: Envelope, payload: Any) -> Envelope:  # noqa: ARG002
        """The headers tell everything."""
        return envelope

    def knows(self, topic: str) -> bool:
        """Whether this is one of the platform's topics, used or not."""
        return topic in topics.KNOWN_TOPICS

    def is_genuine(self, envelope: Envelope, body: bytes, secrets: Sequence[bytes]) -> bool:
        """Whether one of the app's secrets signed the raw body; the old one signs for an hour after a rotation."""
        return verify.is_genuine(envelope.signature, body, secrets)

    def is_ping(self, headers: Mapping[str, str], body: bytes) -> bool:  # noqa: ARG002 - Shopify sends none
        """Shopify tests no address before it delivers."""
        return False

    def names_another_shop(self, topic: str, payload: Any, shop: str) -> bool:
        """Whether the signed body belongs to another shop than the unsigned header says."""
        field = _SHOP_FIELDS.get(topic)
        named = payload.get(field) if field and isinstance(payload, dict) else None
        return isinstance(named, str) and named.strip().lower() != shop.strip().lower()

    def read(self, delivered: Delivered) -> Reading:
        """Turn a delivery into facts. Raises UnableToRead for a body that lacks what its topic promises."""
        return topics.read(delivered)


SHOPIFY: Platform = Shopify()
