"""What a runner of steps works with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from commerce.database import Connection
from commerce.mirror.outcomes import Happened
from commerce.rules.order_steps.asking import Heard
from commerce.rules.order_steps.outcomes import Outcome
from commerce.rules.order_steps.settings import OrderSettings
from commerce.tables.shops import Shop
from jobs.process import Process


@dataclass(slots=True, kw_only=True)
class Work:
    """An open transaction that writes, whose orders they are, and the orders as they are stored.

    A runner adds to `wakes` what has to be woken once all is committed (jobs.queues), and to `happened` what came of
    its work that others have to hear of.
    """

    process: Process
    db: Connection
    shop: Shop
    settings: OrderSettings
    orders: Mapping[str, Any]
    now: datetime
    wakes: set[str] = field(default_factory=set)
    happened: list[Happened] = field(default_factory=list)


class Runner(Protocol):
    """Does steps of one kind: tables only, nothing across the network."""

    def __call__(self, work: Work, steps: Sequence[Any]) -> Mapping[int, Outcome]:
        """What came of each step, by its id. Whatever it raises, nothing was written, and they are tried one by one."""


class Asker(Protocol):
    """Knows what is asked of the merchant's own system for steps of one kind, and what its answer means."""

    def url(self, step: Any, settings: OrderSettings) -> str:
        """Who is asked; "" where nobody is any more."""

    def unasked(self, order: Any, settings: OrderSettings) -> Outcome | None:
        """What is known without asking; None where it has to be asked."""

    def answered(self, step: Any, heard: Heard, settings: OrderSettings, *, now: datetime) -> Outcome:
        """What their answer means."""
