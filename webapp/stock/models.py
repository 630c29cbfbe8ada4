"""Stock and daily figures in the API."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from commerce.mirror.stock.adjusting import MOST
from commerce.rules.days import EXAMPLE, day_of
from commerce.rules.figures import CHANNEL, COUNTRY, PRODUCT
from webapp.api.complaints import UnableToTake
from webapp.api.models import Asked, Given, Money, Paged, Sent, words

Pieces = Annotated[int, Field(ge=-MOST, le=MOST)]


class Stock(Given):
    """A variant's stock: `reserved` is ordered, `allocated` is paid and not sent, `available` is what no order holds.

    `on_hand` is null where the platform keeps the stock: then `available` is its figure.
    """

    variant_id: str
    product_id: str
    sku: str
    on_hand: int | None
    reserved: int
    allocated: int
    available: int | None
    low_at: Annotated[int | None, Field(description="Pieces left at which to warn; null: the shop's own number.")]
    is_low: bool
    is_oversold: bool


class WhichStock(Paged):
    """Which variants."""

    only: Annotated[Literal["", "low", "oversold"], Field(description="Those that are low, or sold too often.")] = ""
    q: Annotated[str, words(200), Field(description="A variant's id, or how its SKU begins.")] = ""


class Adjustment(Sent):
    """A change by hand: `by` so many pieces, or a count, `to` so many. One of both."""

    by: Pieces | None = None
    to: Pieces | None = None
    reason: Annotated[str, words(200)] = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> "Adjustment":
        if (self.by is None) == (self.to is None):
            raise UnableToTake("needs one of `by` and `to`")
        return self


def _day(told: object) -> object:
    if isinstance(told, date):
        return told
    found = day_of(told)
    if found is None:
        raise UnableToTake(f"is no day such as {EXAMPLE}")
    return found


Day = Annotated[date, BeforeValidator(_day), Field(examples=[EXAMPLE])]


class WhichFigures(Asked):
    """Which days, the last 28 unless both are given; one year at most. And what to break them down by."""

    since: Day | None = None
    until: Day | None = None
    currency: Annotated[str, words(3), Field(description="ISO 4217; else the one of most orders.")] = ""
    by: Annotated[Literal["", PRODUCT, CHANNEL, COUNTRY], Field(description="With the first 100 of these.")] = ""  # type: ignore[valid-type]


class Numbers(Given):
    """Figures of orders that were not cancelled. `net`: what was asked, less what was given back."""

    orders: int
    units: int
    gross: Money
    discounts: Money
    shipping: Money
    tax: Money
    refunds: Money
    net: Money


class DayOf(Numbers):
    """The figures of a day in the shop's zone."""

    day: Annotated[str, Field(examples=[EXAMPLE])]


class Share(Numbers):
    """The figures of a product, channel or country; of products shipping, tax and refunds are not known."""

    key: str


class Figures(Given):
    """Days with orders, the whole span, and the same number of days before it."""

    since: str
    until: str
    currency: str | None
    currencies: list[str]
    total: Numbers
    before: Numbers
    days: list[DayOf]
    shares: list[Share]
