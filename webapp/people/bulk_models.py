"""Many customers at once in the API."""

from typing import Annotated, Literal

from pydantic import Field

from webapp.api.models import Given, Sent, words
from webapp.people.customer_models import CustomerFields


class BulkRow(CustomerFields):
    """A customer to change, or to put in where nobody has this id or mail address."""

    id: Annotated[str, words(200, shortest=1), Field(description="Ours or the platform's.")] | None = None


class Bulk(Sent):
    """Customers to put in or to change."""

    rows: Annotated[list[BulkRow], Field(min_length=1, max_length=500)]


class RowProblem(Given):
    """Why a row was refused."""

    field: str
    message: str
    customer_id: Annotated[str | None, Field(description="Who has this address or id already.")]


class BulkResult(Given):
    """What came of a row."""

    index: int
    status: Literal["created", "updated", "unchanged", "refused"]
    id: str | None
    problem: RowProblem | None


class BulkResults(Given):
    """What came of each row, in their order."""

    data: list[BulkResult]
    counts: Annotated[dict[str, int], Field(examples=[{"created": 1}])]
