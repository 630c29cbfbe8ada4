"""Segments and fields of the merchant's own in the API."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from commerce.rules.segments.fields import FIELDS
from commerce.rules.segments.written import as_json
from commerce.tables.segments import Segment as Stored
from webapp.api.models import Given, Paged, Sent, TimeGiven, filled
from webapp.people.customer_models import Customer

_EXAMPLE = {
    "all": [
        {"field": "total_spent", "operator": "at_least", "value": 50000},
        {"field": "last_order", "operator": "within_last", "value": 90},
    ]
}
_SAID = (
    "`all`, `any` or `none` of conditions `{field, operator, value}` and of groups in turn. Fields: "
    f"{', '.join(FIELDS)}, and `custom.` with a field of yours. Money is in minor units, times are asked in days. What "
    "cannot be is answered 409 with `field` saying where it is, and `message` what it may be."
)
Rules = Annotated[dict[str, Any], Field(min_length=1, max_length=3, description=_SAID, examples=[_EXAMPLE])]
Label = Annotated[str, filled(200)]


def _in_one_line(name: str) -> str:
    return " ".join(name.split())


class NewSegment(Sent):
    """A segment: its name and who belongs to it."""

    name: Annotated[str, filled(100, examples=["Big spenders"]), AfterValidator(_in_one_line)]
    rules: Rules


class Segment(Given):
    """A segment. `customers_count` is known once `is_ready`: who is in is worked out in the background."""

    id: str
    name: str
    rules: Annotated[dict[str, Any] | None, Field(examples=[_EXAMPLE])]
    customers_count: int
    is_ready: bool
    uses_time: Annotated[bool, Field(description="Whether customers enter and leave as time goes by.")]
    created_at: TimeGiven
    updated_at: TimeGiven


class Segments(Given):
    """The shop's segments by name; there are 200 at most."""

    data: list[Segment]


class Trial(Sent):
    """Rules to try."""

    rules: Rules


class Counted(Given):
    """How many customers rules apply to, out of how many, and some of them."""

    count: int
    out_of: int
    sample: list[Customer]


class WhichMembers(Paged):
    """A page of a segment."""

    sort: Literal[
        "id", "name", "-name", "created", "-created", "total_spent", "-total_spent", "orders_count", "-orders_count",
        "last_order", "-last_order", "points", "-points",
    ] = "id"  # fmt: skip


class NewField(Sent):
    """A field of your own on customers."""

    type: Literal["text", "number", "flag", "date", "choice"]
    label: Label
    choices: Annotated[list[Label], Field(max_length=100, description="Of the type choice.")] = Field(
        default_factory=list
    )


class CustomerField(Given):
    """A field of your own on customers."""

    name: str
    type: str
    label: str
    choices: list[str]


class CustomerFieldList(Given):
    """The shop's own fields by their labels."""

    data: list[CustomerField]


def segment(told: Stored) -> Segment:
    """A segment as it is stored."""
    return Segment(
        id=told.id,
        name=told.name,
        rules=as_json(told.rules) if told.rules is not None else None,
        customers_count=told.members_count,
        is_ready=told.built_at is not None,
        uses_time=told.uses_time,
        created_at=told.created_at,
        updated_at=told.saved_at,
    )
