"""What a batch of tellings led to: events, and an outcome for each delivery."""

from dataclasses import dataclass

from commerce.rules.cards import CardChange
from commerce.rules.categories import CategoryChange
from commerce.rules.order_steps.milestones import Milestone
from commerce.rules.parcels import Parcel


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event in our words: `name` is noun.past, the object, the delivery that told it (None: it was asked for) and
    where it came from. `change`: what looks different to shoppers. `parcel`: which milestone a parcel reached.
    `milestone`: what an order came to, for the first time; such an event starts steps, which "order.created" alone,
    that an order was stored which was not, does not.
    """

    name: str
    kind: str
    object_id: str
    inbox_id: int | None
    origin: str
    reason: str = ""
    change: CardChange | CategoryChange | None = None
    parcel: Parcel | None = None
    milestone: Milestone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a delivery led to: an inbox state and why, in plain words."""

    inbox_id: int | None
    state: str
    note: str
