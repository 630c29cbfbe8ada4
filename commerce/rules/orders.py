"""Orders: what was bought, by whom, what it cost and what became of it."""

from dataclasses import dataclass
from datetime import datetime

OPEN, COMPLETED, CANCELLED = "open", "completed", "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to send goods or the bill."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address1: str = ""
    address2: str = ""
    postcode: str = ""
    city: str = ""
    province: str = ""
    country: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One position. `price` per piece and `total` after discounts, both in minor units.

    Of its pieces `fulfilled` were sent, `cancelled` taken off before that, `returned` sent and taken back into stock.
    """

    id: str
    product_id: str = ""
    variant_id: str = ""
    sku: str = ""
    title: str = ""
    quantity: int = 0
    price: int = 0
    total: int = 0
    fulfilled: int = 0
    cancelled: int = 0
    returned: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money given back: a positive amount in minor units."""

    id: str
    amount: int
    reason: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentFacts:
    """A parcel: who carries it and under which number. `id` is the platform's; times are UTC."""

    id: str
    order_id: str
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    status: str = ""
    platform_status: str = ""
    shipped_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """An order as its platform tells it: amounts in minor units of `currency`, times UTC.

    `status` is ours (open, completed, cancelled), `platform_status` is theirs. `discount` and `refunded` are
    positive. `customer_id` is empty for guests. `phone_e164`: the phone, or else an address's, as it is compared.
    `shipments` None: this delivery does not tell them. `search_id`: the token of the search's click that led to it,
    which is counted and not kept.
    """

    id: str
    number: str
    currency: str
    status: str = OPEN
    platform_status: str = ""
    financial_status: str = ""
    fulfillment_status: str = ""
    total: int = 0
    subtotal: int = 0
    tax: int = 0
    shipping: int = 0
    discount: int = 0
    refunded: int = 0
    customer_id: str = ""
    email: str = ""
    phone: str = ""
    phone_e164: str = ""
    locale: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    lines: tuple[OrderLine, ...] = ()
    refunds: tuple[Refund, ...] = ()
    shipments: tuple[ShipmentFacts, ...] | None = None
    billing: Address = Address()
    delivery: Address = Address()
    placed_at: datetime | None = None
    paid_at: datetime | None = None
    updated_at: datetime | None = None
    search_id: str = ""
