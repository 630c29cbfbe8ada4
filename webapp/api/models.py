"""What endpoints take and give: pydantic models, from which callers are checked and the description is made."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
)

from webapp.api.complaints import UnableToTake
from webapp.inputs import read_moment

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


_SIGN = r"[^\x00-\x08\x0b\x0c\x0e-\x1f]"
_PLAIN = rf"^{_SIGN}*$"
_FILLED = rf"^{_SIGN}*[^\s\x00-\x1f]{_SIGN}*$"


def words(longest: int, *, shortest: int = 0, pattern: str = _PLAIN, **about: Any) -> Any:
    """What a text is bounded by, as in `Annotated[str, words(40)]`: no control characters, which no database stores and
    no page shows, or a pattern of its own.
    """
    return Field(min_length=shortest, max_length=longest, pattern=pattern, **about)


def filled(longest: int, **about: Any) -> Any:
    """The same of a text that has to say something: more than space."""
    return words(longest, shortest=1, pattern=_FILLED, **about)


def _read(told: Any) -> Any:
    """A time as RFC 3339 has it: a second that leaps is the one before, and "+" may have become a space on the way."""
    if not isinstance(told, str):
        return told
    try:
        return read_moment(told)
    except ValueError:
        raise UnableToTake("must be a time such as 2026-05-01T12:00:00Z") from None


def _whole(told: Any) -> Any:
    """JSON writes whole numbers as 3 or as 3.0."""
    return int(told) if isinstance(told, float) and told.is_integer() else told


def _as_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


# A time with its zone, in UTC here and in answers.
Time = Annotated[AwareDatetime, BeforeValidator(_read), PlainSerializer(_as_text, return_type=str)]
WHOLE = BeforeValidator(_whole)  # behind the bounds of an int
TimeGiven = Annotated[
    datetime, PlainSerializer(_as_text, return_type=str), Field(json_schema_extra={"format": "date-time"})
]
