"""Orders' steps in plain words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from commerce.rules.order_steps import decisions, names
from commerce.rules.order_steps import outcomes as steps
from commerce.tables.order_steps.step_lists import LATE, LATE_AFTER

STATES: Mapping[str, str] = MappingProxyType(
    {
        steps.WAITING: "Waiting",
        steps.BLOCKED: "Waiting for something",
        steps.HELD: "Held for you",
        steps.UNDERWAY: "On its way",
        steps.DONE: "Done",
        steps.SKIPPED: "Skipped",
        steps.FAILED: "Failed",
        steps.UNSURE: "Nobody knows",
    }
)
_TONES = {steps.DONE: "good", steps.FAILED: "bad", steps.UNSURE: "bad", steps.HELD: "wait", steps.SKIPPED: ""}
TROUBLES: Mapping[str, str] = MappingProxyType(
    {
        steps.HELD: "Held for you",
        steps.UNSURE: "Nobody knows",
        steps.FAILED: "Failed",
        LATE: f"Waiting for more than {round(LATE_AFTER.total_seconds() / 3600)} hours",
    }
)
EXPLAINED: Mapping[str, str] = MappingProxyType(
    {
        steps.HELD: "Your rules single these orders out. Their labels wait until you release or reject them.",
        steps.UNSURE: "It may have happened or not. None of these is repeated by itself.",
        steps.FAILED: "These did not happen. What waits for them stays where it is.",
        LATE: "Nothing is wrong with them yet: they wait for a payment, or are tried again.",
    }
)
BUTTONS: Mapping[str, str] = MappingProxyType(
    {
        decisions.RUN: "Run again",
        decisions.SKIP: "Skip",
        decisions.RELEASE: "Release",
        decisions.REJECT: "Reject",
    }
)
DID: Mapping[str, str] = MappingProxyType(
    {
        decisions.RUN: "It is run again.",
        decisions.SKIP: "It is skipped.",
        decisions.RELEASE: "It is released.",
        decisions.REJECT: "It is rejected.",
    }
)
_OCCASIONS = {
    "created": "the order came in",
    "paid": "it was paid",
    "fulfilled": "it was fulfilled",
    "shipped": "something was sent",
    "refunded": "money was given back",
    "cancelled": "it was cancelled",
    "stock": "its goods changed",
    "parcel": "its parcel moved",
}

title = names.title


def tone(state: str) -> str:
    """The colour of a state's badge."""
    return _TONES.get(state, "wait")


def occasion(row: Any) -> str:
    """What started the step."""
    told = str(row.occasion)
    return _OCCASIONS.get(told.partition(":")[0], told)


def possible(row: Any) -> list[tuple[str, str, str]]:
    """What can be decided about a step: the decision, its button, and what may happen twice."""
    return [
        (one, BUTTONS[one], decisions.warning(one, row.kind, row.state, row.detail))
        for one in decisions.possible(row.state)
    ]


def decided(row: Any) -> list[dict[str, str]]:
    """Who decided what about the step, oldest first."""
    return list(row.detail.get("decisions", [])) if isinstance(row.detail, dict) else []


def label_id(row: Any) -> int | None:
    """The label that the step wanted."""
    found = row.detail.get("label_id") if isinstance(row.detail, dict) else None
    return found if isinstance(found, int) else None
