"""Customers in the API: what is told of them, what may be set, and which are asked for."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, JsonValue

from webapp.api.models import Asked, Given, Money, Paged, Sent, Time, TimeGiven, filled, words

NAMED: dict[str, JsonValue] = {"additionalProperties": False}  # of mappings: no names but those of the pattern
LARGEST = 2**53  # what every program reads of a whole number
# One sign "@", nothing that is space or cannot be seen.
_MAIL = r"^[^\s@\x00-\x20\x7f-\xa0]+@[^\s@\x00-\x20\x7f-\xa0]+$"
_SYSTEM = r"^[a-z][a-z0-9_.-]{0,39}$"

Name = Annotated[str, words(200)]
Mail = Annotated[str, words(320, shortest=3, pattern=_MAIL, description="As it is compared: in lower case.")]
Phone = Annotated[str, words(40, shortest=3, pattern=r"^\+?[0-9][0-9 ()./-]*$", examples=["+49 30 123456"])]
Tag = Annotated[str, words(120, shortest=1)]
System = Annotated[str, words(40, shortest=1, pattern=_SYSTEM)]
ExternalId = Annotated[str, words(200, shortest=1, pattern=r"^[\x21-\x7e]+$")]
FieldName = Annotated[str, words(60, shortest=1, pattern=r"^[a-z][a-z0-9_]{0,59}$", examples=["shoe_size"])]
Source = Annotated[str, filled(60, description="Who says so.", examples=["till"])]
Value = (
    Annotated[bool, Field(description="Of a field of yours, as declared.")]
    | Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
    | Annotated[float, Field(allow_inf_nan=False)]
    | Annotated[str, words(2000)]
    | None
)


class Address(Sent):
    """Where somebody lives or gets goods. The country as ISO 3166 code."""

    type: Annotated[str, words(40)] = "default"
    first_name: Name = ""
    last_name: Name = ""
    company: Name = ""
    address1: Name = ""
    address2: Name = ""
    postcode: Annotated[str, words(40)] = ""
    city: Name = ""
    province: Name = ""
    country: Annotated[str, words(2, pattern=r"^([A-Z]{2})?$", examples=["DE"])] = ""
    phone: Annotated[str, words(40)] = ""


class CustomerFields(Sent):
    """What may be set of a customer; what is left out stays, null clears."""

    email: Mail | None = None
    phone: Phone | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    locale: Annotated[str, words(35)] | None = None
    note: Annotated[str, words(5000)] | None = None
    tags: Annotated[list[Tag], Field(max_length=250, description="All tags from now on.")] | None = None
    addresses: Annotated[list[Address], Field(max_length=20, description="All addresses from now on.")] | None = None
    attributes: Annotated[
        dict[FieldName, Value],
        Field(max_length=100, description="Fields of your own by name: see /customer-fields.", json_schema_extra=NAMED),
    ] = Field(default_factory=dict, examples=[{"shoe_size": 42}])
    platform_ids: Annotated[
        dict[System, ExternalId | None],
        Field(
            max_length=20,
            description="Ids in other systems by the system's name; null takes one away.",
            json_schema_extra=NAMED,
        ),
    ] = Field(default_factory=dict, examples=[{"till": "C-1042"}])
    source: Source = "api"
    at: Annotated[Time | None, Field(description="When that was so there: an attribute told later stays.")] = None


class NewCustomer(CustomerFields):
    """Somebody to put in."""


class CustomerChange(CustomerFields):
    """What is to be different; what is left out stays, null clears."""


class Attribute(Given):
    """A field of the merchant's own, with who said so and since when it is so."""

    value: bool | int | float | str | None
    source: str
    at: TimeGiven


class Consent(Given):
    """The last word on a channel."""

    state: Annotated[str, Field(examples=["subscribed"])]
    at: TimeGiven | None
    method: str
    source: str


class Totals(Given):
    """What was bought in one currency, in its minor units."""

    orders: int
    gross: int
    refunded: int


class PointsHeld(Given):
    """Points: to be spent, to come, ever earned."""

    available: int
    pending: int
    earned: int
    tier: str | None


