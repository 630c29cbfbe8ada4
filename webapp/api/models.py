"""What endpoints take and give: pydantic models, from which callers are checked and the description is made."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

from webapp.api.complaints import UnableToTake

DEFAULT_LIMIT, MOST = 50, 250

Row = TypeVar("Row")


class Sent(BaseModel):
    """A JSON body. Strict: "1" is no number, and a field that is not known is refused.

    What was left out and what is null differ: `model_fields_set`.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Asked(BaseModel):
    """Parameters of an address: texts, read into what each is. One that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Paged(Asked):
    """Parameters of every list."""

    limit: Annotated[int, Field(ge=1, le=MOST, description="How many at most.")] = DEFAULT_LIMIT
    cursor: Annotated[str, Field(description="The `next_cursor` of the page before.")] = ""


class Given(BaseModel):
    """What is answered. It is made by us, so `model_construct` is fine where it has to be quick."""

    model_config = ConfigDict(frozen=True, ser_json_timedelta="float", json_schema_serialization_defaults_required=True)


class Page(Given, Generic[Row]):
    """A page of a list: `next_cursor` is null on the last one."""

    data: list[Row]
    next_cursor: str | None


class Money(Given):
    """An amount in minor units; the currency is null where it is not known yet."""

    amount: Annotated[int, Field(examples=[1999])]
    currency: Annotated[str | None, Field(examples=["EUR"])]


_PLAIN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"


def words(longest: int, *, shortest: int = 0, pattern: str = _PLAIN, **about: Any) -> Any:
    """The type of a text without control characters, which no database stores and no page shows, or of a pattern."""
    limits = StringConstraints(min_length=shortest, max_length=longest, pattern=pattern)
    return Annotated[str, limits, AfterValidator(_writable), Field(**about)]


def _writable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnableToTake("must be text that can be stored") from None
    return text


def _in_utc(at: datetime) -> datetime:
    if not 1900 <= at.year <= 2200:
        raise UnableToTake("must be a time of the years 1900 to 2200")
    return at.astimezone(UTC)


def _as_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


# A time with its zone, in UTC here and in answers.
Time = Annotated[AwareDatetime, AfterValidator(_in_utc), PlainSerializer(_as_text, return_type=str)]
TimeGiven = Annotated[
    datetime, PlainSerializer(_as_text, return_type=str), Field(json_schema_extra={"format": "date-time"})
]
