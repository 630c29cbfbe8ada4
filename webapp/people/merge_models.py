"""Merges in the API."""

from typing import Annotated, Any

from pydantic import Field

from webapp.api.models import Given, Sent, TimeGiven, words
from webapp.people.customer_models import Customer

Id = Annotated[str, words(200, shortest=1)]


class NewMerge(Sent):
    """Who is to be shown under this customer from now on."""

    secondary_id: Id
    reason: Annotated[str, words(500)] = ""


class Split(Sent):
    """Who is to stand for themselves again."""

    member_id: Annotated[Id, Field(description="One of the customer's `member_ids`.")]


class Merge(Given):
    """A merge, and whether it was undone."""

    id: str
    primary_id: str
    secondary_id: str
    reason: str
    made_by: str
    made_at: TimeGiven
    undone_by: str | None
    undone_at: TimeGiven | None


class Merges(Given):
    """The merges of a customer, newest first."""

    data: list[Merge]


class Suggestion(Given):
    """Somebody who may be the same person, and why: mail, phone, place (the same name and postcode)."""

    customer: Customer
    reasons: list[str]


class Suggestions(Given):
    """Who may be the same person, the surest first."""

    data: list[Suggestion]


def merge(row: Any) -> Merge:
    """A row of commerce.tables.people.merges."""
    names = ("id", "primary_id", "secondary_id", "reason", "made_by", "made_at", "undone_at")
    return Merge.model_construct(undone_by=row.undone_by or None, **{name: getattr(row, name) for name in names})