class Rfm(Given):
    """Quintiles from 1 to 5, null while too few customers ordered, and the group that they make."""

    recency: int | None
    frequency: int | None
    monetary: int | None
    group: str | None


class Customer(Given):
    """A person: accounts, guests and what was put in here, shown as one."""

    id: str
    member_ids: Annotated[list[str], Field(description="Ids of all that is shown under this one; each leads here.")]
    platform_ids: Annotated[dict[str, str], Field(examples=[{"shopify": "1042"}])]
    has_account: bool
    email: str
    emails: list[str]
    phone: Annotated[str, Field(description="As E.164 where it can be.")]
    phones: list[str]
    first_name: str
    last_name: str
    locale: str
    country: str
    note: str
    tags: list[str]
    addresses: list[dict[str, str]]
    attributes: dict[str, Attribute]
    communication_preferences: Annotated[dict[str, str], Field(examples=[{"email": "subscribed"}])]
    consents: dict[str, Consent]
    orders_count: int
    total_spent: Annotated[Money, Field(description="Less what was refunded.")]
    refunded: Money
    average_order: Money | None
    totals: Annotated[dict[str, Totals], Field(description="By currency.")]
    lifetime_value: Annotated[Money | None, Field(description="What was spent, and a year at the own rhythm.")]
    first_order_date: TimeGiven | None
    last_order_date: TimeGiven | None
    days_between_orders: float | None
    next_order_at: Annotated[TimeGiven | None, Field(description="When the next order is to be expected.")]
    loyalty_points: Annotated[int | None, Field(description="Null while there is no loyalty programme.")]
    points: PointsHeld | None
    rfm: Rfm
    segments: Annotated[list[str], Field(description="Ids of segments.")]
    created_at: TimeGiven
    updated_at: TimeGiven | None
    reread: Annotated[bool, Field(description="Whether the platform has to be asked again to be sure of it.")]


Sort = Literal[
    "updated", "-updated", "created", "-created", "name", "-name", "total_spent", "-total_spent",
    "orders_count", "-orders_count", "last_order", "-last_order",
]  # fmt: skip
_Word = Annotated[str, words(200)]
_Amount = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
_Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Narrowed(BaseModel):
    """Which customers: all that is given has to hold."""

    updated_since: Time | None = None
    email: Annotated[
        Annotated[str, words(320)], Field(description="Whoever has or had it. Better by POST /customers/lookup.")
    ] = ""
    phone: Annotated[str, words(40)] = ""
    platform_id: Annotated[str, words(250), Field(description="`system:id`, such as till:C-1042.")] = ""
    tag: _Word = ""
    segment: Annotated[_Word, Field(description="A segment's id.")] = ""
    q: Annotated[_Word, Field(description="Beginnings of words of names, addresses and phones, or an id.")] = ""
    has_account: Literal["true", "false"] | None = None
    country: _Word = ""
    group: Annotated[_Word, Field(description="RFM group, such as champions.")] = ""
    tier: _Word = ""
    email_consent: Annotated[_Word, Field(description="Such as subscribed.")] = ""
    min_total_spent: _Amount | None = None
    max_total_spent: _Amount | None = None
    min_orders_count: _Count | None = None
    max_orders_count: _Count | None = None
    last_order_before: Time | None = None
    last_order_after: Time | None = None


class WhichCustomers(Narrowed, Paged):
    """A page of customers."""

    sort: Annotated[Sort, Field(description="`-`: the other way round. Oldest change first, unless told.")] = "updated"


class WhichExported(Narrowed, Asked):
    """Customers to take along."""

    format: Annotated[Literal["ndjson", "csv"] | None, Field(description="Else what `Accept` says.")] = None


class Wanted(Sent):
    """By what a customer is known; where several are given, all have to hold."""

    email: Mail | None = None
    phone: Phone | None = None
    platform_id: Annotated[str, words(250, shortest=3, pattern=r"^[a-z][a-z0-9_.-]*:[\x21-\x7e]+$"), Field()] | None = (
        None
    )


class Found(Given):
    """Who is known by that."""

    data: list[Customer]


class ErasureAsked(Given):
    """An erasure that was asked for."""

    request_id: str
    state: Literal["asked"]
