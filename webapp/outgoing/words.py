"""Endpoints and dispatches in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commerce.rules.outgoing import health
from commerce.rules.outgoing.health import ACTIVE, DISABLED, OFF, PAUSED
from commerce.rules.outgoing.names import EVERYTHING
from commerce.tables.outgoing.dispatches import DROPPED, FAILED, HELD, SENT, WAITING
from commerce.tables.outgoing.endpoints import health_of

HEALTHY, DEGRADED = 95, 80  # per cent that are taken at the first try, from which on an endpoint is called so

TONES = {SENT: "good", WAITING: "wait", FAILED: "bad", HELD: "wait", DROPPED: ""}
STATES = {SENT: "Taken", WAITING: "Waiting", FAILED: "Failed", HELD: "Kept", DROPPED: "Dropped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How an endpoint is: a word with its tone, and a sentence."""

    word: str
    tone: str
    sentence: str


def condition(row: Any, at_first: tuple[int, int] | None, *, now: datetime) -> Condition:
    """How an endpoint is. `at_first`: how many ended lately, and how many of them were taken at the first try."""
    if row.state == PAUSED:
        return Condition(word="Paused", tone="wait", sentence="What is for it is kept until it is resumed.")
    if row.state == OFF:
        return Condition(word="Switched off", tone="bad", sentence=row.why)
    if row.state == DISABLED:
        return Condition(word="Disabled", tone="", sentence=row.why or "It is told nothing, and nothing is kept.")
    if row.failures >= health.BREAKS_AFTER:
        used = health.used_up(health_of(row), now=now)
        limit = f" {used} % of what it may fail is used up." if used else ""
        sentence = f"{row.failures} tries in a row failed. One at a time looks whether it is back.{limit}"
        return Condition(word="Failing", tone="bad", sentence=sentence)
    number, taken = at_first or (0, 0)
    if not number:
        return Condition(word="Active", tone="good", sentence="Nothing was sent to it lately.")
    share = taken * 100 // number
    sentence = f"{share} % were taken at the first try in 24 hours."
    if share >= HEALTHY:
        return Condition(word="Healthy", tone="good", sentence=sentence)
    return Condition(word="Degraded" if share >= DEGRADED else "Failing", tone="wait", sentence=sentence)


def events(filters: list[str]) -> str:
    """What an endpoint wants."""
    return "every event" if EVERYTHING in filters else ", ".join(filters)


def switched(state: str, number: int) -> str:
    """What was done with an endpoint."""
    some = f"{number:,} {'event' if number == 1 else 'events'}"
    if state == PAUSED:
        return "The endpoint is paused. What is for it is kept."
    if state == DISABLED:
        return f"The endpoint is disabled. {f'{some} that waited will not be sent.' if number else ''}".strip()
    assert state == ACTIVE, "there are three"
    return f"The endpoint is active. {f'{some} that waited go out now.' if number else ''}".strip()


def filled_in(row: Any) -> Mapping[str, Any]:
    """The fields of the form for an endpoint that is there."""
    return {"url": row.url, "description": row.description, "events": list(row.filters)}
