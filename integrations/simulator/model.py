"""What a store is made of: plain records, money in cents, times in UTC."""

from dataclasses import dataclass, field
from datetime import datetime

TAX_PERCENT = 19  # on top of prices, which are without tax
CURRENCY = "EUR"


def taxed(net: int) -> int:
    """The tax on an amount, in cents, half up."""
    return (net * TAX_PERCENT + 50) // 100


@dataclass(kw_only=True)
class Variant:
    """What is bought. `choices` are the values of the product's options, in their order; none without options."""

    id: int
    item_id: int
    sku: str
    choices: list[str]
    price: int
    compare_at: int | None
    stock: int
    created_at: datetime
    updated_at: datetime


@dataclass(kw_only=True)
class Product:
    """A product: `state` is active, draft or deleted; `published` is whether shoppers may see it."""

    id: int
    handle: str
    title: str
    description: str
    brand: str
    kind: str
    department: str
    tags: list[str]
    option_names: list[str]
    variants: list[Variant]
    created_at: datetime
    updated_at: datetime
    state: str = "active"
    published: bool = True
    restored: bool = False


@dataclass(kw_only=True)
class Customer:
    """Somebody with an account."""

    id: int
    email: str
    phone: str
    first_name: str
    last_name: str
    street: str
    city: str
    postcode: str
    country: str
    created_at: datetime
    updated_at: datetime
    paying: bool = False


@dataclass(kw_only=True)
class Line:
    """A position: `price` per piece, `discount` on all pieces of it, without tax."""

    id: int
    product_id: int
    variant_id: int
    sku: str
    title: str
    choice: str
    quantity: int
    price: int
    discount: int = 0

    @property
    def total(self) -> int:
        """After discount, without tax."""
        return self.price * self.quantity - self.discount


@dataclass(kw_only=True)
class Refund:
    """Money given back, tax included; `pieces` says how many of which line came back."""

    id: int
    amount: int
    reason: str
    pieces: dict[int, int]
    restocked: bool
    created_at: datetime


@dataclass(kw_only=True)
class Parcel:
    """What was sent: `state` is in_transit, out_for_delivery or delivered."""

    id: int
    carrier: str
    number: str
    url: str
    state: str
    created_at: datetime
    updated_at: datetime


@dataclass(kw_only=True)
class Order:
    """An order: `draft` until it is placed; `customer_id` None for guests, who have only an address."""

    id: int
    number: int
    customer_id: int | None
    buyer: Customer
    lines: list[Line]
    shipping: int
    created_at: datetime
    updated_at: datetime
    code: str = ""
    draft: bool = False
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    closed_at: datetime | None = None
    refunds: list[Refund] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)

    @property
    def subtotal(self) -> int:
        """Goods after discounts, without tax and shipping."""
        return sum(line.total for line in self.lines)

    @property
    def discount(self) -> int:
        """All discounts."""
        return sum(line.discount for line in self.lines)

    @property
    def tax(self) -> int:
        """Tax on goods (line by line) and on shipping."""
        return sum(taxed(line.total) for line in self.lines) + taxed(self.shipping)

    @property
    def total(self) -> int:
        """What the buyer pays."""
        return self.subtotal + self.shipping + self.tax

    @property
    def refunded(self) -> int:
        """What the buyer got back."""
        return sum(refund.amount for refund in self.refunds)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something happened to an object: `what` is noun.past (product.updated), `part` the variant, refund or parcel."""

    what: str
    id: int
    at: datetime
    part: int = 0
