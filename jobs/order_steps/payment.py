"""Checks whether orders are paid: by what the platform says, or by what the merchant's own system answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from commerce.rules.order_steps import asking, payments
from commerce.rules.order_steps.asking import Asked, Heard
from commerce.rules.order_steps.outcomes import Outcome
from commerce.rules.order_steps.settings import OrderSettings
from jobs.order_steps.work import Work


def run(work: Work, steps: Sequence[Any]) -> Mapping[int, Outcome]:
    """Read each order's financial status; what is open is looked at again with any news of the order."""
    return {
        row.id: payments.checked(work.orders[row.order_id], work.settings, since=begun_at(row), now=work.now)
        for row in steps
    }


def url(step: Any, settings: OrderSettings) -> str:  # noqa: ARG001 - each kind that asks is asked for its address alike
    """Who is asked; "" where nobody is any more."""
    return settings.payment_url


def unasked(order: Any, settings: OrderSettings) -> Outcome | None:
    """What is known without asking; None where it has to be asked."""
    return payments.settled(order, settings)


def answered(step: Any, heard: Heard, settings: OrderSettings, *, now: datetime) -> Outcome:
    """What their answer means."""
    until = begun_at(step) + timedelta(hours=settings.payment_hours)
    return asking.paid(heard, Asked(attempts=step.attempts, until=until), now=now)


def begun_at(step: Any) -> datetime:
    """Since when the step waits: since it was made, or run again by somebody."""
    again = step.detail.get("again_at") if isinstance(step.detail, dict) else None
    return datetime.fromisoformat(again) if again else step.created_at
