"""Orders' steps in the API."""

from typing import Annotated, Any

from pydantic import Field

from commerce.rules.order_steps import names
from commerce.rules.order_steps.decisions import possible
from webapp.api.models import Given, Sent, TimeGiven


class Decided(Given):
    """What somebody decided about a step."""

    decision: Annotated[str, Field(examples=["release"])]
    by: str
    at: TimeGiven


class Step(Given):
    """A step of an order: what it does, how far it is, and what came of it in plain words."""

    id: str
    order_id: str
    kind: Annotated[str, Field(examples=["payment", "notify:order_confirmation", "custom:risk-check"])]
    title: str
    occasion: Annotated[str, Field(description="What started it.", examples=["created"])]
    state: Annotated[
        str,
        Field(description="waiting, blocked, held, underway, done, skipped, failed, unsure.", examples=["done"]),
    ]
    attempts: int
    outcome: str
    label_id: str | None
    decisions: list[Decided]
    possible: Annotated[list[str], Field(description="What can be decided about it now: run, skip, release, reject.")]
    due_at: TimeGiven | None
    created_at: TimeGiven
    finished_at: TimeGiven | None


class Steps(Given):
    """The steps of an order, oldest first."""

    data: list[Step]


class RunAgain(Sent):
    """How much is known by whoever runs a step again."""

    knowing: Annotated[
        bool,
        Field(
            description="A step of which nobody knows whether it happened may happen twice: true says that you looked."
        ),
    ] = False


def step(row: Any) -> Step:
    """A row of commerce.tables.order_steps.steps."""
    detail = row.detail if isinstance(row.detail, dict) else {}
    plain = ("order_id", "kind", "occasion", "state", "attempts", "outcome", "created_at", "finished_at")
    told = [Decided(decision=one["decision"], by=one["by"], at=one["at"]) for one in detail.get("decisions", ())]
    label_id = detail.get("label_id")
    return Step.model_construct(
        id=str(row.id),
        title=names.title(row.kind),
        label_id=None if label_id is None else str(label_id),
        decisions=told,
        possible=possible(row.state),
        due_at=row.due_at if row.state in ("waiting", "blocked") else None,
        **{name: getattr(row, name) for name in plain},
    )
