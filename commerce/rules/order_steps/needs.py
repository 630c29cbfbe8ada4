"""What a step waits for: the order itself, and others of the same order."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from commerce.rules.order_steps.names import title
from commerce.rules.order_steps.outcomes import DONE, ENDED, SKIPPED, Outcome, blocked, failed

_UNTIL_TOLD = timedelta(hours=24)  # an order that its refund came before of is waited for that long
_LOOK_FOR_ORDER = timedelta(seconds=60)


class Sibling(Protocol):
    """A step of the same order."""

    @property
    def kind(self) -> str:
        """What it does."""

    @property
    def state(self) -> str:
        """How far it is."""

    @property
    def detail(self) -> object:
        """What its runner noted."""


def without_order(*, since: datetime, now: datetime) -> Outcome:
    """What a step of an order comes to that is not known: deliveries come in any order, so it is waited for."""
    if now - since > _UNTIL_TOLD:
        return failed("The order itself was never told, or was deleted since.")
    return blocked("Waits for the order itself to be told.", now + _LOOK_FOR_ORDER)


def held_up(needs: Sequence[str], siblings: Iterable[Sibling]) -> Outcome | None:
    """What the step waits for; None where it can go on.

    What failed holds it up until somebody skips or repeats that.
    """
    for sibling in siblings:
        if not (sibling.kind in needs or _blocks(sibling)) or sibling.state in (DONE, SKIPPED):
            continue
        name = title(sibling.kind)
        if sibling.state in ENDED:
            return blocked(f"Waits: the step “{name}” did not end well. Run it again or skip it.")
        return blocked(f"Waits for the step “{name}”.")
    return None


def _blocks(sibling: Sibling) -> bool:
    """Whether a call-out says of itself that others wait for it."""
    return isinstance(sibling.detail, dict) and bool(sibling.detail.get("blocks"))
