"""What a step waits for: others of the same order."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from commerce.rules.order_steps.names import title
from commerce.rules.order_steps.outcomes import DONE, ENDED, SKIPPED, Outcome, blocked


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
