"""Subscriptions to webhooks that an app made for one shop, beside those of its configuration."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from tests.peers.shopify.model_goods import Thing


@dataclass(slots=True, kw_only=True, eq=False)
class Subscription(Thing):
    """A topic as the API writes it (`PRODUCTS_UPDATE`), and where its deliveries go."""

    kind: ClassVar[str] = "WebhookSubscription"
    topic: str
    uri: str
    created_at: datetime
    updated_at: datetime
    name: str | None = None
    filter: str | None = None
    include_fields: list[str] = field(default_factory=list)
    format: str = "JSON"
    api_version: dict[str, Any] = field(
        default_factory=lambda: {"handle": "2026-10", "displayName": "2026-10", "supported": True}
    )

    def wants(self, topic: str) -> bool:
        """Whether deliveries of a topic, written as in their header, are for this one."""
        return self.topic == topic.replace("/", "_").replace(".", "_").upper()
