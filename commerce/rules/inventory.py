"""What orders hold of the stock, and how much is left of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from commerce.rules.order_steps.milestones import HAS_PAID
from commerce.rules.orders import CANCELLED, COMPLETED


class Order(Protocol):
    """An order as it is stored."""

    @property
    def status(self) -> str:
        """Open, completed or cancelled."""

    @property
    def financial_status(self) -> str:
        """Whether it was paid."""

    @property
    def fulfillment_status(self) -> str:
        """Whether it was sent."""


class Line(Protocol):
    """A line of an order as it is stored."""

    @property
    def quantity(self) -> int:
        """Pieces that were bought."""

    @property
    def fulfilled(self) -> int:
        """Of these, sent."""

    @property
    def cancelled(self) -> int:
        """Of these, taken off before they were sent."""

    @property
    def returned(self) -> int:
        """Of those that were sent, taken back into stock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Pieces that an order holds: not paid yet, paid and not sent yet, and sent for good."""

    reserved: int = 0
    allocated: int = 0
    taken: int = 0

    def __add__(self, other: "Held") -> "Held":
        return Held(
            reserved=self.reserved + other.reserved,
            allocated=self.allocated + other.allocated,
            taken=self.taken + other.taken,
        )

    def __sub__(self, other: "Held") -> "Held":
        return Held(
            reserved=self.reserved - other.reserved,
            allocated=self.allocated - other.allocated,
            taken=self.taken - other.taken,
        )


NOTHING = Held()


def held(order: Order, line: Line) -> Held:
    """What one line holds, whatever was told before of it: an order is told as it is now.

    An order that was sent as a whole was sent with all lines, whether they say so or not. Of a cancelled one only what
    was sent is gone.
    """
    bought = max(0, line.quantity)
    cancelled = min(max(0, line.cancelled), bought)
    whole = order.fulfillment_status == "fulfilled" or order.status == COMPLETED
    sent = bought - cancelled if whole else min(max(0, line.fulfilled), bought - cancelled)
    taken = sent - min(max(0, line.returned), sent)
    waiting = 0 if order.status == CANCELLED else bought - cancelled - sent
    if order.financial_status in HAS_PAID:
        return Held(allocated=waiting, taken=taken)
    return Held(reserved=waiting, taken=taken)


def of_order(order: Order, lines: Iterable[tuple[str, Line]]) -> dict[str, Held]:
    """What an order holds of each item; `lines` with the item that each is of, empty for what is no stock."""
    found: dict[str, Held] = {}
    for item, line in lines:
        if item:
            found[item] = found.get(item, NOTHING) + held(order, line)
    return found


def in_words(changes: Iterable[Held]) -> str:
    """What became of an order's pieces, given by how much more it holds of each item than before."""
    told = list(changes)
    sent = sum(max(0, one.taken) for one in told)
    back = sum(max(0, -one.taken) for one in told)
    more = sum(max(0, one.reserved + one.allocated) for one in told)
    less = sum(max(0, -(one.reserved + one.allocated) - max(0, one.taken)) for one in told)
    moved = sum(min(-one.reserved, one.allocated) for one in told if one.reserved < 0 < one.allocated)
    is_paid = any(one.allocated > 0 for one in told)
    said = (
        (more, "Set {} aside for sending." if is_paid else "Reserved {}."),
        (moved, "Set {} aside for sending: the order is paid."),
        (sent, "Sent {}."),
        (back, "Took {} back into stock."),
        (less, "Released {}."),
    )
    return " ".join(words.format(pieces(number)) for number, words in said if number) or "Nothing changed."


def pieces(number: int) -> str:
    """So many pieces, in words."""
    return "1 piece" if number == 1 else f"{number} pieces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """An item's numbers: on the shelf (None: not counted here), as the shop told them last, and as we show them."""

    on_hand: int | None = None
    told: int | None = None
    shown: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Who keeps a shop's stock. `here`: we do. `is_net`: what the shop tells is what is left for sale, because it takes
    off by itself what orders hold; otherwise it counts what is on the shelf.
    """

    here: bool
    is_net: bool


def counted(count: Count, waiting: int, figure: int | None, keeping: Keeping) -> Count:
    """The numbers of an item of which orders hold so much, now that its variant says `figure`.

    A figure that is neither the last one that was told nor our own is a count. Where the shop takes off by itself what
    orders hold, its figure changes with each order: only the first one is a count, later ones would count pieces twice.
    """
    if not keeping.here:
        return Count(told=figure, shown=figure)
    on_hand, told = count.on_hand, count.told
    if figure is not None and on_hand is None:
        on_hand, told = figure + (waiting if keeping.is_net else 0), figure
    elif figure is not None and figure not in (count.shown, told):
        on_hand, told = on_hand if keeping.is_net else figure, figure
    return Count(on_hand=on_hand, told=told, shown=None if on_hand is None else on_hand - waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How an item stands: what is left of it, at how many pieces to warn, whether it sells without stock."""

    left: int | None
    low_at: int
    sells_without_stock: bool = False

    @property
    def is_low(self) -> bool:
        """Whether the merchant wants to be told that few are left. A limit below nothing: never."""
        return self.left is not None and self.low_at >= 0 and self.left <= self.low_at

    @property
    def is_oversold(self) -> bool:
        """Whether more was sold than there is, though the shop sells only what it has."""
        return self.left is not None and self.left < 0 and not self.sells_without_stock


class Named(Protocol):
    """A line of an order, by what it says that it is of."""

    @property
    def product_id(self) -> str:
        """The product."""

    @property
    def variant_id(self) -> str:
        """Which of its variants."""

    @property
    def sku(self) -> str:
        """The number that the shop itself gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """By what lines of orders find the variant that they are of: products with a single variant, and SKUs that only one
    variant has."""

    only: Mapping[str, str] = field(default_factory=dict)
    skus: Mapping[str, str] = field(default_factory=dict)

    def item_of(self, line: Named) -> str:
        """The item whose stock the line takes: a variant, or else what can be said of it; empty for none."""
        if line.variant_id:
            return line.variant_id
        if line.product_id:
            return self.only.get(line.product_id, f"product:{line.product_id}")
        if line.sku:
            return self.skus.get(line.sku, f"sku:{line.sku}")
        return ""
