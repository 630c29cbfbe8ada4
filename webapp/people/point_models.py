"""Points of customers in the API."""

from typing import Annotated, Any

from pydantic import Field

from webapp.api.models import WHOLE, Given, Sent, TimeGiven, filled, words

_Key = Annotated[
    Annotated[str, words(200, shortest=1, examples=["review-4711"])],
    Field(description="Your id of it: the same again moves nothing. Without one, the Idempotency-Key, kept for ever."),
]
_Points = Annotated[int, Field(ge=1, le=10**9), WHOLE]


class Earn(Sent):
    """An action of the programme, such as a review."""

    action: Annotated[str, words(50, shortest=1, pattern=r"^[a-z0-9][a-z0-9_.-]*$", examples=["review"])]
    key: _Key | None = None


class Spend(Sent):
    """A reward of the programme, or points as a till takes them; one of the two."""

    reward: Annotated[str, words(50, shortest=1, examples=["five_off"])] | None = None
    points: _Points | None = None
    reason: Annotated[str, words(200)] = ""
    key: _Key | None = None


class Adjust(Sent):
    """Points to give, or with a minus to take away."""

    points: Annotated[int, Field(ge=-(10**9), le=10**9, examples=[100]), WHOLE]
    reason: Annotated[str, filled(200, examples=["Late parcel"])]
    key: _Key | None = None


class Expiring(Given):
    """Points that end."""

    points: int
    expires_at: TimeGiven


class Balance(Given):
    """What a customer holds. `available` below 0 is owed: points that were spent and taken back since."""

    customer_id: str
    available: int
    pending: int
    earned: Annotated[int, Field(description="Ever, for orders and actions.")]
    tier: str | None
    expiring: Annotated[list[Expiring], Field(description="Within a year, soonest first.")]
    is_on: Annotated[bool, Field(description="Whether the shop's programme is switched on.")]


class Moved(Given):
    """What came of it, and what the customer holds now."""

    points: Annotated[int, Field(description="How many were given, spent or adjusted.")]
    again: Annotated[bool, Field(description="The same was asked for before, under the same key: nothing moved.")]
    capped: Annotated[bool, Field(description="Fewer than the action gives, or none: it was done often enough.")]
    code: Annotated[str | None, Field(description="To be typed in at the checkout, a moment later.")]
    balance: Balance


class PointsEntry(Given):
    """A line of the ledger: by how much it changed what can be spent, and what is to come."""

    id: str
    kind: Annotated[str, Field(examples=["earn"])]
    points: int
    pending: int
    about: str
    reason: str
    made_by: str
    at: TimeGiven


def entry(row: Any) -> PointsEntry:
    """A line of commerce.tables.loyalty.reading."""
    names = ("kind", "about", "reason", "made_by", "at")
    told = {name: getattr(row, name) for name in names}
    return PointsEntry.model_construct(id=str(row.id), points=int(row.points), pending=int(row.pending), **told)
