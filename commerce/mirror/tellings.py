"""What is told of a shop, and how its platform tells it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from commerce.rules.events import VARIANT, Deleted, Reading, Saved, ShopFacts
from commerce.rules.orders import OrderFacts
from commerce.rules.products import CategoryFacts
from commerce.tables import versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one delivery says, or (`read_at`) what the shop's own API said when it was asked then, by our clock.

    `inbox_id` is the delivery's row, None for what was asked. `received_at`: when it came in, by our clock.
    """

    inbox_id: int | None = None
    received_at: datetime
    triggered_at: datetime | None = None
    origin: str
    reading: Reading
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How a platform tells things. `says_when_deleted`: its deletions carry a time.

    `variants_as_products`: variants come on their own, numbered in one row with products.
    """

    says_when_deleted: bool
    variants_as_products: bool


def told_currency(readings: Sequence[Reading]) -> str:
    """The shop's currency as far as these deliveries tell it: that of the shop itself, or of an order."""
    told = ""
    for change in (change for reading in readings for change in reading.changes):
        if isinstance(change, ShopFacts) and change.currency:
            return change.currency
        if isinstance(change, Saved) and isinstance(change.facts, OrderFacts):
            told = told or change.facts.currency
    return told


def silent_on_published(told: Sequence[Told]) -> set[str]:
    """Categories that are told without whether shoppers see them."""
    every = (change.facts for one in told for change in one.reading.changes if isinstance(change, Saved))
    return {facts.id for facts in every if isinstance(facts, CategoryFacts) and facts.published is None}


def keys_of(reading: Reading) -> Iterable[versions.Key]:
    """The objects of which a reading tells the whole, or that they are gone."""
    for change in reading.changes:
        if isinstance(change, Saved) and change.kind != VARIANT:
            yield change.kind, change.facts.id
        elif isinstance(change, Deleted):
            yield change.kind, change.id
