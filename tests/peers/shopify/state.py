"""The shop's memory: what it holds by kind, its ids, its clock and who listens to it."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from tests.peers.shopify.connections import Listings
from tests.peers.shopify.model_goods import Collection, InventoryItem, Location, Product, Thing, Variant
from tests.peers.shopify.model_sales import Customer, Fulfillment, Order

# Ids do not fit into a JavaScript number, as Shopify's own need not.
FIRST_ID = 2**53 + 1


@dataclass(frozen=True, slots=True)
class Told:
    """What the shop has to tell: a webhook before it is signed. Those of one act share `event_id`."""

    topic: str
    payload: dict[str, Any]
    event_id: UUID
    triggered_at: datetime


@dataclass(frozen=True, slots=True)
class Deletion:
    """Which product or collection is gone, and since when."""

    subject_id: str
    subject_type: str
    occurred_at: datetime


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class State:
    """Everything the shop holds. `revision` grows with every change."""

    def __init__(
        self,
        domain: str = "backroom-test.myshopify.com",
        *,
        name: str = "Lamps and Chairs",
        currency: str = "EUR",
        timezone: str = "Europe/Berlin",
        first_id: int = FIRST_ID,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.domain, self.name, self.currency, self.timezone = domain, name, currency, timezone
        self.email = f"owner@{domain.partition('.')[0]}.example"
        self.clock = clock
        self.lock = threading.RLock()
        self.revision = 0
        self.ids = count(first_id)
        self.id = next(self.ids)
        self.created_at = self.updated_at = clock()
        self.listeners: list[Callable[[Told], None]] = []
        self.locations: dict[int, Location] = {}
        self.products: dict[int, Product] = {}
        self.variants: dict[int, Variant] = {}
        self.items: dict[int, InventoryItem] = {}
        self.collections: dict[int, Collection] = {}
        self.customers: dict[int, Customer] = {}
        self.orders: dict[int, Order] = {}
        self.fulfillments: dict[int, Fulfillment] = {}
        self.discounts: dict[str, dict[str, Any]] = {}
        self.deletions: list[Deletion] = []
        self.order_numbers = count(1001)
        # What the app has at this shop.
        self.scopes: list[str] = []
        self.exports: Any = None
        self.operations: dict[int, Any] = {}
        self.subscriptions: dict[int, Any] = {}
        self.applied: dict[str, tuple[Any, dict[str, Any]]] = {}
        self.listings = Listings()

    @property
    def gid(self) -> str:
        return f"gid://shopify/Shop/{self.id}"

    def find(self, gid: str) -> Any:
        """What bears this global id; None where nothing does."""
        head, _, question = gid.partition("?")
        parts = head.removeprefix("gid://shopify/").split("/")
        if not head.startswith("gid://shopify/") or len(parts) != 2 or not parts[1].isdigit():
            return None
        kind, id_ = parts[0], int(parts[1])
        if kind == "InventoryLevel":
            item = self.items.get(int(question.removeprefix("inventory_item_id=") or 0))
            return next((level for level in item.levels if level.location.id == id_), None) if item else None
        if kind == "Shop":
            return self if id_ == self.id else None
        return self.held(kind).get(id_)

    def held(self, kind: str) -> dict[int, Any]:
        """All things of a GraphQL type that are found by id."""
        return {
            "Location": self.locations,
            "Product": self.products,
            "ProductVariant": self.variants,
            "InventoryItem": self.items,
            "Collection": self.collections,
            "Customer": self.customers,
            "Order": self.orders,
            "Fulfillment": self.fulfillments,
            "BulkOperation": self.operations,
            "WebhookSubscription": self.subscriptions,
        }.get(kind, {})

    def touch(self, *things: Thing) -> datetime:
        """Mark as changed now. Gives the time."""
        moment = self.clock()
        for thing in things:
            thing.updated_at = moment
        self.revision += 1
        return moment

    def tell(self, messages: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Tell the listeners what one act of the merchant led to."""
        event_id, moment = uuid4(), self.clock()
        for topic, payload in messages:
            for listener in self.listeners:
                listener(Told(topic, payload, event_id, moment))
