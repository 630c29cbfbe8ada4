"""Steps of orders: their kinds, what states they go through, and what a try came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# WAITING: due at its time. BLOCKED: until something of the order changes, or a deadline. HELD: until a person decides.
# UNDERWAY: its message, label or call is on its way, and whoever does that ends the step. UNSURE: nobody knows whether
# it happened, so it is never repeated by itself.
WAITING, BLOCKED, HELD, UNDERWAY = "waiting", "blocked", "held", "underway"
DONE, SKIPPED, FAILED, UNSURE = "done", "skipped", "failed", "unsure"
STATES = (WAITING, BLOCKED, HELD, UNDERWAY, DONE, SKIPPED, FAILED, UNSURE)
ENDED = frozenset({DONE, SKIPPED, FAILED, UNSURE})

# Kinds. A notification's kind stands behind NOTIFY, a call-out's name behind CUSTOM: "notify:order_confirmation".
HOLD, PAYMENT, INVENTORY, LABEL, ANALYTICS = "hold", "payment", "inventory", "label", "analytics"
NOTIFY, CUSTOM = "notify:", "custom:"

# Lanes: steps that only write tables, done in batches, and those that wait for others' servers.
DESK, OUTSIDE = "desk", "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStep:
    """A step that a milestone starts. `occasion`: the milestone's name and key; one step of a kind for each.

    `due_at` None: at once. `detail`: what its runner needs besides the order.
    """

    order_id: str
    kind: str
    occasion: str
    lane: str = DESK
    inbox_id: int | None = None
    due_at: datetime | None = None
    deadline_at: datetime | None = None
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a try came to, in plain words. `due_at`: when to look again (WAITING), or the deadline (BLOCKED)."""

    state: str
    words: str
    due_at: datetime | None = None
    detail: Mapping[str, Any] | None = None


def done(words: str, detail: Mapping[str, Any] | None = None) -> Outcome:
    """It happened."""
    return Outcome(state=DONE, words=words, detail=detail)


def skipped(words: str) -> Outcome:
    """It is not needed."""
    return Outcome(state=SKIPPED, words=words)


def failed(words: str) -> Outcome:
    """It did not happen, and no later try changes that by itself."""
    return Outcome(state=FAILED, words=words)


def blocked(words: str, until: datetime | None = None) -> Outcome:
    """It waits for something else of the order, at most until that time."""
    return Outcome(state=BLOCKED, words=words, due_at=until)


def underway(words: str, detail: Mapping[str, Any] | None = None) -> Outcome:
    """Its message, label or call has a row of its own now, which ends the step."""
    return Outcome(state=UNDERWAY, words=words, detail=detail)
