"""Whom a shop sells to, and what it sold. Money is integer minor units, times are aware UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from tests.peers.shopify.model_goods import Dated, Location, Thing

# The one discount that shoppers know.
DISCOUNT_CODE = "WELCOME"


@dataclass(slots=True, kw_only=True, eq=False)
class Address(Thing):
    kind: ClassVar[str] = "MailingAddress"
    first_name: str
    last_name: str
    address1: str
    city: str
    zip: str
    country: str
    country_code: str
    phone: str | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(slots=True, kw_only=True, eq=False)
class Consent:
    """What somebody allowed for an e-mail address or a phone number."""

    state: str = "NOT_SUBSCRIBED"
    opt_in_level: str = "SINGLE_OPT_IN"
    updated_at: datetime | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Customer(Dated):
    kind: ClassVar[str] = "Customer"
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    locale: str = "en"
    note: str | None = None
    state: str = "DISABLED"
    verified_email: bool = True
    tags: list[str] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    email_consent: Consent = field(default_factory=Consent)
    sms_consent: Consent = field(default_factory=Consent)
    whatsapp_consent: Consent = field(default_factory=Consent)
    orders: list["Order"] = field(default_factory=list)

    @property
    def amount_spent(self) -> int:
        return sum(order.total - order.refunded for order in self.orders if order.cancelled_at is None)


@dataclass(slots=True, kw_only=True, eq=False)
class LineItem(Thing):
    kind: ClassVar[str] = "LineItem"
    product_id: int
    variant_id: int
    title: str
    variant_title: str
    sku: str
    vendor: str
    quantity: int
    price: int
    discount: int = 0
    refunded: int = 0
    fulfilled: int = 0

    @property
    def current_quantity(self) -> int:
        return self.quantity - self.refunded

    @property
    def unfulfilled_quantity(self) -> int:
        return max(0, self.current_quantity - self.fulfilled)


@dataclass(slots=True, kw_only=True, eq=False)
class Scan(Thing):
    """A fulfilment event: where a parcel is."""

    kind: ClassVar[str] = "FulfillmentEvent"
    status: str
    happened_at: datetime
    created_at: datetime
    message: str | None = None
    city: str | None = None
    country: str | None = None
    estimated_delivery_at: datetime | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Fulfillment(Dated):
    kind: ClassVar[str] = "Fulfillment"
    order: "Order"
    name: str
    location: Location
    company: str
    number: str
    url: str
    lines: list[tuple[LineItem, int]]
    events: list[Scan] = field(default_factory=list)
    status: str = "SUCCESS"
    display_status: str = "FULFILLED"


@dataclass(slots=True, kw_only=True, eq=False)
class Transaction(Thing):
    kind: ClassVar[str] = "OrderTransaction"
    order: "Order"
    sort: str
    amount: int
    created_at: datetime
    status: str = "SUCCESS"


@dataclass(slots=True, kw_only=True, eq=False)
class Refund(Dated):
    kind: ClassVar[str] = "Refund"
    order: "Order"
    note: str
    lines: list[tuple[int, LineItem, int]]
    transactions: list[Transaction]

    @property
    def amount(self) -> int:
        return sum(transaction.amount for transaction in self.transactions)


@dataclass(slots=True, kw_only=True, eq=False)
class Order(Dated):
    kind: ClassVar[str] = "Order"
    number: int
    customer: Customer | None
    email: str | None
    phone: str | None
    lines: list[LineItem]
    shipping: int
    discount_code: str | None
    shipping_address: Address | None
    financial_status: str = "PAID"
    fulfillment_status: str = "UNFULFILLED"
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    closed_at: datetime | None = None
    fulfillments: list[Fulfillment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"#{self.number}"

    @property
    def discount(self) -> int:
        return sum(line.discount for line in self.lines)

    @property
    def goods(self) -> int:
        return sum(line.price * line.quantity for line in self.lines)

    @property
    def subtotal(self) -> int:
        return self.goods - self.discount

    @property
    def total(self) -> int:
        return self.subtotal + self.shipping

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds)
