"""Timelines in the API, and what other systems put on them."""

from typing import Annotated, Any

from pydantic import Field

from webapp.api.models import Asked, Given, Sent, Time, TimeGiven, filled, words
from webapp.people.customer_models import LARGEST, NAMED, FieldName, Source, Value

_Name = Annotated[str, words(60, shortest=1, pattern=r"^[^\x00-\x1f]{1,60}$")]
_Plain = (
    Annotated[bool, Field()]
    | Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
    | Annotated[float, Field(allow_inf_nan=False)]
    | Annotated[str, words(2000)]
    | None
)


class NewHappening(Sent):
    """Something that happened elsewhere: a mail that was opened, a ticket, a sale at a till."""

    kind: Annotated[
        str, words(60, shortest=3, pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", examples=["ticket.opened"])
    ]
    title: Annotated[str, filled(200, examples=["Ticket 42: tent arrived torn"])]
    happened_at: Time
    source: Source
    source_id: (
        Annotated[
            Annotated[str, words(200, shortest=1)],
            Field(description="The source's own id of it: the same one twice is told once."),
        ]
        | None
    ) = None
    detail: Annotated[dict[_Name, _Plain], Field(max_length=50, json_schema_extra=NAMED)] = Field(
        default_factory=dict, examples=[{"number": 42}]
    )


class NewHappenings(Sent):
    """What is to be put on a customer's timeline."""

    events: Annotated[list[NewHappening], Field(min_length=1, max_length=100)]


class Noted(Given):
    """How many were new, and how many were told before."""

    added: int
    known: int


class NewAttributes(Sent):
    """Fields of your own on a customer, told by a source at a time: what was told later stays."""

    attributes: Annotated[
        dict[FieldName, Value],
        Field(min_length=1, max_length=100, examples=[{"shoe_size": 42}], json_schema_extra=NAMED),
    ]
    source: Source
    at: Annotated[Time | None, Field(description="When that was so there; now where it is left out.")] = None


class TimelinePaged(Asked):
    """A page of a timeline."""

    limit: Annotated[int, Field(ge=1, le=100, description="How many at most.")] = 50
    cursor: Annotated[str, Field(description="The `next_cursor` of the page before.")] = ""


class TimelineEntry(Given):
    """Something that happened to a customer. `detail` depends on the kind."""

    at: TimeGiven
    kind: Annotated[str, Field(examples=["order.placed"])]
    ref: Annotated[str, Field(description="The id of what it is about.")]
    title: str
    source: str
    detail: dict[str, Any]
